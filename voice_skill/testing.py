"""Public fakes, scripted: a microphone, a recognizer, a voice, a speaker, a screen and a clock."""

from __future__ import annotations

from collections.abc import Iterable

from voice_skill.errors import VoiceSkillError
from voice_skill.messages import AudioFrame, Clip, Delivery, Event, Heard, Hypothesis, Partial, Quit, Reply


def heard(*texts: str) -> Heard:
    """Give an utterance with these readings, each half as likely as the one before."""
    weights = [0.5**n for n in range(len(texts))]
    return Heard(tuple(Hypothesis(t, w / sum(weights)) for t, w in zip(texts, weights, strict=True)))


class FakeClock:
    """Tell the time that was set."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now

    def __call__(self) -> float:
        """Give the time that was set, in seconds."""
        return self.now


class FakeMicrophone:
    """Deliver scripted events; a number lets the clock run so many seconds without sound. Then Quit."""

    def __init__(self, script: Iterable[Event | str | float], clock: FakeClock | None = None) -> None:
        self._script = list(script)
        self._clock = clock or FakeClock()
        self.opened = self.cleared = 0

    def open(self) -> None:
        """Count the opening."""
        self.opened += 1

    def read(self, timeout_s: float | None) -> Event | None:
        """Give the next event of the script; text becomes a frame that FakeRecognizer understands."""
        if not self._script:
            return Quit()
        event = self._script[0]
        if isinstance(event, int | float):
            step = event if timeout_s is None else min(event, timeout_s)
            self._clock.now += step
            self._script[0] = event - step
            if event - step <= 0:
                self._script.pop(0)
            return None
        self._script.pop(0)
        return AudioFrame(event.encode()) if isinstance(event, str) else event

    def clear(self) -> None:
        """Count; the script goes on, as it stands for what is said later."""
        self.cleared += 1

    def close(self) -> None:
        """Count the closing."""
        self.opened -= 1


class FakeRecognizer:
    """Understand frames that hold text: "..." at the end makes a partial, everything else is final."""

    def __init__(self) -> None:
        self.resets = 0

    def accept(self, pcm: bytes) -> Partial | Heard | None:
        """Give what the frame says."""
        text = pcm.decode()
        return Partial(text[:-3]) if text.endswith("...") else heard(text)

    def finish(self) -> Heard:
        """Give nothing."""
        return Heard()

    def reset(self) -> None:
        """Count."""
        self.resets += 1


class FakeVoice:
    """Render text as its own bytes, or fail with a given error."""

    def __init__(self, error: VoiceSkillError | None = None) -> None:
        self._error = error

    def render(self, text: str, delivery: Delivery) -> Clip:  # noqa: ARG002 - the port's own signature
        """Give the text as PCM."""
        if self._error:
            raise self._error
        return Clip(text.encode(), 16_000)

    def close(self) -> None:
        """Do nothing."""


class FakeSpeaker:
    """Keep what was played, or fail with a given error."""

    def __init__(self, error: VoiceSkillError | None = None) -> None:
        self._error = error
        self.played: list[str] = []

    def play(self, clip: Clip) -> None:
        """Keep a FakeVoice's clip as text."""
        if self._error:
            raise self._error
        self.played.append(clip.pcm.decode())

    def stop(self) -> None:
        """Do nothing."""


class FakeScreen:
    """Keep what was shown."""

    def __init__(self) -> None:
        self.partials: list[str] = []
        self.replies: list[Reply] = []
        self.troubles: list[VoiceSkillError] = []

    def partial(self, text: str) -> None:
        """Keep."""
        self.partials.append(text)

    def reply(self, reply: Reply) -> None:
        """Keep."""
        self.replies.append(reply)

    def trouble(self, error: VoiceSkillError) -> None:
        """Keep."""
        self.troubles.append(error)
