"""The spoken test: questions said by voices made here, under noise made here, heard by the real recognizer."""

from __future__ import annotations

import atexit
import hashlib
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import Levenshtein
from tqdm import tqdm

from voice_skill import assemble
from voice_skill.bench import noise
from voice_skill.bench.rows import Row
from voice_skill.errors import SettingsError
from voice_skill.messages import Delivery, Heard
from voice_skill.settings import Settings, cache_folder
from voice_skill.skill import Skill

if TYPE_CHECKING:
    from voice_skill.edge.recognizer import VoskRecognizer
    from voice_skill.ports import Voice

FLITE = ("slt", "rms", "awb")  # the voices of the program flite that are clear enough to be a fair test
ESPEAK = ("en-us", "en-gb")
PAUSE_S = 0.3  # of silence before and after what is said


@dataclass(frozen=True)
class Condition:
    """Hold under what the questions are heard: a kind of noise and its SNR in dB, or clean."""

    noise: str = "clean"
    snr_db: float = 0.0

    def __str__(self) -> str:
        return self.noise if self.noise == "clean" else f"{self.noise} {self.snr_db:g} dB"


def voices(wanted: Sequence[str] = ()) -> list[str]:
    """Give the wanted voices, or all that this machine has: "espeak:NAME", "flite:NAME", "command:PROGRAM {wav}"."""
    if not wanted:
        return [f"espeak:{v}" for v in ESPEAK] + [f"flite:{v}" for v in FLITE if shutil.which("flite")]
    for voice in wanted:
        engine, _, name = voice.partition(":")
        if engine not in ("espeak", "flite", "command") or not name:
            raise SettingsError(f"{voice!r} is no voice.", "Name one like espeak:en-gb, flite:slt or command:PROGRAM.")
        if engine == "flite" and not shutil.which("flite"):
            raise SettingsError("The program flite is not installed.", "Install it, or leave its voices out.")
    return list(wanted)


@lru_cache(maxsize=4)
def _espeak(name: str) -> Voice:
    from voice_skill.edge.voice import EspeakVoice

    voice = EspeakVoice(name)
    atexit.register(voice.close)
    return voice


def _render(text: str, voice: str, path: Path) -> None:
    from voice_skill.edge import wav_file

    engine, _, name = voice.partition(":")
    if engine == "espeak":
        path.write_bytes(wav_file.encode(_espeak(name).render(text, Delivery())))
        return
    command = ["flite", "-voice", name, "-o", str(path)] if engine == "flite" else shlex.split(name)
    filled = [part.replace("{wav}", str(path)) for part in command]
    done = subprocess.run(filled, input=text, capture_output=True, text=True, check=False)
    if done.returncode or not path.is_file():
        reason = done.stderr.strip().splitlines()
        raise SettingsError(f"The voice {voice} said nothing: {reason[-1] if reason else 'no file was written'}.")


def say(text: str, voice: str, folder: Path) -> noise.Sound:
    """Give a sentence in a voice, rendered once and kept in a folder."""
    from voice_skill.edge import wav_file

    path = folder / (hashlib.sha256(f"{voice}\0{text}".encode()).hexdigest()[:24] + ".wav")
    if not path.is_file():
        handle, name = tempfile.mkstemp(suffix=".wav", dir=folder)
        os.close(handle)
        Path(name).unlink()
        _render(text, voice, Path(name))
        Path(name).replace(path)
    sound = np.frombuffer(wav_file.read(path), dtype="<i2").astype(np.float32) / 32768
    pause = np.zeros(int(PAUSE_S * 16000), dtype=np.float32)
    return np.concatenate([pause, sound, pause])


@lru_cache(maxsize=1)
def _recognizer(settings: Settings) -> VoskRecognizer:
    return assemble.recognizer(assemble.speech_model(settings), Skill.open(settings))


def _hear_part(part: Sequence[tuple[int, str, str]], settings: Settings, folder: Path, what: Condition) -> list[Heard]:
    recognizer = _recognizer(settings)
    crowd = [say(text, voice, folder) for _, text, voice in part[:12]] if what.noise == "babble" else []
    out = []
    for number, text, voice in part:
        sound = say(text, voice, folder)
        if what.noise != "clean":
            rng = np.random.default_rng(number)  # the same noise under the same question, run after run
            sound = noise.mix(sound, noise.KINDS[what.noise](len(sound), rng, crowd), what.snr_db)
        out.append(recognizer.whole((sound * 32767).astype("<i2").tobytes()))
    return out


def hear(rows: Sequence[Row], spoken_by: Sequence[str], what: Condition, settings: Settings) -> list[Row]:
    """Give the rows as the recognizer heard them; the voices take turns, what they said is kept for the next time."""
    folder = cache_folder() / "speech"
    folder.mkdir(parents=True, exist_ok=True)
    jobs = [(i, row.heard.text, spoken_by[i % len(spoken_by)]) for i, row in enumerate(rows)]
    parts = [jobs[at : at + 24] for at in range(0, len(jobs), 24)]
    with ProcessPoolExecutor() as pool:
        runs = pool.map(partial(_hear_part, settings=settings, folder=folder, what=what), parts)
        found = list(tqdm(runs, total=len(parts), desc=str(what), unit="part", disable=None, leave=False))
    return [replace(row, heard=heard) for row, heard in zip(rows, [h for part in found for h in part], strict=True)]


def word_error_rate(said: Iterable[Row], heard: Iterable[Row]) -> float:
    """Give the share of words that the first reading got wrong (substituted, left out or added)."""
    wrong = words = 0
    for one, other in zip(said, heard, strict=True):
        truth = one.heard.text.split()
        wrong += Levenshtein.distance(truth, other.heard.text.split())
        words += len(truth)
    return wrong / words if words else 0.0
