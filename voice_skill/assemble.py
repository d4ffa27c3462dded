"""Settings to working objects: the only place that chooses edges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voice_skill.errors import ModelError
from voice_skill.messages import Delivery
from voice_skill.settings import Settings, state_folder
from voice_skill.skill import Skill, shipped
from voice_skill.timerbook import TimerBook

if TYPE_CHECKING:
    from voice_skill.edge.recognizer import SpeechModel, VoskRecognizer
    from voice_skill.ports import Microphone, Speaker, Voice

MODEL = "vosk-model-small-en-us-0.15"


def model_folder(settings: Settings) -> Path:
    """Give the folder of the speech model in use; ModelError when it is not there."""
    folder = Path(settings.model) if settings.model else shipped("models") / MODEL
    if not folder.is_dir():
        hint = "Run: voice-skill model use shipped" if settings.model else "Clone or install the project again."
        raise ModelError(f"There is no speech model in {folder}.", hint)
    return folder


def skill(settings: Settings) -> Skill:
    """Open the skill with the timers that are kept on disk."""
    return Skill.open(settings, TimerBook(state_folder()))


def speech_model(settings: Settings) -> SpeechModel:
    """Load the speech model; a shipped one is compared with its file sizes first, as Vosk dies on a torn one."""
    from voice_skill.edge.recognizer import SpeechModel

    return SpeechModel(model_folder(settings))


def recognizer(model: SpeechModel, skill: Skill) -> VoskRecognizer:
    """Make a recognizer that knows the skill's closed phrases."""
    return model.recognizer(skill.closed_phrases())


def microphone(settings: Settings) -> Microphone:
    """Choose the microphone."""
    from voice_skill.edge.microphone import PortAudioMicrophone

    return PortAudioMicrophone(settings.sound.microphone)


def speaker(settings: Settings) -> Speaker:
    """Choose the loudspeaker."""
    from voice_skill.edge.speaker import PortAudioSpeaker

    return PortAudioSpeaker(settings.sound.speaker)


def voice(settings: Settings) -> Voice:
    """Choose the voice."""
    from voice_skill.edge.voice import EspeakVoice

    return EspeakVoice(settings.voice.name)


def delivery(settings: Settings) -> Delivery:
    """Give the pace and loudness that a conversation starts with."""
    return Delivery(settings.voice.rate_wpm, settings.voice.volume)
