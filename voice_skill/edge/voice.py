"""The voice: sentences go to a process of their own, which is restarted when it hangs or dies."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from voice_skill.errors import VoiceError
from voice_skill.messages import Clip, Delivery

TIMEOUT_S = 10.0  # a sentence takes about 10 ms (findings.md); a slow board has a thousandfold
KEPT_CLIPS = 64
_HINT = "Run voice-skill doctor to see which part of the voice is missing."
Answers = queue.SimpleQueue[tuple[dict[str, Any], bytes] | None]
_NUMBER = re.compile(r"[0-9]+")


def for_the_ear(text: str) -> str:
    """Put a text as the voice must read it: an emergency number digit by digit."""
    return _NUMBER.sub(lambda m: " ".join(m[0]), text)


class Clips:
    """Keep the last KEPT_CLIPS clips that a voice rendered."""

    def __init__(self, render: Callable[[str, Delivery], Clip]) -> None:
        self._render = render
        self._kept: OrderedDict[tuple[str, Delivery], Clip] = OrderedDict()

    def get(self, text: str, delivery: Delivery) -> Clip:
        """Give a clip, rendered where it is not kept."""
        key = (text, delivery)
        if key not in self._kept:
            self._kept[key] = self._render(text, delivery)
            while len(self._kept) > KEPT_CLIPS:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def names() -> list[tuple[str, str]]:
    """Give the voices of the engine, each with its language; VoiceError when it does not answer."""
    command = [sys.executable, "-m", "voice_skill.edge.render_speech", "--list"]
    try:
        with tempfile.TemporaryDirectory(prefix="voice-skill-") as scratch:
            own = os.environ | {"TMPDIR": scratch}
            done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=True, env=own)
        return [(str(name), str(language)) for name, language in json.loads(done.stdout)]
    except (OSError, subprocess.SubprocessError, ValueError) as exc:
        raise VoiceError("The voice does not answer.", _HINT) from exc


class EspeakVoice:
    """Render through pyttsx3 in a worker process; keeps the last clips."""

    def __init__(self, name: str, timeout_s: float = TIMEOUT_S) -> None:
        self._name = name
        self._timeout_s = timeout_s
        self._rate_wpm = 0
        self._folder = tempfile.TemporaryDirectory(prefix="voice-skill-")  # the worker may be killed, so it is ours
        self._worker: subprocess.Popen[bytes] | None = None
        self._answers: Answers = queue.SimpleQueue()
        self._clips = Clips(self._speak)

    def render(self, text: str, delivery: Delivery) -> Clip:
        """Speak text into a clip; VoiceError after a second worker failed too."""
        return self._clips.get(text, delivery)

    def _speak(self, text: str, delivery: Delivery) -> Clip:
        try:
            return self._ask(text, delivery)
        except VoiceError:
            self.close()
            return self._ask(text, delivery)

    def _ask(self, text: str, delivery: Delivery) -> Clip:
        worker = self._running(delivery.rate_wpm)
        try:
            worker.stdin.write(json.dumps({"text": for_the_ear(text)}).encode() + b"\n")  # type: ignore[union-attr]
            worker.stdin.flush()  # type: ignore[union-attr]
            answer = self._answers.get(timeout=self._timeout_s)
        except (OSError, queue.Empty) as exc:
            self.close()
            raise VoiceError("The voice does not answer.", _HINT) from exc
        if answer is None:
            self.close()
            raise VoiceError("The voice has stopped.", _HINT)
        head, pcm = answer
        if "error" in head:
            raise VoiceError(f"The voice cannot speak: {head['error']}.", _HINT)
        return Clip(scaled(pcm, delivery.volume), int(head["rate_hz"]))

    def _running(self, rate_wpm: int) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None or self._rate_wpm != rate_wpm:
            self.close()
            self._rate_wpm = rate_wpm
            command = [
                sys.executable,
                "-m",
                "voice_skill.edge.render_speech",
                self._name,
                str(rate_wpm),
                self._folder.name,
            ]
            Path(self._folder.name).mkdir(exist_ok=True)
            try:
                self._worker = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=os.environ | {"TMPDIR": self._folder.name},  # a system's espeak-ng leaves scratch behind
                )
            except OSError as exc:
                raise VoiceError(f"The voice cannot be started ({exc.strerror}).", _HINT) from exc
            self._answers = queue.SimpleQueue()
            # a thread, because Windows cannot wait for a pipe with a time limit
            threading.Thread(target=_read, args=(self._worker.stdout, self._answers), daemon=True).start()
        return self._worker

    def close(self) -> None:
        """End the worker; the next sentence starts a new one."""
        self._folder.cleanup()
        worker, self._worker = self._worker, None
        if worker is None:
            return
        worker.kill()
        worker.wait()
        with contextlib.suppress(OSError):
            worker.stdin.close()  # type: ignore[union-attr]


def scaled(pcm: bytes, volume: float) -> bytes:
    """Give PCM at a loudness of 0 to 1."""
    if volume >= 1.0:
        return pcm
    return (np.frombuffer(pcm, dtype="<i2") * volume).astype("<i2").tobytes()


def _read(stdout: BinaryIO, answers: Answers) -> None:
    """Put each answer of a worker in the queue, and None when the worker has ended."""
    with stdout:
        try:
            for line in stdout:
                head = json.loads(line)
                answers.put((head, stdout.read(int(head.get("bytes", 0)))))
        except (OSError, ValueError):
            pass
    answers.put(None)
