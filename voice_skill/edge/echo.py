"""The echo canceller: takes what the loudspeaker plays out of what the microphone hears (WebRTC's AEC3).

It needs the extra `echo`; without it the microphone passes through unchanged, and the guard in `barge_in` is alone.
"""

from __future__ import annotations

import importlib.util
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from voice_skill.ports import RATE_HZ

Samples = npt.NDArray[np.int16]

FRAME = RATE_HZ // 100  # AEC3 works on 10 ms
# The canceller finds an echo only after its reference; it is shown the reference this much early, so that a time
# of playing which is guessed too late does no harm. AEC3 itself looks back about half a second.
LEAD_S = 0.06
SNAP_S = 0.05  # times that jitter less than this are one stream: its samples are counted, its times are not believed
KEPT_S = 5.0  # of what was played; the loudspeaker may be given far more ahead than this only by mistake
TAIL_S = 1.0  # after this much silence from the loudspeaker nothing is cancelled, and nothing computed


class _Line:
    """Give samples their places on one line of time, counted in samples since time 0."""

    def __init__(self) -> None:
        self._next: int | None = None

    def place(self, count: int, at_s: float) -> int:
        """Give the place of the first of `count` samples: behind the last ones, unless the time says otherwise."""
        told = round(at_s * RATE_HZ)
        if self._next is None or abs(told - self._next) > SNAP_S * RATE_HZ:
            self._next = told
        first, self._next = self._next, self._next + count
        return first


class EchoCanceller:
    """Take the own voice out of the microphone; `played` and `clean` may be called from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine = _engine()
        self._speaker, self._microphone = _Line(), _Line()
        self._played: list[tuple[int, Samples]] = []
        self._waiting = np.zeros(0, np.int16)  # microphone, short of a frame
        self._ready = np.zeros(0, np.int16)

    @property
    def cancels(self) -> bool:
        """Tell whether an engine is there."""
        return self._engine is not None

    def played(self, pcm: bytes, at_s: float) -> None:
        """Note what the loudspeaker plays: mono 16-bit at 16 kHz, its first sample heard at `at_s` (an estimate)."""
        samples = np.frombuffer(pcm, dtype="<i2")
        with self._lock:
            self._played.append((self._speaker.place(len(samples), at_s), samples))

    def clean(self, pcm: bytes, at_s: float) -> bytes:
        """Give one microphone block without the echo, as long as it came; late by 10 ms where it is no whole frame."""
        if self._engine is None or not pcm:
            return pcm
        samples = np.frombuffer(pcm, dtype="<i2")
        with self._lock:
            first = self._microphone.place(len(samples), at_s) - len(self._waiting)
            near = np.concatenate([self._waiting, samples])
            whole = len(near) - len(near) % FRAME
            self._waiting = near[whole:]
            ready = np.concatenate([self._ready, self._cancel(near[:whole], first)])
            missing = len(samples) - len(ready)
            if missing > 0:  # at the first block that is no whole frame: silence once, and a frame late from then on
                ready = np.concatenate([np.zeros(missing, np.int16), ready])
            self._ready = ready[len(samples) :]
        return ready[: len(samples)].astype("<i2").tobytes()

    def _cancel(self, near: Samples, first: int) -> Samples:
        far = self._reference(first + round(LEAD_S * RATE_HZ), len(near))
        if far is None:
            self._microphone = _Line()  # believe the next time again: two clocks drift apart in an hour
            return near
        if not len(near):
            return near
        cleaned: Samples = self._engine.process(near, far)
        return cleaned

    def _reference(self, first: int, count: int) -> Samples | None:
        """Give what was played at these places, silence where nothing was; None when the last sound is long gone."""
        far = np.zeros(count, np.int16)
        oldest = first - round(KEPT_S * RATE_HZ)
        self._played = [(at, block) for at, block in self._played if at + len(block) > oldest]
        heard = False
        for at, block in self._played:
            heard = heard or (at < first + count and at + len(block) > first - round(TAIL_S * RATE_HZ))
            low, high = max(at, first), min(at + len(block), first + count)
            if low < high:
                far[low - first : high - first] = block[low - at : high - at]
        return far if heard else None


def _engine() -> Any:
    """Give the canceller, or None where the extra is not installed: the one place that chooses."""
    if importlib.util.find_spec("pywebrtc_audio") is None:
        return None
    from pywebrtc_audio import AudioProcessor

    return AudioProcessor(sample_rate=RATE_HZ, echo_cancellation=True)
