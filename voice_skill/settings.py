"""Frozen settings, nested by room; the only reader of the environment and of the settings file.

The file is `settings.toml` in the user's configuration folder; a variable of the environment wins over it:
VOICE_SKILL_EMERGENCY_NUMBER over emergency_number, VOICE_SKILL_VOICE_RATE_WPM over voice.rate_wpm, and so on.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
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
    """Hold the devices by name ("" is the system's own choice)."""

    microphone: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """Hold all settings; empty paths mean what ships with the skill."""

    emergency_number: str = "112"
    model: str = ""
    pack: str = ""
    voice: VoiceSettings = field(default_factory=VoiceSettings)
    sound: SoundSettings = field(default_factory=SoundSettings)


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
    rooms = table()
    flat = {k: v for k, v in rooms.items() if not isinstance(v, dict)}
    voice, sound = rooms.get("voice", {}), rooms.get("sound", {})
    unknown = [k for k, v in rooms.items() if isinstance(v, dict) and k not in ("voice", "sound")]
    if unknown:
        raise SettingsError(f"Unknown section [{unknown[0]}] in the settings.", f"See {path()}")
    base = Settings()
    settings = replace(
        base,
        **_values(base, flat, "", skip=("voice", "sound")),
        voice=replace(base.voice, **_values(base.voice, voice, "voice.")),
        sound=replace(base.sound, **_values(base.sound, sound, "sound.")),
    )
    return _checked(settings)


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
            out[name] = kind(raw)
        except (TypeError, ValueError) as exc:
            raise SettingsError(f"The setting {prefix}{name} cannot be {raw!r}.", f"See {path()}") from exc
    return out


def _checked(settings: Settings) -> Settings:
    number = settings.emergency_number
    if not (number.isdigit() and 2 <= len(number) <= 6):
        raise SettingsError(f"The emergency number cannot be {number!r}.", f"Use {', '.join(EMERGENCY_NUMBERS)}.")
    if not 80 <= settings.voice.rate_wpm <= 300:
        raise SettingsError("voice.rate_wpm must be between 80 and 300 words per minute.")
    if not 0.1 <= settings.voice.volume <= 1.0:
        raise SettingsError("voice.volume must be between 0.1 and 1.0.")
    return settings
