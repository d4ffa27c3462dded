"""The timers' own sound: two soft tones, so that nobody takes the words that follow for an answer."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from voice_skill.messages import Clip

RATE_HZ = 16_000
TONES_HZ = (659.3, 880.0)  # e and a, as a door gong
TONE_S = 0.35


@lru_cache
def clip(volume: float = 1.0) -> Clip:
    """Make the sound, 0.7 s long, as loud as the voice (volume 0 to 1)."""
    t = np.arange(round(TONE_S * RATE_HZ)) / RATE_HZ
    fade = np.minimum(t / 0.01, 1.0) * np.exp(-5.0 * t / TONE_S)
    tones = np.concatenate([np.sin(2 * np.pi * f * t) * fade for f in TONES_HZ])
    return Clip((tones * 0.5 * volume * 32767).astype("<i2").tobytes(), RATE_HZ)
