"""The voice's own process: pyttsx3 renders sentences to files, one JSON line in, one out.

pyttsx3 on Linux cannot stop, repeats itself and returns before a sound is heard (pitfalls 2.1), so it only ever
renders, one sentence at a time, in a process that can be ended: `python -m voice_skill.edge.render_speech`.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import json
import os
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any


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


def _render(engine: Any, request: dict[str, Any], folder: Path) -> dict[str, Any]:
    path = folder / "clip.wav"
    path.unlink(missing_ok=True)
    engine.setProperty("rate", int(request["rate_wpm"]))
    engine.setProperty("volume", float(request["volume"]))
    with contextlib.redirect_stdout(sys.stderr):  # pyttsx3 prints "Audio saved to"
        engine.save_to_file(request["text"], str(path))
        engine.runAndWait()
    with wave.open(str(path), "rb") as file:
        if file.getsampwidth() != 2 or file.getnchannels() != 1:
            raise RuntimeError("the voice gave no mono 16-bit sound")
        return {"rate_hz": file.getframerate(), "bytes": file.getnframes() * 2, "pcm": file.readframes(10**9)}


def _start() -> Any:
    prepare_library()
    import pyttsx3

    return pyttsx3.init()


def main() -> int:
    """Serve requests from standard input until it closes."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever the engine prints must not mix with the answers
    engine: Any = None
    wanted = ""
    with tempfile.TemporaryDirectory(prefix="voice-skill-") as folder:
        for line in sys.stdin.buffer:
            request = json.loads(line)
            pcm = b""
            try:
                engine = engine or _start()
                if request["voice"] != wanted:
                    wanted = request["voice"]
                    _choose_voice(engine, wanted)
                answer = _render(engine, request, Path(folder))
                pcm = answer.pop("pcm")
            except Exception as exc:  # noqa: BLE001 - the parent turns every failure into a VoiceError
                answer = {"error": f"{type(exc).__name__}: {exc}"}
            out.write(json.dumps(answer).encode() + b"\n" + pcm)
            out.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
