"""The loudspeaker: PortAudio's callback takes a clip block by block, so that stop() is heard within one block.

The stream runs on in silence between two clips and for a while after them: the next one begins within a block, and
no end has to be waited for. A sound server may take two seconds to drain, to begin again after an abort, or to take a
blocking write (measured on PulseAudio with a null sink that nobody records).
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import soxr

from voice_skill import clock
from voice_skill.edge import sound
from voice_skill.errors import SpeakerError
from voice_skill.messages import Began, Clip, Event, Played

LATENCY_S = 0.03  # short enough for "stop", long enough for a busy small board
LEAD_S = 0.02  # silence before the first word: outputs that sleep swallow the first syllable (pitfalls 2.1)
BLOCK_S = 0.01
IDLE_S = 60.0  # of silence after which the device is let go


class PortAudioSpeaker:
    """Play clips on a device found by name ("" is the system's own choice), one at a time."""

    def __init__(self, name: str = "") -> None:
        self._name = name
        self._lock = threading.Lock()  # of the calls into PortAudio
        self._stream: Any = None
        self._rate = 0
        self._next: tuple[int, bytes] | None = None
        self._data = b""
        self._at = 0
        self._token = 0  # of the clip that is playing, 0 for none
        self._rest_s = 0.0  # until the last sample has left the device's buffer
        self._quiet_since = 0.0
        self._deliver: Callable[[Event], None] = lambda _event: None

    def open(self, deliver: Callable[[Event], None]) -> str:
        """Look for the device, give its name; SpeakerError when it cannot be opened. Ends of clips are delivered."""
        self._deliver = deliver
        sounddevice = sound.library()
        device = sound.find(self._name, "output")
        self._rate = int(device["default_samplerate"])
        index = device["index"] if self._name else None
        try:
            self._stream = sounddevice.RawOutputStream(
                samplerate=self._rate,
                device=index,
                channels=1,
                dtype="int16",
                latency=LATENCY_S,
                blocksize=int(self._rate * BLOCK_S),
                callback=self._callback,
                finished_callback=self._finished,
            )
        except (sounddevice.PortAudioError, ValueError) as exc:
            message = f"The loudspeaker {device['name']!r} cannot be used."
            raise SpeakerError(message, "Close the program that holds it, or choose another one.") from exc
        threading.Thread(target=self._let_go, args=(self._stream,), daemon=True).start()
        return str(device["name"])

    def start(self, clip: Clip, token: int) -> None:
        """Begin to play a clip in place of what is playing; Began and Played(token) are delivered."""
        pcm = np.frombuffer(clip.pcm, dtype="<i2")
        if clip.rate_hz != self._rate:
            pcm = soxr.resample(pcm, clip.rate_hz, self._rate).astype("<i2")
        self._next = token, bytes(int(self._rate * LEAD_S) * 2) + pcm.tobytes()
        self.warm()

    def warm(self) -> None:
        """Have the stream running before something is to be said."""
        self._quiet_since = clock.steady()
        with self._lock:
            if self._stream is None:
                raise SpeakerError("The loudspeaker is closed.")
            if not self._stream.active:
                try:
                    self._stream.abort(ignore_errors=True)
                    self._stream.start()
                except Exception as exc:
                    raise SpeakerError("The loudspeaker cannot be used.", "Plug it in again.") from exc

    def _callback(self, out: Any, frames: int, moment: Any, _status: Any) -> None:
        coming, self._next = self._next, None
        ahead_s = max(0.0, moment.outputBufferDacTime - moment.currentTime)
        if coming is not None:
            self._token, self._data = coming
            self._at, self._rest_s = 0, ahead_s
            self._deliver(Began(self._token, clock.steady() + ahead_s + LEAD_S))
        size = frames * 2
        block = self._data[self._at : self._at + size]
        out[: len(block)] = block
        out[len(block) :] = bytes(size - len(block))
        self._at += len(block)
        if self._token and self._at >= len(self._data):
            self._rest_s -= frames / self._rate
            if self._rest_s <= 0:
                token, self._token, self._quiet_since = self._token, 0, clock.steady()
                self._deliver(Played(token))

    def _finished(self) -> None:
        """Tell of a stream that ended by itself: stop() forgets the token before it ends one."""
        token, self._token = self._token, 0
        if token:
            self._deliver(Played(token, SpeakerError("The loudspeaker has stopped.", "Plug it in again.")))

    def stop(self) -> None:
        """Be silent after what is in the device's buffer, LATENCY_S: an abort would be quicker, but see above."""
        self._token, self._data, self._next = 0, b"", None

    def _let_go(self, stream: Any) -> None:
        while self._stream is stream:
            time.sleep(1.0)
            idle = self._token == 0 and self._next is None and clock.steady() - self._quiet_since > IDLE_S
            with self._lock, contextlib.suppress(Exception):
                if idle and stream.active:
                    stream.abort(ignore_errors=True)

    def close(self) -> None:
        """Let go of the device."""
        stream, self._stream = self._stream, None
        sound.close(stream)
