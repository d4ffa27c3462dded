"""Public fakes, scripted: a microphone, a recognizer, a voice, a speaker, a screen and a clock."""

from __future__ import annotations

from collections.abc import Iterable

from voice_skill import ring
from voice_skill.clock import Reading
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


class FakeClocks:
    """Tell steady and wall time as they were set; the wall's clock may jump, and the machine may start anew."""

    def __init__(self, steady_s: float = 1000.0, wall_s: float = 1.8e9, boot: str = "first") -> None:
        self.steady_s, self.wall_s, self.boot = steady_s, wall_s, boot

    def __call__(self) -> Reading:
        """Give both clocks."""
        return Reading(self.steady_s, self.wall_s, self.boot)

    def pass_s(self, seconds: float) -> None:
        """Let time pass on both."""
        self.steady_s += seconds
        self.wall_s += seconds

    def restart(self, off_s: float) -> None:
        """Switch the machine off and on: the steady clock starts anew."""
        self.wall_s += off_s
        self.steady_s, self.boot = 5.0, self.boot + "'"


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
        """Keep a FakeVoice's clip as text, the timers' sound as "(ring)"."""
        if self._error:
            raise self._error
        self.played.append("(ring)" if clip == ring.clip() else clip.pcm.decode())

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
