"""Whatever sound a client sends, piece by piece, to mono 16-bit PCM at 16 kHz."""

from __future__ import annotations

import numpy as np
import soxr

from voice_skill.errors import RecordingError
from voice_skill.ports import RATE_HZ

RATES_HZ = (8_000, 96_000)
FRAME = RATE_HZ // 50
MARGIN = 12  # frames that are kept after what is loud: a quarter of a second
SOFT_DB = 40.0  # below the loudest frame nothing is speech that counts
ABOVE_DB = 6.0  # speech stands out from the softest tenth of the frames by so much
_TYPES = {1: "u1", 2: "<i2", 4: "<i4"}


class Converter:
    """Convert one stream of little-endian PCM; RecordingError for a format that is none."""

    def __init__(self, rate_hz: int, width: int, channels: int) -> None:
        whole = all(isinstance(x, int) for x in (rate_hz, width, channels))
        if not whole or width not in _TYPES or channels not in (1, 2) or not RATES_HZ[0] <= rate_hz <= RATES_HZ[1]:
            message = f"Sound of {rate_hz!r} Hz, {width!r} bytes, {channels!r} channels cannot be heard."
            raise RecordingError(message, "Send 16000 Hz, 2 bytes, 1 channel.")
        self.format = (rate_hz, width, channels)
        self._resampler = soxr.ResampleStream(rate_hz, RATE_HZ, 1, dtype="int16") if rate_hz != RATE_HZ else None
        self._left = b""

    def convert(self, piece: bytes, *, last: bool = False) -> bytes:
        """Give the next PCM; an unfinished sample waits for the next piece."""
        _, width, channels = self.format
        piece = self._left + piece
        whole = len(piece) - len(piece) % (width * channels)
        self._left, piece = piece[whole:], piece[:whole]
        if self._resampler is None and (width, channels) == (2, 1):
            return piece
        sound = np.frombuffer(piece, dtype=_TYPES[width]).astype(np.int32)
        if width == 1:
            sound = (sound - 128) << 8
        elif width == 4:
            sound >>= 16
        if channels == 2:
            sound = sound.reshape(-1, 2).sum(axis=1) >> 1
        mono = sound.astype("<i2")
        if self._resampler is not None:
            mono = self._resampler.resample_chunk(mono, last=last)
        return mono.tobytes()


def without_the_quiet_after(pcm: bytes) -> bytes:
    """Cut the quiet after the speech from a whole utterance at 16 kHz: it costs as much to hear as speech.

    The quiet before stays: without it one utterance in five is read otherwise, as the decoder adapts to it.
    """
    count = len(pcm) // 2 // FRAME
    if count <= MARGIN:
        return pcm
    frames = np.frombuffer(pcm[: count * FRAME * 2], dtype="<i2").astype(np.float32).reshape(count, FRAME)
    levels = 10 * np.log10((frames**2).mean(axis=1) + 1.0)
    loud = np.flatnonzero((levels > levels.max() - SOFT_DB) & (levels > np.percentile(levels, 10) + ABOVE_DB))
    if not len(loud):
        return pcm
    return pcm[: min(int(loud[-1]) + MARGIN + 1, count) * FRAME * 2]
