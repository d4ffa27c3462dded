"""A server of one's own for the tests that need one, and the ways to talk to it as a client does."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import wave
from pathlib import Path

from wyoming.asr import Transcribe
from wyoming.audio import AudioChunk, AudioStart, AudioStop
from wyoming.client import AsyncTcpClient

RECORDINGS = Path(__file__).parent / "recordings"
BEGIN = b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n'
PIECE = b'{"type": "audio-chunk", "data": {"rate": 16000, "width": 2, "channels": 1}, "payload_length": %d}\n'


def launch(*options, **environment):
    """A server's process, with its log in a pipe."""
    return subprocess.Popen(
        [sys.executable, "-m", "voice_skill", "serve", "--port", "0", *options],
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"VOICE_SKILL_CONFIG_DIR": "/nonexistent"} | environment,
    )


def start(*options):
    """A server of one's own, its port, and the file of its log."""
    process = launch(*options)
    lines = []
    for line in process.stderr:
        lines.append(line)
        found = re.search(r"serving at tcp://[^ ]*:(\d+)", line)
        if found:
            reader = threading.Thread(target=lambda: lines.extend(process.stderr), daemon=True)
            reader.start()  # a log that nobody reads would stop the server once the pipe is full
            process.rest = (reader, lines)
            return process, int(found[1]), lines
    raise AssertionError("".join(lines))


def stop(process):
    """End a server in an orderly way; give its exit code and the rest of its log."""
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=20)
    process.rest[0].join(5)
    process.stderr.close()
    rest = "".join(process.rest[1])
    assert "Traceback" not in rest, rest
    return process.returncode, rest


@contextlib.contextmanager
def serving(*options):
    """The port of a server that must be alive and well at the end, with nobody's words in its log."""
    process, port, _ = start(*options)
    yield port
    assert process.poll() is None
    code, log = stop(process)
    assert 0 == code
    assert "help" not in log, log
    assert "never retrieved" not in log, log


def talk(port, *events, until=None):
    """Send events on one connection; give the answers up to the one of a type, or the first."""

    async def run():
        async with asyncio.timeout(20), AsyncTcpClient("127.0.0.1", port) as client:
            for event in events:
                await client.write_event(event)
            found = []
            while (event := await client.read_event()) is not None:
                found.append(event)
                if until is None or event.type == until:
                    break
            return found

    return asyncio.run(run())


def words(port, *events):
    """What is heard in events of sound."""
    return talk(port, *events, until="transcript")[-1].data["text"]


def sound(name):
    """The events of a recording, in pieces of 64 ms."""
    with wave.open(str(RECORDINGS / name)) as file:
        form = {"rate": file.getframerate(), "width": file.getsampwidth(), "channels": file.getnchannels()}
        pieces = iter(lambda: file.readframes(1024), b"")
        chunks = [AudioChunk(audio=piece, **form).event() for piece in pieces]
    return [Transcribe(language="en").event(), AudioStart(**form).event(), *chunks, AudioStop().event()]
