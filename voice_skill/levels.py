"""How loud the microphone is: one that is muted, and one that is far too loud."""

from __future__ import annotations

from typing import Literal

import numpy as np

from voice_skill.ports import BLOCK_S

SILENT_DBFS = -96.0  # nothing but zeros
MUTED_FOR_S = 2.5  # of zeros: no microphone is that quiet
FLOOR_FOR_S = 2.0  # of noise without speech: this microphone is never exactly silent
GATED_S = 0.1  # of zeros beside speech: a noise gate
CLIPPED_SHARE = 0.1  # of an utterance's blocks reach full scale


def level_dbfs(pcm: bytes) -> float:
    """Give the loudness of mono 16-bit PCM in dB below full scale, -96 for nothing."""
    samples = np.frombuffer(pcm, dtype="<i2").astype(np.float32)
    power = float(np.dot(samples, samples)) / len(samples) if len(samples) else 0.0
    return max(SILENT_DBFS, 10 * float(np.log10(power / 32768.0**2))) if power else SILENT_DBFS


class Levels:
    """Watch the loudness: a microphone that is muted, or one that is far too loud.

    A microphone with a noise gate is exactly silent between words: where speech comes straight out of zeros, zeros
    mean nothing until the noise of a room has been heard.
    """

    def __init__(self) -> None:
        self._zero_s = self._floor_s = self._gap_s = 0.0
        self._watching = True
        self._told = self._told_loud = False
        self._blocks = self._clipped = 0

    def take(self, level: float, pcm: bytes, *, speech: bool) -> Literal["", "muted", "unmuted"]:
        """Take one block and its loudness (dBFS); give what is news."""
        if level <= SILENT_DBFS:
            self._zero_s += BLOCK_S
            self._watching = self._watching and not speech  # no room falls silent at a word's end
            if self._watching and self._zero_s >= MUTED_FOR_S:
                self._watching, self._told = False, True
                return "muted"
            return ""
        if self._zero_s:
            self._gap_s, self._zero_s, self._floor_s = self._zero_s, 0.0, 0.0
        if speech:
            self._watching = self._watching and self._gap_s < GATED_S
            self._gap_s = 0.0
            self._blocks += 1
            self._clipped += bool((np.abs(np.frombuffer(pcm, dtype="<i2").astype(np.int32)) >= 32767).any())
        else:
            self._floor_s += BLOCK_S
            self._watching = self._watching or self._floor_s >= FLOOR_FOR_S
        told, self._told = self._told, False
        return "unmuted" if told else ""

    def too_loud(self) -> bool:
        """Tell, once, at the end of an utterance, whether it was clipped."""
        blocks, clipped = self._blocks, self._clipped
        self._blocks = self._clipped = 0
        news = not self._told_loud and blocks > 0 and clipped / blocks >= CLIPPED_SHARE
        self._told_loud = self._told_loud or news
        return news
