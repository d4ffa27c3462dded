"""The loudspeaker: clips are written block by block, so that stop() is heard within one block."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import numpy as np
import soxr

from voice_skill.edge import sound
from voice_skill.errors import SpeakerError
from voice_skill.messages import Clip

BLOCK_S = 0.05
LEAD_S = 0.05  # silence before the first word: outputs that sleep swallow the first syllable (pitfalls 2.1)


class PortAudioSpeaker:
    """Play clips on a device found by name ("" is the system's own choice)."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._stopped = threading.Event()

    def play(self, clip: Clip) -> None:
        """Play a clip to its end or until stop(); SpeakerError when there is no loudspeaker."""
        self._stopped.clear()
        sounddevice = sound.library()
        device = sound.find(self._name, "output")
        try:
            self._play(sounddevice, device, clip)
        except (sounddevice.PortAudioError, ValueError) as exc:
            message = f"The loudspeaker {device['name']!r} cannot be used."
            raise SpeakerError(message, "Close the program that holds it, or choose another one.") from exc

    def _play(self, sounddevice: Any, device: Any, clip: Clip) -> None:
        index = device["index"] if self._name else None
        pcm, rate = clip.pcm, clip.rate_hz
        try:
            sounddevice.check_output_settings(device=index, channels=1, dtype="int16", samplerate=rate)
        except sounddevice.PortAudioError:
            own = int(device["default_samplerate"])
            pcm = soxr.resample(np.frombuffer(pcm, dtype="<i2"), rate, own).astype("<i2").tobytes()
            rate = own
        block = int(rate * BLOCK_S) * 2
        data = bytes(int(rate * LEAD_S) * 2) + pcm
        stream = sounddevice.RawOutputStream(samplerate=rate, device=index, channels=1, dtype="int16")
        try:
            stream.start()
            for at in range(0, len(data), block):
                if self._stopped.is_set():
                    stream.abort()
                    return
                stream.write(data[at : at + block])
            stream.stop()  # waits until the last block was heard
        finally:
            with contextlib.suppress(sounddevice.PortAudioError):
                stream.close()

    def stop(self) -> None:
        """End the playback."""
        self._stopped.set()
