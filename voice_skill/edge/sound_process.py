"""The sound's own process: PortAudio may hang for ever when a sound server dies, and only a process can be ended.

`python -m voice_skill.edge.sound_process input NAME` writes what the microphone hears to standard output, `output NAME`
plays what comes in on standard input. The first line out is JSON: {"name": ...} or {"error": ..., "hint": ...}. Then
messages, each a head (HEAD: a number, a time in seconds of the monotonic clock, a length in bytes) and its bytes.
Both end with their parent, so nothing is left when the skill is killed.
"""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from voice_skill.edge.microphone import PortAudioMicrophone
from voice_skill.edge.speaker import PortAudioSpeaker
from voice_skill.errors import VoiceSkillError
from voice_skill.messages import AudioFrame, Began, Clip, Event, Played

HEAD = struct.Struct("<Idi")
STOP, WARM = 0, 2**32 - 1  # messages to the loudspeaker; any other number is the token of a clip
PARENT_EVERY_S = 2.0
CALM_BLOCKS, BUNDLE_BLOCKS = 32, 4  # a second of quiet; then 128 ms at a time
FAILED = -1  # the length that says: this clip could not be played


def listen(name: str, out: BinaryIO) -> None:
    """Write frames until the microphone is lost."""
    lost = threading.Event()

    sent = Bundle()

    def deliver(event: Event) -> None:
        if not isinstance(event, AudioFrame):
            lost.set()
            return
        try:
            for frame in sent.take(event):
                out.write(HEAD.pack(1, frame.at_s, len(frame.pcm)) + frame.pcm)
            if not sent.waiting:
                out.flush()
        except OSError:
            lost.set()

    microphone = PortAudioMicrophone(name)
    ready = threading.Lock()
    with ready:  # no frame before the first line
        device = microphone.open(lambda event: _after(ready, deliver, event))
        _say(out, {"name": device})
    lost.wait()


class Bundle:
    """Hold back quiet blocks, so that a quiet room wakes the skill eight times a second instead of thirty."""

    def __init__(self) -> None:
        self.waiting: list[AudioFrame] = []
        self._usual = 0.0  # the room's loudness, as mean square
        self._calm = 0  # quiet blocks in a row

    def take(self, frame: AudioFrame) -> list[AudioFrame]:
        """Take one block; give those to send now: at once as soon as something is to be heard, and a second after."""
        samples = np.frombuffer(frame.pcm, dtype="<i2").astype(np.float32)
        power = float(np.dot(samples, samples)) / max(len(samples), 1)
        loud = power > 2 * self._usual + 1
        self._usual += (0.05 if loud else 0.2) * (power - self._usual)
        self._calm = 0 if loud else self._calm + 1
        self.waiting.append(frame)
        if self._calm > CALM_BLOCKS and len(self.waiting) < BUNDLE_BLOCKS:
            return []
        ready, self.waiting = self.waiting, []
        return ready


def _after(ready: threading.Lock, deliver: Callable[[Event], None], event: Event) -> None:
    with ready:
        deliver(event)


def _leave_with(parent: int) -> None:
    """End when the parent is gone, whatever PortAudio is doing."""
    while os.getppid() == parent:
        time.sleep(PARENT_EVERY_S)
    os._exit(0)


def play(name: str, out: BinaryIO) -> None:
    """Play clips until standard input closes; each one's end is told, and when its first sample is heard."""
    lock = threading.Lock()

    def tell(number: int, at_s: float, length: int) -> None:
        with lock:
            out.write(HEAD.pack(number, at_s, length))
            out.flush()

    def deliver(event: Event) -> None:
        if isinstance(event, Began):
            tell(event.token, event.at_s, 1)
        elif isinstance(event, Played):
            tell(event.token, 0.0, FAILED if event.error else 0)

    speaker = PortAudioSpeaker(name)
    with lock:  # no message before the first line
        _say(out, {"name": speaker.open(deliver)})
    while len(head := sys.stdin.buffer.read(HEAD.size)) == HEAD.size:
        token, _, size = HEAD.unpack(head)
        pcm = sys.stdin.buffer.read(size)
        try:
            if token == STOP:
                speaker.stop()
            elif token == WARM:
                speaker.warm()
            else:
                speaker.start(Clip(pcm[4:], int.from_bytes(pcm[:4], "little")), token)
        except VoiceSkillError:
            tell(token, 0.0, FAILED)


def _say(out: BinaryIO, line: dict[str, str]) -> None:
    out.write(json.dumps(line).encode() + b"\n")
    out.flush()


def main() -> None:
    """Do what the arguments say."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the sound system prints must not mix with the messages
    threading.Thread(target=_leave_with, args=(os.getppid(),), daemon=True).start()
    kind, name = sys.argv[1:3]
    try:
        (listen if kind == "input" else play)(name, out)
    except VoiceSkillError as exc:
        _say(out, {"error": exc.message, "hint": exc.hint})
    except OSError:
        pass  # the parent has gone
    os._exit(0)  # PortAudio's own way out may hang


if __name__ == "__main__":
    main()
