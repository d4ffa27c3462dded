"""The voice's own process: pyttsx3 renders sentences to files, one JSON line in, one out.

pyttsx3 on Linux cannot stop, repeats itself, returns before the sentence is done, and takes a new speed over only
now and then (pitfalls 2.1). So it only ever renders, one sentence at a time, with one voice and speed, in a process
that can be ended: `python -m voice_skill.edge.render_speech VOICE WORDS_PER_MINUTE FOLDER`.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import json
import os
import signal
import sys
import threading
import wave
from pathlib import Path
from typing import Any

DONE_S = 8.0


def prepare_library() -> str:
    """Load the espeak-ng that ships as a wheel where the system has none; give the name of the one in use."""
    for name in ("espeak-ng", "espeak"):
        found = ctypes.util.find_library(name)
        if found:
            return found
    try:
        import espeakng_loader
    except ImportError:
        return ""
    library = str(espeakng_loader.get_library_path())
    os.environ["ESPEAK_DATA_PATH"] = str(espeakng_loader.get_data_path())
    # pyttsx3 opens the library by its plain name: in memory already, and global, it is found by that name
    ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    _lend_library(library)
    return library


def _lend_library(library: str) -> None:
    """Let `ctypes.cdll.LoadLibrary("libespeak-ng.so.1")`, which pyttsx3 calls, find the library of the wheel."""
    original = ctypes.cdll.LoadLibrary

    def load(name: str) -> ctypes.CDLL:
        return original(library if "espeak" in name else name)

    ctypes.cdll.LoadLibrary = load  # type: ignore[method-assign]


def _choose_voice(engine: Any, wanted: str) -> None:
    voices = engine.getProperty("voices")
    for voice in voices:
        languages = " ".join(str(x) for x in voice.languages).lower()
        if wanted.lower() in f"{voice.id} {voice.name} {languages}".lower():
            engine.setProperty("voice", voice.id)
            return


def _render(engine: Any, done: threading.Event, text: str, path: Path) -> tuple[int, bytes]:
    path.unlink(missing_ok=True)
    done.clear()
    with contextlib.redirect_stdout(sys.stderr):  # pyttsx3 prints "Audio saved to"
        engine.save_to_file(text, str(path))
        engine.runAndWait()
    # the event comes when the file is written, which may be after runAndWait() has returned
    if not done.wait(DONE_S):
        raise RuntimeError("the sentence was never finished")
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            raise RuntimeError("the voice gave no mono 16-bit sound")
        return file.getframerate(), file.readframes(file.getnframes())


def _start(voice: str, rate_wpm: int, done: threading.Event) -> Any:
    prepare_library()
    import pyttsx3

    engine = pyttsx3.init()
    _choose_voice(engine, voice)
    engine.setProperty("rate", rate_wpm)
    engine.connect("finished-utterance", lambda name, completed: done.set())  # noqa: ARG005 - pyttsx3 names them
    return engine


def _list() -> list[tuple[str, str]]:
    """Give the engine's voices, each with its language."""
    prepare_library()
    import pyttsx3

    found = []
    for voice in pyttsx3.init().getProperty("voices"):
        languages = [x.decode(errors="ignore") if isinstance(x, bytes) else str(x) for x in voice.languages]
        found.append((str(voice.id).rpartition("/")[2], " ".join(languages).strip("\x05")))
    return found


def main() -> int:
    """Serve requests from standard input until it closes."""
    out = os.fdopen(os.dup(1), "wb")
    if sys.argv[1:] == ["--list"]:
        os.dup2(2, 1)
        out.write(json.dumps(_list()).encode())
        out.flush()
        return 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends us
    os.dup2(2, 1)  # whatever the engine prints must not mix with the answers
    engine: Any = None
    done = threading.Event()
    for line in sys.stdin.buffer:
        pcm = b""
        try:
            engine = engine or _start(sys.argv[1], int(sys.argv[2]), done)
            rate_hz, pcm = _render(engine, done, json.loads(line)["text"], Path(sys.argv[3]) / "clip.wav")
            head: dict[str, Any] = {"rate_hz": rate_hz, "bytes": len(pcm)}
        except Exception as exc:  # noqa: BLE001 - the parent turns every failure into a VoiceError
            head = {"error": f"{type(exc).__name__}: {exc}"}
        out.write(json.dumps(head).encode() + b"\n" + pcm)
        out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
