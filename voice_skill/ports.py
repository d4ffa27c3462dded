"""What the loop needs of the world, as protocols; `testing` holds fakes, `edge` the real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voice_skill.messages import Clip, Delivery, Event, Heard, Notice, Status

RATE_HZ = 16_000  # what the speech model hears
BLOCK_SAMPLES = 512  # 32 ms: what Silero takes; Vosk's own cost is the same from 10 ms to 1 s (pitfalls 1.7)
BLOCK_S = BLOCK_SAMPLES / RATE_HZ


class Microphone(Protocol):
    """Deliver sound until closed."""

    def open(self, deliver: Callable[[Event], None]) -> str:
        """Start delivering frames of BLOCK_SAMPLES, give the device's name; MicrophoneError when there is none."""

    def close(self) -> None:
        """Stop delivering."""


class Detector(Protocol):
    """Tell speech from other sound."""

    def speech(self, pcm: bytes, level: float) -> float:
        """Give the probability of speech in one block, whose loudness is `level` dBFS."""

    def reset(self) -> None:
        """Forget what was heard."""


class Recognizer(Protocol):
    """Turn the sound of one utterance into words; whoever calls it decides when the utterance ends."""

    def accept(self, pcm: bytes) -> str:
        """Take PCM at RATE_HZ; give the unfinished reading so far."""

    def finish(self) -> Heard:
        """End the utterance, and be ready for the next."""

    def reset(self) -> None:
        """Forget the utterance under way."""


class Spotter(Protocol):
    """Hear a few closed phrases and nothing else."""

    def accept(self, pcm: bytes) -> str:
        """Take PCM at RATE_HZ; give the unfinished reading so far."""

    def finish(self) -> tuple[str, float]:
        """End; give the words, and how many seconds of what was accepted had passed when the last one ended."""

    def reset(self) -> None:
        """Forget what was heard."""


class Voice(Protocol):
    """Render sentences."""

    def render(self, text: str, delivery: Delivery) -> Clip:
        """Speak text into a clip; VoiceError when it cannot."""

    def close(self) -> None:
        """Let go of the engine."""


class Speaker(Protocol):
    """Play clips, one at a time."""

    def open(self, deliver: Callable[[Event], None]) -> str:
        """Look for the device, give its name; SpeakerError when there is none."""

    def start(self, clip: Clip, token: int) -> None:
        """Begin to play; Began and Played(token) are delivered. SpeakerError when there is no loudspeaker."""

    def warm(self) -> None:
        """Have the device running before something is to be said."""

    def stop(self) -> None:
        """Be silent at once."""

    def close(self) -> None:
        """Let go of the device."""


class Screen(Protocol):
    """Show what happens."""

    def show(self, notice: Notice) -> None:
        """Show one thing that happened."""

    def status(self, status: Status) -> None:
        """Show how things stand; called about eight times a second."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class Trigger(Protocol):
    """Deliver a Press whenever a key or a button is pressed."""

    def open(self, deliver: Callable[[Event], None]) -> None:
        """Start watching; HardwareError when the key or button is not there."""

    def close(self) -> None:
        """Stop watching, and leave the terminal as it was."""


class Clock(Protocol):
    """Tell the time in seconds; it never goes back."""

    def __call__(self) -> float:
        """Give seconds since some fixed moment."""
