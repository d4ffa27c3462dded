"""What the loop needs of the world, as protocols; `testing` holds fakes, `edge` the real ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from voice_skill.messages import Clip, Delivery, Event, Heard, Notice, Partial, Status

RATE_HZ = 16_000  # what the speech model hears
BLOCK_MS = 100  # pitfalls 1.7: CPU is the same from 10 ms to 1 s, latency grows above 100 ms


class Microphone(Protocol):
    """Deliver events until closed."""

    def open(self) -> None:
        """Start delivering; MicrophoneError when there is none."""

    def read(self, timeout_s: float | None) -> Event | None:
        """Give the next event, or None when none came in time; None as timeout waits for ever."""

    def clear(self) -> None:
        """Drop everything delivered so far."""

    def close(self) -> None:
        """Stop delivering."""


class Recognizer(Protocol):
    """Turn frames into partials and, at each endpoint, one Heard."""

    def accept(self, pcm: bytes) -> Partial | Heard | None:
        """Take one block of PCM at RATE_HZ; None when nothing new was understood."""

    def finish(self) -> Heard:
        """Say what is left, as at the end of a recording."""

    def reset(self) -> None:
        """Forget the utterance under way."""


class Voice(Protocol):
    """Render sentences."""

    def render(self, text: str, delivery: Delivery) -> Clip:
        """Speak text into a clip; VoiceError when it cannot."""

    def close(self) -> None:
        """Let go of the engine."""


class Speaker(Protocol):
    """Play clips."""

    def play(self, clip: Clip) -> None:
        """Play a clip to its end, or until stop(); SpeakerError when there is no loudspeaker."""

    def stop(self) -> None:
        """End a playback within one block; may be called from another thread."""


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
