"""Recordings: any rate, mono or stereo, 8 to 32 bit PCM in, mono 16-bit at 16 kHz out; and clips as WAV bytes."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import soundfile
import soxr

from voice_skill.errors import RecordingError
from voice_skill.messages import Clip
from voice_skill.ports import RATE_HZ

LONGEST_S = 60.0  # a question is over long before; a long file is named by mistake


def read(path: Path) -> bytes:
    """Read a recording as mono 16-bit PCM at 16 kHz; RecordingError for what is no short recording."""
    try:
        with soundfile.SoundFile(str(path)) as file:
            seconds = file.frames / file.samplerate
            if seconds > LONGEST_S:
                minutes = seconds / 60
                message = f"{path} is {minutes:.0f} minutes long; a question may take {LONGEST_S:.0f} seconds."
                raise RecordingError(message, "Cut the question out of it first.")
            samples = file.read(dtype="float32", always_2d=True)
            rate = int(file.samplerate)
    except soundfile.LibsndfileError as exc:
        raise _explain(path, exc) from exc
    if not len(samples):
        raise RecordingError(f"{path} holds no sound.", "Record the question again.")
    mono = np.nan_to_num(samples.mean(axis=1))
    if rate != RATE_HZ:
        mono = soxr.resample(mono, rate, RATE_HZ, quality="HQ")
    pcm: bytes = (np.clip(mono, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    return pcm


def _explain(path: Path, exc: Exception) -> RecordingError:
    if not path.exists():
        return RecordingError(f"There is no file {path}.", "Check the name.")
    if path.is_dir():
        return RecordingError(f"{path} is a folder, not a recording.", "Name a WAV file in it.")
    try:
        empty = path.stat().st_size == 0
        with path.open("rb"):
            pass
    except OSError as os_exc:
        return RecordingError(f"{path} cannot be read: {(os_exc.strerror or '').lower()}.", "Check its permissions.")
    if empty:
        return RecordingError(f"{path} is empty.", "Record the question again.")
    return RecordingError(f"{path} is no recording that can be read ({exc}).", "Use a WAV file with PCM sound.")


def encode(clip: Clip) -> bytes:
    """Give a clip as the bytes of a WAV file."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(clip.rate_hz)
        file.writeframes(clip.pcm)
    return out.getvalue()
