"""Frozen settings, nested by room; the only reader of the environment and of the settings file.

The file is `settings.toml` in the user's configuration folder; a variable of the environment wins over it:
VOICE_SKILL_EMERGENCY_NUMBER over emergency_number, VOICE_SKILL_VOICE_RATE_WPM over voice.rate_wpm, and so on.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import platformdirs

from voice_skill.errors import SettingsError

EMERGENCY_NUMBERS = ("112", "911", "999")


@dataclass(frozen=True, slots=True)
class VoiceSettings:
    """Hold how the skill speaks: a part of an espeak-ng voice's name, words per minute, loudness 0 to 1."""

    name: str = "en-us"
    rate_wpm: int = 165
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """Hold the devices by name ("" is the system's own choice), and whether the own voice is cancelled.

    A headset, or a speakerphone that does it itself, needs no cancelling.
    """

    microphone: str = ""
    speaker: str = ""
    cancel_echo: bool = True


@dataclass(frozen=True, slots=True)
class ListenSettings:
    """Hold how the skill is spoken to: wake phrases, seconds of attention after an answer, what tells speech apart."""

    wake: tuple[str, ...] = ("okay coach",)
    attention_s: float = 8.0
    always_on: bool = False
    earcons: bool = True
    noise_dbfs: float = -60.0  # the room's own noise, as `voice-skill setup` measures it
    button: str = ""  # "key:NAME" for a key of any keyboard through evdev, "gpio:PIN" for a button on a Pi


@dataclass(frozen=True, slots=True)
class QuietSettings:
    """Hold the quiet hours ("22:00" to "07:00"; empty: none), and the loudness then, 0 to 1."""

    start: str = ""
    end: str = ""
    volume: float = 0.4


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold all settings; empty paths mean what ships with the skill."""

    emergency_number: str = "112"
    model: str = ""
    pack: str = ""
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    sound: SoundSettings = field(default_factory=SoundSettings)
    listen: ListenSettings = field(default_factory=ListenSettings)
    quiet: QuietSettings = field(default_factory=QuietSettings)


def path() -> Path:
    """Give the place of the settings file."""
    folder = os.environ.get("VOICE_SKILL_CONFIG_DIR")
    return Path(folder or platformdirs.user_config_dir("voice-skill", appauthor=False)) / "settings.toml"


def state_folder() -> Path:
    """Give the folder for what the skill remembers from run to run."""
    folder = os.environ.get("VOICE_SKILL_STATE_DIR")
    return Path(folder or platformdirs.user_state_dir("voice-skill", appauthor=False))


def cache_folder() -> Path:
    """Give the folder for what can be made again at any time."""
    folder = os.environ.get("VOICE_SKILL_CACHE_DIR")
    return Path(folder or platformdirs.user_cache_dir("voice-skill", appauthor=False))


def table() -> dict[str, Any]:
    """Give the settings file as it stands, {} where there is none; SettingsError for a torn one."""
    try:
        return tomllib.loads(path().read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        hint = f"Correct it, or move it away: {path()}"
        raise SettingsError(f"The settings file cannot be read: {exc}.", hint) from exc


def load() -> Settings:
    """Read the settings; SettingsError names the setting that cannot be used."""
    found = table()
    base = Settings()
    rooms = {f.name: getattr(base, f.name) for f in fields(base) if is_dataclass(getattr(base, f.name))}
    for name, values in found.items():
        if isinstance(values, dict) and name not in rooms:
            raise SettingsError(f"Unknown section [{name}] in the settings.", f"See {path()}")
        if name in rooms and not isinstance(values, dict):
            raise SettingsError(f"{name} is a section of the settings: write [{name}].", f"See {path()}")
    flat = {name: value for name, value in found.items() if name not in rooms}
    changed = {name: replace(room, **_values(room, found.get(name, {}), f"{name}.")) for name, room in rooms.items()}
    return _checked(replace(base, **_values(base, flat, "", skip=tuple(rooms)), **changed))


def _values(base: Any, found: Mapping[str, Any], prefix: str, skip: tuple[str, ...] = ()) -> dict[str, Any]:
    known = {f.name: type(getattr(base, f.name)) for f in fields(base) if f.name not in skip}
    for name in found:
        if name not in known:
            raise SettingsError(f"Unknown setting {prefix}{name}.", f"Known: {', '.join(known)}. See {path()}")
    out = {}
    for name, kind in known.items():
        raw = os.environ.get(f"VOICE_SKILL_{prefix}{name}".replace(".", "_").upper(), found.get(name))
        if raw is None:
            continue
        try:
            out[name] = _value(raw, kind)
        except (TypeError, ValueError) as exc:
            raise SettingsError(f"The setting {prefix}{name} cannot be {raw!r}.", f"See {path()}") from exc
    return out


def _value(raw: Any, kind: type) -> Any:
    """Turn what the file or the environment says into a setting's own kind."""
    if kind is tuple:  # a row of phrases; in the environment parted by commas
        row = raw.split(",") if isinstance(raw, str) else raw
        if not isinstance(row, list) or not all(isinstance(x, str) for x in row):
            raise ValueError(raw)
        return tuple(x.strip() for x in row if x.strip())
    if kind is bool:
        words = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
        return words[raw.lower()] if isinstance(raw, str) and raw.lower() in words else _only(raw, bool)
    if isinstance(raw, bool | list | dict):
        raise ValueError(raw)
    return kind(raw)


def _only(raw: Any, kind: type) -> Any:
    if not isinstance(raw, kind):
        raise ValueError(raw)
    return raw


def _checked(settings: Settings) -> Settings:
    number = settings.emergency_number
    if not (number.isdigit() and 2 <= len(number) <= 6):
        raise SettingsError(f"The emergency number cannot be {number!r}.", f"Use {', '.join(EMERGENCY_NUMBERS)}.")
    if not 80 <= settings.voice.rate_wpm <= 300:
        raise SettingsError("voice.rate_wpm must be between 80 and 300 words per minute.")
    if not 0.1 <= settings.voice.volume <= 1.0:
        raise SettingsError("voice.volume must be between 0.1 and 1.0.")
    if not 1 <= settings.listen.attention_s <= 120:
        raise SettingsError("listen.attention_s must be between 1 and 120 seconds.")
    if not -90 <= settings.listen.noise_dbfs <= -10:
        raise SettingsError("listen.noise_dbfs must be between -90 and -10.", "voice-skill setup measures it.")
    if not settings.listen.wake and not settings.listen.always_on:
        raise SettingsError("listen.wake names no wake phrase.", 'For example: wake = ["okay coach"]')
    if not 0.0 <= settings.quiet.volume <= 1.0:
        raise SettingsError("quiet.volume must be between 0 and 1.")
    for moment in (settings.quiet.start, settings.quiet.end):
        if moment:
            minute_of_day(moment)
    if bool(settings.quiet.start) != bool(settings.quiet.end):
        raise SettingsError("Quiet hours need a start and an end.", 'For example: start = "22:00", end = "07:00"')
    return settings


def minute_of_day(moment: str) -> int:
    """Give the minute of the day that "22:30" names; SettingsError when it names none."""
    hours, _, minutes = moment.partition(":")
    if not (hours.isdigit() and minutes.isdigit() and int(hours) < 24 and int(minutes) < 60):
        raise SettingsError(f"The quiet hours cannot be {moment!r}.", 'Write them as "22:00".')
    return int(hours) * 60 + int(minutes)
