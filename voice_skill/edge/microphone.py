"""The microphone: PortAudio's callback copies a block into the inbox and does nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import soxr

from voice_skill import clock
from voice_skill.edge import sound
from voice_skill.errors import MicrophoneError
from voice_skill.messages import AudioFrame, Event, MicrophoneLost
from voice_skill.ports import BLOCK_SAMPLES, RATE_HZ

LATENCY_S = 0.03  # one block: a longer buffer delays every answer by its length


class PortAudioMicrophone:
    """Deliver mono 16-bit blocks at 16 kHz from a device found by name ("" is the system's own choice)."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._stream: Any = None
        self._resampler: soxr.ResampleStream | None = None
        self._rest = b""

    def open(self, deliver: Callable[[Event], None]) -> str:
        """Start delivering, give the device's name; one that refuses 16 kHz is opened at its own rate and resampled."""
        sounddevice = sound.library()
        device = sound.find(self._name, "input")
        failure: Exception | None = None
        for rate in (RATE_HZ, int(device["default_samplerate"])):
            for channels in (1, 2):
                try:
                    self._start(sounddevice, device, (rate, channels), deliver)
                except (sounddevice.PortAudioError, ValueError) as exc:
                    failure = exc
                else:
                    return str(device["name"])
        message = f"The microphone {device['name']!r} cannot be opened."
        raise MicrophoneError(message, "Close the program that holds it, or choose another one.") from failure

    def _start(self, sounddevice: Any, device: Any, shape: tuple[int, int], deliver: Callable[[Event], None]) -> None:
        rate, channels = shape
        self._resampler = soxr.ResampleStream(rate, RATE_HZ, 1, dtype="int16") if rate != RATE_HZ else None
        self._rest = b""

        def callback(data: Any, frames: int, _time: Any, _status: Any) -> None:
            at_s = clock.steady() - frames / rate
            for pcm in self._blocks(bytes(data), channels):
                deliver(AudioFrame(pcm, at_s))

        def finished() -> None:
            deliver(MicrophoneLost("the sound system closed it"))

        self._stream = sounddevice.RawInputStream(
            samplerate=rate,
            blocksize=rate * BLOCK_SAMPLES // RATE_HZ,
            device=device["index"] if self._name else None,
            channels=channels,
            dtype="int16",
            latency=LATENCY_S,
            callback=callback,
            finished_callback=finished,
        )
        try:
            self._stream.start()
        except sounddevice.PortAudioError:
            self.close()
            raise

    def _blocks(self, pcm: bytes, channels: int) -> list[bytes]:
        """Bring what the device delivered to one channel, 16 kHz and blocks of equal length."""
        if channels > 1 or self._resampler is not None:
            samples = np.frombuffer(pcm, dtype="<i2")[::channels]
            if self._resampler is not None:
                samples = self._resampler.resample_chunk(np.ascontiguousarray(samples))
            pcm = samples.astype("<i2").tobytes()
        pcm = self._rest + pcm
        size = BLOCK_SAMPLES * 2
        whole = len(pcm) - len(pcm) % size
        self._rest = pcm[whole:]
        return [pcm[at : at + size] for at in range(0, whole, size)]

    def close(self) -> None:
        """Stop delivering."""
        stream, self._stream = self._stream, None
        sound.close(stream)
