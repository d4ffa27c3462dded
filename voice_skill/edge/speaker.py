"""The loudspeaker: PortAudio's callback takes a clip block by block, so that stop() is heard within one block.

A stream with a callback begins 10 to 20 ms after start() and is silent 10 ms after abort(); blocking writes into the
same sound server wait for up to two seconds (measured on PulseAudio with a null sink).
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import soxr

from voice_skill.edge import sound
from voice_skill.errors import SpeakerError
from voice_skill.messages import Clip, Event, Played
from voice_skill.ports import RATE_HZ

LATENCY_S = 0.06  # short enough for "stop", long enough for a busy small board
LEAD_S = 0.02  # silence before the first word: outputs that sleep swallow the first syllable (pitfalls 2.1)
BESIDE: Callable[[bytes, float], None] = lambda _pcm, _at_s: None  # noqa: E731 - the listener that hears nothing


class PortAudioSpeaker:
    """Play clips on a device found by name ("" is the system's own choice), one at a time.

    `beside` is told, from PortAudio's own thread, every block that is played: PCM at 16 kHz, and when it is heard.
    """

    def __init__(self, name: str = "", beside: Callable[[bytes, float], None] = BESIDE) -> None:
        self._name = name
        self._beside = beside
        self._stream: Any = None
        self._rate = 0
        self._data = b""
        self._reference = b""
        self._at = 0
        self._token = 0
        self._deliver: Callable[[Event], None] = lambda _event: None

    def open(self, deliver: Callable[[Event], None]) -> str:
        """Look for the device, give its name; SpeakerError when there is none. Ends of clips are delivered."""
        self._deliver = deliver
        return str(sound.find(self._name, "output")["name"])

    def start(self, clip: Clip, token: int) -> None:
        """Begin to play a clip in place of what is playing; Played(token) is delivered when it has been heard."""
        sounddevice = sound.library()
        try:
            if self._stream is not None:
                self._stream.abort()
            if self._stream is None or self._rate != clip.rate_hz:
                self._open(sounddevice, clip.rate_hz)
            self._load(clip)
            self._token = token
            self._stream.start()
        except (sounddevice.PortAudioError, ValueError) as exc:
            self.close()
            raise SpeakerError("The loudspeaker cannot be used.", "Plug it in again, or choose another one.") from exc

    def _open(self, sounddevice: Any, rate: int) -> None:
        self.close()
        device = sound.find(self._name, "output")
        for own in (rate, int(device["default_samplerate"])):
            with contextlib.suppress(sounddevice.PortAudioError):
                self._stream = sounddevice.RawOutputStream(
                    samplerate=own,
                    device=device["index"] if self._name else None,
                    channels=1,
                    dtype="int16",
                    latency=LATENCY_S,
                    callback=self._callback(sounddevice, own),
                    finished_callback=lambda: self._deliver(Played(self._token)),
                )
                self._rate, self._own = rate, own
                return
        raise ValueError(rate)

    def _load(self, clip: Clip) -> None:
        pcm = np.frombuffer(clip.pcm, dtype="<i2")
        if clip.rate_hz != self._own:
            pcm = soxr.resample(pcm, clip.rate_hz, self._own).astype("<i2")
        self._data = bytes(int(self._own * LEAD_S) * 2) + pcm.tobytes()
        whole = np.frombuffer(self._data, dtype="<i2")
        self._reference = soxr.resample(whole, self._own, RATE_HZ, quality="LQ").astype("<i2").tobytes()
        self._at = 0

    def _callback(self, sounddevice: Any, own: int) -> Callable[..., None]:
        def callback(out: Any, frames: int, moment: Any, _status: Any) -> None:
            at, size = self._at, frames * 2
            block = self._data[at : at + size]
            out[: len(block)] = block
            out[len(block) :] = bytes(size - len(block))
            self._at = at + size
            ahead_s = max(0.0, moment.outputBufferDacTime - moment.currentTime)
            first, last = (x // 2 * RATE_HZ // own * 2 for x in (at, self._at))
            self._beside(self._reference[first:last], time.monotonic() + ahead_s)
            if self._at >= len(self._data):
                raise sounddevice.CallbackStop

        return callback

    def stop(self) -> None:
        """Be silent at once."""
        if self._stream is not None:
            with contextlib.suppress(Exception):
                self._stream.abort(ignore_errors=True)

    def close(self) -> None:
        """Let go of the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            with contextlib.suppress(Exception):
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
