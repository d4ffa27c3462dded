"""Noise made here, and mixed under speech at a signal-to-noise ratio (SNR)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter

from voice_skill.ports import RATE_HZ

Sound = npt.NDArray[np.float32]  # mono, 16 kHz, -1 to 1

ACTIVE_SHARE = 0.05  # blocks of 20 ms louder than this share of the loudest are speech, the rest is pause


def hiss(count: int, rng: np.random.Generator, _: Sequence[Sound] = ()) -> Sound:
    """Make the hiss of a cheap microphone: white noise."""
    return rng.standard_normal(count).astype(np.float32)


def hum(count: int, rng: np.random.Generator, _: Sequence[Sound] = ()) -> Sound:
    """Make the hum of a fridge: 50 Hz with its harmonics, slowly swelling, and a little air."""
    t = np.arange(count) / RATE_HZ
    total = 0.05 * rng.standard_normal(count)
    for order in range(1, 13):
        total += np.sin(2 * np.pi * 50 * order * t + rng.uniform(0, 6.28)) / order
    return (total * (1 + 0.2 * np.sin(2 * np.pi * 0.3 * t))).astype(np.float32)


def kitchen(count: int, rng: np.random.Generator, _: Sequence[Sound] = ()) -> Sound:
    """Make a kitchen: a fan and a fridge, running water that swells, and crockery that rings at random moments."""
    t = np.arange(count) / RATE_HZ
    fan = lfilter([1.0], [1.0, -0.99], rng.standard_normal(count)) * 0.14
    fridge = sum(np.sin(2 * np.pi * 50 * order * t) / order for order in (1, 2, 3, 4, 6)) * 0.3
    water = lfilter([1.0], [1.0, -0.6], rng.standard_normal(count)) * 0.06
    total = fan + fridge + water * (1 + 0.6 * np.sin(2 * np.pi * rng.uniform(0.1, 0.4) * t + rng.uniform(0, 6.28)))
    for _clatter in range(max(1, int(count / RATE_HZ))):
        at, length = int(rng.integers(count)), int(RATE_HZ * rng.uniform(0.05, 0.3))
        moment = np.arange(min(length, count - at)) / RATE_HZ
        ring = sum(np.sin(2 * np.pi * rng.uniform(900, 5500) * moment) for _ in range(4))
        total[at : at + len(moment)] += rng.uniform(0.2, 1.0) * ring * np.exp(-moment * rng.uniform(20, 80))
    return np.asarray(total, dtype=np.float32)


def babble(count: int, rng: np.random.Generator, voices: Sequence[Sound] = ()) -> Sound:
    """Make a room full of talk from six of the given sentences, each from a moment of its own; hiss without any."""
    if not voices:
        return hiss(count, rng)
    total = np.zeros(count, dtype=np.float32)
    for number in rng.integers(len(voices), size=6):
        voice = voices[int(number)]
        total += np.resize(np.roll(voice, int(rng.integers(len(voice)))), count) / (level(voice) or 1.0)
    return total


KINDS: dict[str, Callable[[int, np.random.Generator, Sequence[Sound]], Sound]] = {
    "kitchen": kitchen,
    "babble": babble,
    "hum": hum,
    "hiss": hiss,
}


def level(sound: Sound) -> float:
    """Give the root mean square of a sound's active blocks of 20 ms, pauses left out."""
    size = RATE_HZ // 50
    blocks = sound[: len(sound) // size * size].reshape(-1, size)
    loudness = np.sqrt((blocks**2).mean(axis=1)) if len(blocks) else np.zeros(1)
    active = loudness[loudness > ACTIVE_SHARE * loudness.max()]
    return float(np.sqrt((active**2).mean())) if len(active) else 0.0


def mix(speech: Sound, noise: Sound, snr_db: float) -> Sound:
    """Give speech with noise under it at an SNR of `snr_db` decibels, scaled down where it would clip."""
    factor = level(speech) / (level(noise) or 1.0) / 10 ** (snr_db / 20)
    mixed = speech + noise * np.float32(factor)
    peak = float(np.abs(mixed).max()) if len(mixed) else 0.0
    return (mixed / max(peak, 1.0)).astype(np.float32)
