"""`--voice`: list the voices, or take one from now on."""

from __future__ import annotations

from dataclasses import replace

from voice_skill import assemble, store
from voice_skill.edge import voice as voice_room
from voice_skill.edge.piper_voice import PREFIX
from voice_skill.errors import SettingsError
from voice_skill.settings import Settings

EXAMPLE = "This is how I sound."


def show(settings: Settings) -> int:
    """Print every voice with its language; the one in use is marked."""
    used = settings.voice.name
    if used.startswith(PREFIX):
        print(f"* {used}")
    for name, language in voice_room.names():
        print(f"{'*' if name == used else ' '} {name:32} {language}")
    print("  piper:FILE.onnx                  a Piper voice that you have: pip install 'voice-skill[piper]'")
    return 0


def take(settings: Settings, name: str) -> Settings:
    """Try a voice and keep it in the settings; SettingsError when there is none of that name."""
    if not name.startswith(PREFIX) and not any(name.lower() in f"{n} {x}".lower() for n, x in voice_room.names()):
        raise SettingsError(f"No voice is called {name!r}.", "See the names: voice-skill listen --voice")
    chosen = replace(settings, voice=replace(settings.voice, name=name))
    tried = assemble.voice(chosen)
    try:
        tried.render(EXAMPLE, assemble.delivery(chosen))
    finally:
        tried.close()
    store.write_settings({"voice": {"name": name}})
    return chosen
