"""Short soft sounds that tell without words: heard you, understood that you finished, gave up, time is up.

Two sine tones each with a soft start and end: up for waking, one short tone for "done", down for giving up, and a
gentle repeated third for the timer, so that they are told apart with eyes shut.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from voice_skill.messages import Clip

RATE_HZ = 22_050
SOFT, CLEAR = 0.18, 0.4  # peaks: -15 and -8 dB below full scale
_FADE_S = 0.012
_TONES: dict[str, tuple[tuple[float, float], ...]] = {  # frequency in Hz (0: silence) and seconds
    "wake": ((660.0, 0.07), (880.0, 0.09)),
    "done": ((740.0, 0.08),),
    "giveup": ((880.0, 0.05), (0.0, 0.03), (660.0, 0.06)),
    "ring": ((784.0, 0.2), (988.0, 0.25), (0.0, 0.15), (784.0, 0.2), (988.0, 0.3), (0.0, 0.1)),
}


def clips() -> dict[str, Clip]:
    """Give all sounds by name, mono 16-bit at RATE_HZ."""
    return {name: _clip(tones, CLEAR if name == "ring" else SOFT) for name, tones in _TONES.items()}


def _clip(tones: tuple[tuple[float, float], ...], peak: float) -> Clip:
    wave = np.concatenate([_tone(hz, seconds) for hz, seconds in tones])
    return Clip((wave * peak * 32767).astype("<i2").tobytes(), RATE_HZ)


def _tone(hz: float, seconds: float) -> npt.NDArray[np.float64]:
    t = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    fade = np.minimum(1.0, np.minimum(t, t[::-1]) / _FADE_S)
    wave: npt.NDArray[np.float64] = np.sin(2 * np.pi * hz * t) * np.sin(fade * np.pi / 2) ** 2
    return wave
