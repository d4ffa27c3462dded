"""Microphone and loudspeaker in processes of their own, which are ended when they hang and started anew."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import IO, Any

import numpy as np
import soxr

from voice_skill import clock
from voice_skill.edge.echo import EchoCanceller
from voice_skill.edge.sound_process import HEAD, STOP, WARM
from voice_skill.errors import HardwareError, MicrophoneError, SpeakerError
from voice_skill.messages import AudioFrame, Began, Clip, Event, MicrophoneLost, Played
from voice_skill.ports import RATE_HZ

OPEN_S = 10.0  # a small board needs two seconds to start a process and find its devices
Deliver = Callable[[Event], None]


class _Process:
    """Run one sound process; `end` is safe at any time."""

    def __init__(self, kind: str, name: str, error: type[HardwareError]) -> None:
        self._arguments = [sys.executable, "-m", "voice_skill.edge.sound_process", kind, name]
        self._error = error
        self._child: subprocess.Popen[bytes] | None = None
        self._orders: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def begin(self) -> tuple[str, IO[bytes]]:
        """Start it; give the device's name and where its messages come from; HardwareError when it has no device."""
        self.end()
        try:
            child = subprocess.Popen(
                self._arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
            )
        except OSError as exc:
            raise self._error(f"The sound cannot be started ({exc.strerror}).", "voice-skill doctor") from exc
        self._child = child
        watchdog = threading.Timer(OPEN_S, child.kill)
        watchdog.start()
        assert child.stdin is not None
        assert child.stdout is not None
        line = child.stdout.readline()
        watchdog.cancel()
        # a process that was ended may leave no line, or a torn one
        head: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        self._orders = queue.SimpleQueue()
        threading.Thread(target=_write, args=(child.stdin, self._orders), daemon=True).start()
        if "name" not in head:
            self.end()
            message = head.get("error", "The sound system does not answer.")
            raise self._error(message, head.get("hint", "Start it anew, then run: voice-skill doctor"))
        return head["name"], child.stdout

    def send(self, data: bytes) -> bool:
        """Hand bytes to it without waiting, as it may hang; tell whether it is there to take them."""
        if self._child is None or self._child.poll() is not None:
            return False
        self._orders.put(data)
        return True

    def reads(self, messages: IO[bytes]) -> bool:
        """Tell whether these are the messages of the process that runs now."""
        return self._child is not None and self._child.stdout is messages

    def end(self) -> None:
        """End it at once."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
        child.wait()
        self._orders.put(None)


def _write(stdin: IO[bytes], orders: queue.SimpleQueue[bytes | None]) -> None:
    with contextlib.suppress(OSError), stdin:
        while (data := orders.get()) is not None:
            stdin.write(data)
            stdin.flush()


class IsolatedMicrophone:
    """Deliver frames from a device found by name ("" is the system's own choice)."""

    def __init__(self, name: str = "") -> None:
        self._process = _Process("input", name, MicrophoneError)

    def open(self, deliver: Deliver) -> str:
        """Start delivering, give the device's name; MicrophoneError when there is none."""
        name, messages = self._process.begin()
        threading.Thread(target=self._hear, args=(messages, deliver), daemon=True).start()
        return name

    def _hear(self, messages: IO[bytes], deliver: Deliver) -> None:
        with messages:
            while len(head := messages.read(HEAD.size)) == HEAD.size:
                _, at_s, size = HEAD.unpack(head)
                deliver(AudioFrame(messages.read(size), at_s))
        if self._process.reads(messages):  # not one that was ended on purpose
            deliver(MicrophoneLost("the sound system closed it"))

    def close(self) -> None:
        """Stop delivering."""
        self._process.end()


class IsolatedSpeaker:
    """Play clips on a device found by name ("" is the system's own choice); the canceller learns what is heard."""

    def __init__(self, name: str = "", canceller: EchoCanceller | None = None) -> None:
        self._process = _Process("output", name, SpeakerError)
        self._canceller = canceller
        self._clip = Clip(b"", 1)

    def open(self, deliver: Deliver) -> str:
        """Start the process, give the device's name; SpeakerError when there is none."""
        name, messages = self._process.begin()
        threading.Thread(target=_watch, args=(messages, partial(self._noted, deliver)), daemon=True).start()
        return name

    def _noted(self, deliver: Deliver, event: Event) -> None:
        if isinstance(event, Began) and self._canceller is not None:
            pcm = np.frombuffer(self._clip.pcm, dtype="<i2")
            heard = soxr.resample(pcm, self._clip.rate_hz, RATE_HZ, quality="LQ").astype("<i2")
            self._canceller.played(heard.tobytes(), event.at_s)
        deliver(event)

    def start(self, clip: Clip, token: int) -> None:
        """Begin to play; Played(token) is delivered at the end. SpeakerError when there is no loudspeaker."""
        self._clip = clip
        data = clip.rate_hz.to_bytes(4, "little") + clip.pcm
        if not self._process.send(HEAD.pack(token, 0.0, len(data)) + data):
            raise SpeakerError("The loudspeaker cannot be used.", "Plug it in again, or choose another one.")

    def warm(self) -> None:
        """Have the device running before something is to be said."""
        self._process.send(HEAD.pack(WARM, 0.0, 0))

    def stop(self) -> None:
        """Be silent at once."""
        self._process.send(HEAD.pack(STOP, 0.0, 0))
        if self._canceller is not None:
            self._canceller.stopped(clock.steady())

    def close(self) -> None:
        """End the process."""
        self._process.end()


def _watch(messages: IO[bytes], deliver: Deliver) -> None:
    with messages:
        while len(head := messages.read(HEAD.size)) == HEAD.size:
            token, at_s, what = HEAD.unpack(head)
            if what > 0:
                deliver(Began(token, at_s))
            else:
                error = None if what == 0 else SpeakerError("The loudspeaker cannot be used.", "Plug it in again.")
                deliver(Played(token, error))
