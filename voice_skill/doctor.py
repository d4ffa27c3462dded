"""Checks of everything the skill needs: name, result, and a hint for what fails."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from voice_skill import assemble, content, weights
from voice_skill.errors import ModelError, VoiceSkillError, WeightsError
from voice_skill.inbox import Inbox
from voice_skill.levels import SILENT_DBFS, level_dbfs
from voice_skill.messages import AudioFrame
from voice_skill.settings import Settings
from voice_skill.settings import path as settings_path
from voice_skill.skill import pack_folder, shipped

LEVEL_S = 0.7


@dataclass(frozen=True)
class Check:
    """Hold the result of one check; a needed one that failed makes the doctor fail."""

    name: str
    good: bool
    result: str
    hint: str = ""
    needed: bool = True


def examine(settings: Settings) -> Iterator[Check]:
    """Make every check, in the order in which sound travels."""
    yield _attempt("python", _python)
    yield _attempt("settings", _settings)
    yield _attempt("speech model", lambda: _model(settings))
    yield _attempt("pack", lambda: _pack(settings))
    yield _attempt("voice", lambda: _voice(settings))
    yield _attempt("portaudio", _portaudio, needed=False)
    yield _attempt("microphones", lambda: _devices("input", settings.sound.microphone), needed=False)
    yield _attempt("level", lambda: _level(settings), needed=False)
    yield _attempt("loudspeakers", lambda: _devices("output", settings.sound.speaker), needed=False)


def _attempt(name: str, work: Callable[[], str], *, needed: bool = True) -> Check:
    try:
        return Check(name, good=True, result=work(), needed=needed)
    except VoiceSkillError as exc:
        return Check(name, good=False, result=exc.message, hint=exc.hint, needed=needed)


def _python() -> str:
    return f"{platform.python_version()} on {platform.machine()}"


def _settings() -> str:
    return str(settings_path()) if settings_path().exists() else f"all default, there is no {settings_path()}"


def _model(settings: Settings) -> str:
    folder = assemble.model_folder(settings)
    verify(folder)
    assemble.speech_model(settings)
    return f"{folder.name}, files as they should be"


def verify(folder: Path) -> None:
    """Compare the model that ships, wherever it lies, with its checksums; ModelError names the wrong file."""
    sums = shipped("models") / "SHA256SUMS"
    if folder.name != assemble.MODEL or not sums.is_file():
        return
    for line in sums.read_text("ascii").splitlines():
        wanted, name = line.split(maxsplit=1)
        if name.startswith("./conf/") and folder != shipped("models") / assemble.MODEL:
            continue  # the maker's own copy differs from ours there (models/PROVENANCE.md)
        path = folder / name
        found = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None
        if found != wanted:
            what = "is damaged" if found else "is missing"
            raise ModelError(f"The speech model's file {path} {what}.", "Unpack or install it again.")


def _pack(settings: Settings) -> str:
    folder = pack_folder(settings)
    pack = content.load(folder)
    learned = weights.load(folder / weights.FILE)
    if learned.digest != pack.digest:
        raise WeightsError("the weights are older than the pack", folder, hint="Run: voice-skill pack build")
    return f"{len(pack.topics)} topics, weights fresh"


def _voice(settings: Settings) -> str:
    voice = assemble.voice(settings)
    try:
        clip = voice.render("Hello.", assemble.delivery(settings))
    finally:
        voice.close()
    return f"{settings.voice.name}, {clip.rate_hz} Hz"


def _portaudio() -> str:
    from voice_skill.edge import sound

    return str(sound.library().get_portaudio_version()[1]).split(",")[0]


def _devices(kind: str, chosen: str) -> str:
    from voice_skill.edge import sound

    device = sound.find(chosen, "input" if kind == "input" else "output")
    key = f"max_{kind}_channels"
    names = [str(d["name"]) for d in sound.library().query_devices() if d[key] > 0]
    return f"in use: {device['name']}; all: {', '.join(names)}"


def _level(settings: Settings) -> str:
    microphone, inbox = assemble.microphone(settings), Inbox()
    microphone.open(inbox.put)
    pcm = b""
    try:
        end = time.monotonic() + LEVEL_S
        while time.monotonic() < end:
            event = inbox.get(0.2)
            pcm += event.pcm if isinstance(event, AudioFrame) else b""
    finally:
        microphone.close()
    level = level_dbfs(pcm)
    if level <= SILENT_DBFS:
        hint = "It may be muted, or the system may not let this program use it."
        raise VoiceSkillError("The microphone delivers only zeros.", hint)
    return f"{-level:.0f} dB below full scale"
