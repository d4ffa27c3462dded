"""Check a folder with a Vosk model in a process of its own: a torn model can end the process that loads it."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from voice_skill.errors import ModelError

_NEEDED = ("am/final.mdl", "conf/model.conf")
_GRAPHS = (("graph/HCLG.fst",), ("graph/HCLr.fst", "graph/Gr.fst"))
_TRY = (
    "import sys, vosk; vosk.SetLogLevel(0); r = vosk.KaldiRecognizer(vosk.Model(sys.argv[1]), 16000.0); "
    "r.AcceptWaveform(bytes(64000)); r.FinalResult()"
)
TIMEOUT_S = 180.0  # the largest models take a minute to load on a small board


def check(folder: Path) -> None:
    """Load a model and decode two seconds of silence with it; ModelError names what is wrong."""
    hint = "Unpack the whole archive from the model's maker, and name the folder that holds am, conf and graph."
    if not folder.is_dir():
        raise ModelError(f"There is no folder {folder}.", hint)
    for name in _NEEDED:
        _has(folder / name, hint)
    if not (folder / _GRAPHS[0][0]).is_file():
        for name in _GRAPHS[1]:
            _has(folder / name, hint)
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and p.stat().st_size == 0):
        raise ModelError(f"The speech model's file {path} is empty.", hint)
    command = [sys.executable, "-c", _TRY, str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired as exc:
        raise ModelError(f"The speech model in {folder} does not load.", hint) from exc
    if done.returncode != 0:
        raise ModelError(f"The speech model's file {_suspect(folder, done.stderr)} is damaged, or one beside it.", hint)


def _has(path: Path, hint: str) -> None:
    if not path.is_file():
        raise ModelError(f"The speech model lacks {path}.", hint)


def _suspect(folder: Path, log: bytes) -> Path:
    """Give the file that Vosk's log complains of, else the last it read; it reads am/final.mdl before it names any."""
    lines = log.decode(errors="replace").splitlines()
    path = re.compile(re.escape(str(folder)) + r"/[\w./-]+\w")
    complaints = [p for line in lines if "ERROR" in line for p in path.findall(line)]
    named = complaints[:1] or [p for line in lines for p in path.findall(line)]
    if not named:
        return folder / "am" / "final.mdl"
    # words.txt is looked for only when Gr.fst does not hold its words
    return Path(named[-1]) if Path(named[-1]).exists() else folder / "graph" / "Gr.fst"
