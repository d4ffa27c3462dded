"""The echo canceller: takes what the loudspeaker plays out of what the microphone hears, and leaves a person's words.

A linear filter learns the way from the loudspeaker to the microphone: a Kalman filter in the frequency domain (Enzner
and Vary, "Frequency-domain adaptive Kalman filter for acoustic echo control in hands-free telephones", 2006). It takes
out less than WebRTC's AEC3, but AEC3 takes out the person who speaks at the same time too (figures in HACKING.md).
"""

from __future__ import annotations

import threading

import numpy as np
import numpy.typing as npt

from voice_skill.ports import RATE_HZ

Spectra = npt.NDArray[np.complex128]
Samples = npt.NDArray[np.int16]

FRAME = 80  # samples, 5 ms: short blocks follow two clocks that drift apart
PARTS = 32  # blocks of the filter: 160 ms, which hold LEAD_S, times 50 ms wrong, and a room's first echoes
FORGET = 0.997  # a block: how sure the filter stays of the way; at 50 ppm of drift 0.9995 takes 4 dB less out
# The canceller finds an echo only after its reference; it is shown the reference this much early, so that a time
# of playing which is guessed too late does no harm.
LEAD_S = 0.06
SNAP_S = (
    0.05  # blocks whose times jitter less than this are one stream: its samples are counted, its times not believed
)
REACH = 16  # blocks: parts of an echo that come so much later are taken to be softer by e
# The way may be another one when the voice begins anew (a sound server may answer 20 ms later than before): the filter
# is then this unsure again, of 1 at the start. Without it half of all half seconds of an answer kept their echo.
AGAIN = 0.3
KEPT_S = 5.0  # of what was played; the loudspeaker may be given far more ahead than this only by mistake
HEARD = 60.0  # of 32768: softer blocks tell nothing of an echo
SMOOTH, ECHO_LEFT = 0.05, 0.7  # a block of 32 ms; where more than this is left there is no echo to cancel
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


class _Filter:
    """Learn the way of the echo, block by block of FRAME samples (-1 to 1)."""

    def __init__(self) -> None:
        shape = (PARTS, FRAME + 1)
        self._far: Spectra = np.zeros(shape, np.complex128)  # the newest block first
        self._way: Spectra = np.zeros(shape, np.complex128)
        # how far the way may be from the learned one: early parts of an echo are loud, late ones soft
        self._unknown = np.ones(shape) * np.exp(-np.arange(PARTS) / REACH)[:, None]
        self._doubt = self._unknown
        self._person = np.full(FRAME + 1, 1e-6)  # power of what is no echo
        self._last = np.zeros(FRAME)

    def cancel(self, near: npt.NDArray[np.float64], far: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Give a block of the microphone without the echo of what was played until now."""
        self._far = np.roll(self._far, 1, axis=0)
        self._far[0] = np.fft.rfft(np.concatenate([self._last, far]))
        self._last = far
        rest: npt.NDArray[np.float64] = near - np.fft.irfft((self._way * self._far).sum(axis=0))[FRAME:]
        self._learn(np.fft.rfft(np.concatenate([np.zeros(FRAME), rest])))
        return rest

    def begin_anew(self) -> None:
        """Learn fast again, from the way that was learned."""
        self._doubt = np.maximum(self._doubt, AGAIN * self._unknown)

    def _learn(self, rest: Spectra) -> None:
        power = np.abs(self._far) ** 2
        self._person = 0.5 * self._person + 0.5 * np.abs(rest) ** 2
        # a person who speaks makes the steps small; half of a block's power is there, as blocks overlap by half
        step = self._doubt / (0.5 * (self._doubt * power).sum(axis=0) + self._person + 1e-7)
        self._way = self._way + step * np.conj(self._far) * rest
        impulse = np.fft.irfft(self._way, axis=1)
        impulse[:, FRAME:] = 0  # each part is FRAME samples long
        self._way = np.fft.rfft(impulse, axis=1)
        strength = np.abs(self._way) ** 2
        keep = FORGET**2
        self._doubt = keep * (1 - 0.5 * step * power) * self._doubt + (1 - keep) * (strength + 1e-3 * strength.mean())


class EchoCanceller:
    """Take the own voice out of the microphone; `played` and `clean` may be called from two threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._filter = _Filter()
        self._microphone = _Line()
        self._played: list[tuple[int, Samples]] = []
        self._left = 1.0  # of the loudness, after cancelling
        self._waiting = np.zeros(0, np.int16)  # microphone, short of a frame
        self._ready = np.zeros(0, np.int16)

    def played(self, pcm: bytes, at_s: float) -> None:
        """Note a clip that the loudspeaker plays: mono 16-bit at 16 kHz, heard from about `at_s` on."""
        samples = np.frombuffer(pcm, dtype="<i2")
        with self._lock:
            self._played.append((round(at_s * RATE_HZ), samples))

    def stopped(self, at_s: float) -> None:
        """Forget what would have been played after a moment: it was stopped."""
        last = round(at_s * RATE_HZ)
        with self._lock:
            self._played = [(at, clip[: max(0, last - at)]) for at, clip in self._played]

    def clean(self, pcm: bytes, at_s: float) -> bytes:
        """Give one microphone block without the echo, as long as it came; late by 5 ms where it is no whole frame."""
        if not pcm:
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
            self._filter.begin_anew()
            return near
        out = [
            self._filter.cancel(near[at : at + FRAME] / 32768, far[at : at + FRAME] / 32768)
            for at in range(0, len(near), FRAME)
        ]
        cleaned: Samples = (np.clip(np.concatenate([*out, np.zeros(0)]), -1, 1) * 32767).astype(np.int16)
        return cleaned if self._echoes(near, cleaned) else near

    def _echoes(self, near: Samples, cleaned: Samples) -> bool:
        """Tell whether there is an echo at all: with a headset the filter finds nothing, and hurts a person's words."""
        before, after = (float(np.sqrt(np.mean(x.astype(np.float64) ** 2))) if len(x) else 0.0 for x in (near, cleaned))
        if before > HEARD:
            self._left += SMOOTH * (min(after / before, 1.0) - self._left)
        return self._left < ECHO_LEFT

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
