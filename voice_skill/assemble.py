"""Settings to working objects: the only place that chooses edges."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from voice_skill import wakeword
from voice_skill.errors import ModelError
from voice_skill.gate import Gate
from voice_skill.hearing import Hearing
from voice_skill.interruption import Commands, Interruption
from voice_skill.messages import Delivery
from voice_skill.normalize import normalize
from voice_skill.settings import Settings, state_folder
from voice_skill.skill import Skill, shipped
from voice_skill.timerbook import TimerBook
from voice_skill.timerwords import spoken_lengths
from voice_skill.wakeword import WakeWord

if TYPE_CHECKING:
    from voice_skill.edge.echo import EchoCanceller
    from voice_skill.edge.recognizer import SpeechModel, VoskRecognizer
    from voice_skill.ports import Microphone, Speaker, Trigger, Voice

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
    """Make a recognizer that knows the skill's closed phrases, and lengths of time."""
    return model.recognizer(skill.closed_phrases(), spoken_lengths(skill.pack))


def hearing(settings: Settings, model: SpeechModel, skill: Skill) -> Hearing:
    """Put the ears together; SettingsError for a wake phrase that cannot work."""
    from voice_skill.edge.detector import SileroDetector

    wake = tuple(normalize(phrase) for phrase in settings.listen.wake)
    wakeword.check(wake, model.knows, skill.closed_phrases())
    ears = recognizer(model, skill)
    return Hearing(
        Gate(SileroDetector(settings.listen.noise_dbfs)),
        ears,
        WakeWord(model.spotter(wake), wake),
        Interruption(Commands(**skill.pack.interrupting), skill.redflags, model.spotter, ears),
        skill.understood,
    )


def microphone(settings: Settings) -> Microphone:
    """Choose the microphone."""
    from voice_skill.edge.isolated import IsolatedMicrophone

    return IsolatedMicrophone(settings.sound.microphone)


def speaker(settings: Settings, canceller: EchoCanceller | None = None) -> Speaker:
    """Choose the loudspeaker; a canceller learns what is heard from it."""
    from voice_skill.edge.isolated import IsolatedSpeaker

    return IsolatedSpeaker(settings.sound.speaker, canceller)


def canceller(settings: Settings) -> EchoCanceller | None:
    """Choose what takes the own voice out of the microphone."""
    from voice_skill.edge.echo import EchoCanceller

    return EchoCanceller() if settings.sound.cancel_echo else None


def triggers(settings: Settings) -> list[Trigger]:
    """Choose what may be pressed to talk."""
    from voice_skill.edge import buttons, keys

    pressed: list[Trigger] = [keys.SpaceBar(), keys.Signal()]
    return [*pressed, buttons.choose(settings.listen.button)] if settings.listen.button else pressed


def voice(settings: Settings) -> Voice:
    """Choose the voice: "piper:FILE.onnx", or a part of an espeak-ng voice's name."""
    from voice_skill.edge.piper_voice import PREFIX, PiperVoice
    from voice_skill.edge.voice import EspeakVoice

    name = settings.voice.name
    return PiperVoice(Path(name[len(PREFIX) :]).expanduser()) if name.startswith(PREFIX) else EspeakVoice(name)


def delivery(settings: Settings) -> Delivery:
    """Give the pace and loudness that a conversation starts with."""
    return Delivery(settings.voice.rate_wpm, settings.voice.volume)
