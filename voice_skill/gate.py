"""What comes out of the microphone block by block: silence, or a stretch of speech with the silence after it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from voice_skill.ports import BLOCK_S, Detector

SPEECH_FROM, SPEECH_UNTIL = 0.5, 0.35  # Silero's own thresholds: on, and off again
ONSET_BLOCKS = 2  # a click is one block long
PREROLL_BLOCKS = 10  # a third of a second before the detector is sure: soft first sounds


@dataclass(frozen=True, slots=True)
class Sound:
    """Hold what one block meant.

    `pcm` is what a recognizer should take: nothing in silence, at the `onset` of speech also what came just before.
    `silence_s` is how long nobody has spoken, `ended_at_s` when the last speech ended.
    """

    pcm: bytes = b""
    onset: bool = False
    silence_s: float = 0.0
    ended_at_s: float = 0.0


class Gate:
    """Let speech through; a stretch of speech lasts until `close` is called."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._before: deque[bytes] = deque(maxlen=PREROLL_BLOCKS)
        self._run = 0
        self._silence = 0
        self._ended_at_s = 0.0
        self.is_open = False

    def take(self, pcm: bytes, at_s: float, level: float) -> Sound:
        """Take one block, heard from `at_s` on, with its loudness in dBFS."""
        share = self._detector.speech(pcm, level)
        if self.is_open:
            if share >= SPEECH_UNTIL:
                self._silence, self._ended_at_s = 0, at_s + BLOCK_S
            else:
                self._silence += 1
            return Sound(pcm, silence_s=self._silence * BLOCK_S, ended_at_s=self._ended_at_s)
        self._before.append(pcm)
        self._run = self._run + 1 if share >= SPEECH_FROM else 0
        if self._run < ONSET_BLOCKS:
            return Sound()
        self.is_open, self._silence, self._ended_at_s = True, 0, at_s + BLOCK_S
        lead = b"".join(self._before)
        self._before.clear()
        return Sound(lead, onset=True, ended_at_s=self._ended_at_s)

    def close(self) -> None:
        """End the stretch of speech; the next onset begins another."""
        self.is_open, self._run, self._silence = False, 0, 0
        self._detector.reset()
