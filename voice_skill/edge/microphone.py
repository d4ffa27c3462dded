"""The microphone: PortAudio's callback copies a block into a bounded queue and does nothing else."""

from __future__ import annotations

import contextlib
import queue
from typing import Any

import numpy as np
import soxr

from voice_skill.edge import sound
from voice_skill.errors import MicrophoneError
from voice_skill.messages import AudioFrame, Event, MicrophoneLost
from voice_skill.ports import BLOCK_MS, RATE_HZ

QUEUE_BLOCKS = 100  # ten seconds; past that the oldest is dropped and counted
SILENT_FOR_S = 3.0  # no callback for so long: the device is gone (pitfalls 3.3: often nothing else tells)


class PortAudioMicrophone:
    """Deliver mono 16-bit blocks at 16 kHz from a device found by name ("" is the system's own choice)."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._queue: queue.Queue[Event] = queue.Queue(QUEUE_BLOCKS)
        self._stream: Any = None
        self._resampler: soxr.ResampleStream | None = None
        self.dropped = 0

    def open(self) -> None:
        """Start delivering; a device that refuses 16 kHz is opened at its own rate and resampled by soxr."""
        sounddevice = sound.library()
        device = sound.find(self._name, "input")
        failure: Exception | None = None
        for rate in (RATE_HZ, int(device["default_samplerate"])):
            for channels in (1, 2):
                try:
                    self._start(sounddevice, device, rate, channels)
                except (sounddevice.PortAudioError, ValueError) as exc:
                    failure = exc
                else:
                    return
        message = f"The microphone {device['name']!r} cannot be opened."
        raise MicrophoneError(message, "Close the program that holds it, or choose another one.") from failure

    def _start(self, sounddevice: Any, device: Any, rate: int, channels: int) -> None:
        self._resampler = soxr.ResampleStream(rate, RATE_HZ, 1, dtype="int16") if rate != RATE_HZ else None
        block = rate * BLOCK_MS // 1000

        def callback(data: Any, _frames: int, _time: Any, _status: Any) -> None:
            self._put(bytes(data), channels)

        def finished() -> None:
            self._offer(MicrophoneLost("the sound system closed it"))

        index = device["index"] if self._name else None
        stream = sounddevice.RawInputStream(
            samplerate=rate,
            blocksize=block,
            device=index,
            channels=channels,
            dtype="int16",
            callback=callback,
            finished_callback=finished,
        )
        stream.start()
        self._stream = stream

    def _put(self, pcm: bytes, channels: int) -> None:
        if channels > 1 or self._resampler is not None:
            samples = np.frombuffer(pcm, dtype="<i2")[::channels]
            if self._resampler is not None:
                samples = self._resampler.resample_chunk(samples)
            pcm = np.ascontiguousarray(samples).astype("<i2").tobytes()
        self._offer(AudioFrame(pcm))

    def _offer(self, event: Event) -> None:
        while True:
            try:
                self._queue.put_nowait(event)
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._queue.get_nowait()
                    self.dropped += 1
            else:
                return

    def read(self, timeout_s: float | None) -> Event | None:
        """Give the next event; None when none came within timeout_s, MicrophoneLost after SILENT_FOR_S of nothing."""
        wait_s = SILENT_FOR_S if timeout_s is None else min(timeout_s, SILENT_FOR_S)
        try:
            return self._queue.get(timeout=max(wait_s, 0.0))
        except queue.Empty:
            return MicrophoneLost("it delivers nothing") if wait_s == SILENT_FOR_S else None

    def clear(self) -> None:
        """Drop everything delivered so far."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._queue.get_nowait()

    def close(self) -> None:
        """Stop delivering."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(Exception):
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
        self.clear()
