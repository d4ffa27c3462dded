"""A house without hardware: a private PulseAudio with two null sinks, and the real skill listening in it.

What is played into `mic_feed` is what the microphone hears; what the skill says is recorded from `speaker.monitor`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from voice_skill.errors import SettingsError

TOOLS = ("pulseaudio", "pactl", "pacat", "parec")
LOUD = 200  # of 32768: quieter is silence
_SINK = "module-null-sink sink_name={} rate=48000"
_CONFIG = """
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module {mic_feed}
load-module {speaker}
set-default-sink speaker
set-default-source mic_feed.monitor
"""
_ALSA = """</usr/share/alsa/alsa.conf>
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


class House:
    """Run a private sound server in a folder; `environment` lets a process live in it."""

    def __init__(self, folder: Path) -> None:
        missing = [tool for tool in TOOLS if not shutil.which(tool)]
        if missing:
            raise SettingsError(f"The program {missing[0]} is not installed.", "Run: script/setup-sound")
        socket = folder / "socket"
        sinks = {name: _SINK.format(name) for name in ("mic_feed", "speaker")}
        (folder / "config.pa").write_text(_CONFIG.format(socket=socket, **sinks))
        (folder / "asound.conf").write_text(_ALSA)
        self._folder = folder
        self.environment = os.environ | {
            "HOME": str(folder),
            "XDG_RUNTIME_DIR": str(folder),
            "PULSE_SERVER": f"unix:{socket}",
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "VOICE_SKILL_CONFIG_DIR": str(folder / "config"),
            "VOICE_SKILL_STATE_DIR": str(folder / "state"),
            "TMPDIR": str(folder),
        }
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Start the sound server."""
        command = ["pulseaudio", "-n", "-F", str(self._folder / "config.pa"), "--daemonize=no", "--exit-idle-time=-1"]
        self._server = subprocess.Popen(
            [*command, "--use-pid-file=no"], env=self.environment, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        for _ in range(100):
            if self.control("info"):
                return
            time.sleep(0.1)
        raise SettingsError("PulseAudio does not start.", "Run: script/setup-sound")

    def close(self) -> None:
        """End the sound server, as when it crashes."""
        server, self._server = self._server, None
        if server is not None:
            server.kill()
            server.wait()

    def control(self, *words: str) -> bool:
        """Run pactl; tell whether it went well."""
        done = subprocess.run(["pactl", *words], env=self.environment, capture_output=True, check=False)
        return done.returncode == 0

    def unplug(self) -> None:
        """Take the microphone away."""
        self.control("unload-module", "module-null-sink")
        self.control("load-module", *_SINK.format("speaker").split())

    def plug(self) -> None:
        """Bring the microphone back."""
        self.control("load-module", *_SINK.format("mic_feed").split())
        self.control("set-default-source", "mic_feed.monitor")
        self.control("set-default-sink", "speaker")

    def play(self, pcm: bytes, sink: str = "mic_feed") -> None:
        """Play mono 16-bit PCM at 16 kHz to its end."""
        form = ["--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=20"]
        subprocess.run(["pacat", "-p", "-d", sink, *form], env=self.environment, input=pcm, timeout=120, check=False)

    def track(self, sink: str) -> Track:
        """Record how loud a sink is, from now on."""
        return Track(self.environment, sink)


class Track:
    """Hold the peak of every 10 ms that a sink played, with the moment it was heard (monotonic clock)."""

    def __init__(self, environment: Mapping[str, str], sink: str) -> None:
        form = ["--rate=16000", "--channels=1", "--format=s16le", "--latency-msec=10"]
        self._process = subprocess.Popen(
            ["parec", "-d", f"{sink}.monitor", *form],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.peaks: list[tuple[float, int]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        while len(block := self._process.stdout.read(320)) == 320:
            peak = int(np.abs(np.frombuffer(block, dtype="<i2").astype(np.int32)).max())
            self.peaks.append((time.monotonic(), peak))

    def first(self, after_s: float) -> float | None:
        """Give when the first sound was heard after a moment."""
        return next((at for at, peak in list(self.peaks) if at > after_s and peak > LOUD), None)

    def last(self, after_s: float, before_s: float) -> float | None:
        """Give when the last sound was heard between two moments."""
        found = [at for at, peak in list(self.peaks) if after_s < at < before_s and peak > LOUD]
        return found[-1] if found else None

    def close(self) -> None:
        """End recording."""
        self._process.kill()
        self._process.wait()
        self._reader.join(2)
        assert self._process.stdout is not None
        self._process.stdout.close()


class Listener:
    """Run `voice-skill listen --json` in a house, and read its events with the moment they came."""

    def __init__(self, house: House, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "voice_skill", "listen", "--json", *options],
            env=house.environment,
            cwd=house.environment["HOME"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - a background job is deaf to it
        )
        self._events: queue.SimpleQueue[tuple[float, dict[str, Any]]] = queue.SimpleQueue()
        self.seen: list[tuple[float, dict[str, Any]]] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with contextlib.suppress(ValueError):
                event = (time.monotonic(), json.loads(line))
                self.seen.append(event)
                self._events.put(event)

    def wait(self, name: str, within_s: float = 20.0, **details: object) -> tuple[float, dict[str, Any]] | None:
        """Give the next event of a name with these details, None when it does not come in time."""
        deadline = time.monotonic() + within_s
        while (left := deadline - time.monotonic()) > 0:
            try:
                at, event = self._events.get(timeout=left)
            except queue.Empty:
                return None
            if event["event"] == name and all(event.get(k) == v for k, v in details.items()):
                return at, event
        return None

    def forget(self) -> None:
        """Pass over what has come so far."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._events.get_nowait()

    def cpu_s(self) -> float:
        """Give the processor time that it and its children have used, in seconds."""
        pids = [self.process.pid]
        for pid in pids:
            with contextlib.suppress(OSError):
                pids += map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split())
        ticks = 0
        for pid in pids:
            with contextlib.suppress(OSError):
                fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """End it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join(2)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
