"""What the server says it offers: speech recognition, answers and speech, so that a whole pipeline is possible."""

from __future__ import annotations

from typing import Any

from wyoming.event import Event
from wyoming.info import (
    AsrModel,
    AsrProgram,
    Attribution,
    HandleModel,
    HandleProgram,
    Info,
    IntentModel,
    IntentProgram,
    TtsProgram,
    TtsVoice,
)

from voice_skill import __version__

NAME = "voice-skill"
LANGUAGES = ["en", "en-US", "en-GB"]
_ABOUT = "Answers about a spasm in the upper back"


def describe(model: str, voice: str, *, intent: bool = False) -> Event:
    """Give the answer to `describe`.

    The intent program is offered only when asked for: Home Assistant takes a service with one for something that
    controls the home, and then keeps its own sentences from being tried first.
    """
    own: dict[str, Any] = {"attribution": Attribution("voice-skill", ""), "installed": True, "version": __version__}
    vosk: dict[str, Any] = {
        "attribution": Attribution("Alpha Cephei", "https://alphacephei.com/vosk/"),
        "installed": True,
    }
    espeak: dict[str, Any] = {
        "attribution": Attribution("eSpeak NG", "https://github.com/espeak-ng/espeak-ng"),
        "installed": True,
    }
    named: dict[str, Any] = {"name": NAME, "description": _ABOUT, **own}
    return Info(
        asr=[
            AsrProgram(
                name=NAME,
                description="Vosk, and a grammar of the skill's commands",
                models=[AsrModel(name=model, description=model, version=None, languages=LANGUAGES, **vosk)],
                **own,
            )
        ],
        handle=[HandleProgram(models=[HandleModel(languages=LANGUAGES, **named)], **named)],
        intent=[IntentProgram(models=[IntentModel(languages=LANGUAGES, **named)], **named)] if intent else [],
        tts=[
            TtsProgram(
                name=NAME,
                description="eSpeak NG through pyttsx3",
                voices=[TtsVoice(name=voice, description=voice, version=None, languages=LANGUAGES, **espeak)],
                **own,
            )
        ],
    ).event()
