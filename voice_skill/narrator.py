"""The mouth: what is to be said goes out sentence by sentence, so that it can be stopped, paused and rung into."""

from __future__ import annotations

import contextlib
import re
from collections import deque
from dataclasses import dataclass

import numpy as np

from voice_skill.errors import SpeakerError, VoiceError
from voice_skill.messages import Began, Clip, Delivery, Played
from voice_skill.ports import Speaker, Voice

LATE_S = 2.5  # a clip that has not begun, or is not over, so long after its time: the loudspeaker is gone
EARLY_S = 0.5  # a clip that is over so long before its time was never heard
_END = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True, slots=True)
class Line:
    """Hold one sentence to be said, or a bare sound (a clip without text).

    What is said `aside` (a timer, a word about the microphone) is no part of an answer that can be gone on with.
    """

    text: str
    clip: Clip | None = None
    aside: bool = False


def sentences(text: str) -> list[str]:
    """Part a reply into sentences."""
    return [s for s in _END.split(text.strip()) if s]


class Narrator:
    """Say lines one after the other; the next begins when `take` is told that one has been heard."""

    def __init__(self, voice: Voice, speaker: Speaker) -> None:
        self._voice = voice
        self._speaker = speaker
        self._waiting: deque[tuple[Line, Delivery]] = deque()
        self._token = 0
        self._due_s = self._length_s = 0.0
        self.current: Line | None = None

    def say(self, text: str, delivery: Delivery, *, aside: bool = False) -> None:
        """Add the sentences of a text, in front of what waits when they are said aside."""
        lines = [(Line(s, aside=aside), delivery) for s in sentences(text)]
        if aside:
            self._waiting.extendleft(reversed(lines))
        else:
            self._waiting.extend(lines)

    def sound(self, clip: Clip, volume: float) -> None:
        """Add a bare sound in front of what waits, at a loudness of 0 to 1."""
        pcm = (np.frombuffer(clip.pcm, dtype="<i2") * volume).astype("<i2").tobytes()
        self._waiting.appendleft((Line("", Clip(pcm, clip.rate_hz)), Delivery()))

    def go_on(self, now: float) -> None:
        """Begin the next line, if one waits and nothing is being said; VoiceError or SpeakerError when it cannot be."""
        if self.current is not None or not self._waiting:
            return
        line, delivery = self._waiting.popleft()
        # set aside until the line sounds: what cannot be heard now is not said later
        waiting, self._waiting = self._waiting, deque()
        clip = line.clip or self._voice.render(line.text, delivery)
        self._token += 1
        self._speaker.start(clip, self._token)
        self._length_s = len(clip.pcm) / 2 / clip.rate_hz
        self._due_s = now + LATE_S
        self.current, self._waiting = line, waiting
        if waiting and waiting[0][0].clip is None:
            with contextlib.suppress(VoiceError):  # it will be told at its turn
                self._voice.render(waiting[0][0].text, waiting[0][1])  # kept by the voice until then

    @property
    def busy(self) -> bool:
        """Tell whether something is being said or waits to be."""
        return self.current is not None or bool(self._waiting)

    def began(self, began: Began, now: float) -> None:
        """Learn that a clip is heard now."""
        if began.token == self._token:
            self._due_s = max(now, began.at_s) + self._length_s + LATE_S

    def take(self, played: Played, now: float) -> Line | None:
        """Learn that a clip was heard; give its line, None for an old one. SpeakerError when it was cut short."""
        if played.token != self._token or self.current is None:
            return None
        if played.error is not None or now < self._due_s - LATE_S - EARLY_S:
            raise SpeakerError("The loudspeaker has stopped.", "Plug it in again, or choose another one.")
        line, self.current = self.current, None
        return line

    def warm(self) -> None:
        """Have the loudspeaker running: something will be said soon."""
        self._speaker.warm()

    def late(self, now: float) -> bool:
        """Tell whether the end of a clip should long have been heard."""
        return self.current is not None and now > self._due_s

    def stop(self) -> str:
        """Be silent at once; give what was not said of the answer, from the sentence that was broken off."""
        lines = ([self.current] if self.current is not None else []) + [line for line, _ in self._waiting]
        if self.current is not None:
            self._speaker.stop()
        self.current = None
        self._waiting.clear()
        return " ".join(line.text for line in lines if line.text and not line.aside)
