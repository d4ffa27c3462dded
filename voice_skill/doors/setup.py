"""`voice-skill setup`: the dialogue, spoken and shown; answers are said or typed, settings written at the end."""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Sequence
from dataclasses import replace

from voice_skill import assemble, earcons, numerals, store
from voice_skill.edge import sound
from voice_skill.edge.recognizer import SpeechModel
from voice_skill.errors import HardwareError, VoiceError
from voice_skill.inbox import Inbox
from voice_skill.levels import level_dbfs
from voice_skill.messages import AudioFrame, Clip, State
from voice_skill.ports import Detector
from voice_skill.replies import Replies
from voice_skill.settings import Settings
from voice_skill.setup_dialogue import Setup
from voice_skill.skill import Skill

NOISE_S, WAKE_S, ANSWER_S = 3.0, 6.0, 10.0


def run(settings: Settings, *, text: bool, take_all: bool) -> int:
    """Go through the setup and write the settings; nothing is written before the end."""
    skill = Skill.open(settings)
    model = None if text else assemble.speech_model(settings)
    talk = SpokenTalk(settings, skill.conversation.replies, model, take_all=take_all)
    room = RealRoom(settings, model)
    try:
        changes = Setup(talk, room, settings.listen.wake[0] if settings.listen.wake else "").run(measuring=not text)
    finally:
        talk.close()
    place = store.write_settings(changes)
    print(f"Written to {place}. Now: voice-skill listen")
    return 0


class SpokenTalk:
    """Say lines aloud and on the screen; take answers from the microphone or the keyboard."""

    def __init__(self, settings: Settings, replies: Replies, model: SpeechModel | None, *, take_all: bool) -> None:
        self._settings = settings
        self._replies = replies
        self._model = model
        self._take_all = take_all
        self._keyboard = True
        self._voice = assemble.voice(settings)

    def say(self, line: str, **values: str) -> None:
        """Say one of the pack's lines."""
        words = self._replies.line(line, State(), **values)
        print(words, flush=True)
        if self._model is None:
            return
        try:
            play(
                self._settings,
                self._settings.sound.speaker,
                self._voice.render(words, assemble.delivery(self._settings)),
            )
        except (VoiceError, HardwareError) as exc:
            print(f"({exc.message})", flush=True)

    def ask(self, line: str, choices: Sequence[str], **values: str) -> str:
        """Say a line; give the choice that was said or typed, "" for none in time, for skip, and with --yes."""
        self.say(line, **values)
        if self._take_all:
            return ""
        print(f"[{' / '.join(choices)} / skip] ", end="", flush=True)
        spoken = {
            " ".join(numerals.words(int(c)) for c in choice) if choice.isdigit() else choice: choice
            for choice in choices
        }
        answer = self._typed() if self._model is None else self._heard(self._model, spoken)
        print(answer or "skip")
        return answer if answer in choices else ""

    def _typed(self) -> str:
        return sys.stdin.readline().strip().lower()

    def _heard(self, model: SpeechModel, spoken: dict[str, str]) -> str:
        """Wait for one of the words, or for a typed line."""
        spotter = model.spotter((*spoken, "skip"))
        inbox = Inbox()
        microphone = assemble.microphone(self._settings)
        try:
            microphone.open(inbox.put)
        except HardwareError:
            return self._typed()
        try:
            end = time.monotonic() + ANSWER_S
            while time.monotonic() < end:
                if self._keyboard and select.select([sys.stdin], [], [], 0)[0]:
                    line = sys.stdin.readline()
                    if line:
                        return line.strip().lower()
                    self._keyboard = False  # nobody can type: it is closed
                event = inbox.get(0.1)
                if isinstance(event, AudioFrame):
                    words = f" {spotter.accept(event.pcm)} "
                    for said, choice in spoken.items():
                        if f" {said} " in words:
                            return choice
                    if " skip " in words:
                        return ""
        finally:
            microphone.close()
        return ""

    def close(self) -> None:
        """Let go of the voice."""
        self._voice.close()


class RealRoom:
    """Measure with the real devices."""

    def __init__(self, settings: Settings, model: SpeechModel | None) -> None:
        self._settings = settings
        self._model = model

    def devices(self, kind: str) -> list[str]:
        """Give the names of the devices, each once."""
        found = sound.library().query_devices()
        return list(dict.fromkeys(str(d["name"]) for d in found if d[f"max_{kind}_channels"] > 0))

    def chime(self, speaker: str) -> None:
        """Play the timers' sound."""
        play(self._settings, speaker, earcons.clips()["ring"])

    def noise_dbfs(self, microphone: str) -> float:
        """Listen for three seconds, and give the loudness."""
        return level_dbfs(b"".join(frame.pcm for frame in self._frames(microphone, NOISE_S)))

    def wakes(self, microphone: str) -> bool:
        """Listen for some seconds for the wake phrase."""
        from voice_skill.edge.detector import SileroDetector
        from voice_skill.gate import Gate
        from voice_skill.wakeword import WakeWord

        if self._model is None:
            return False
        detector: Detector = SileroDetector(self._settings.listen.noise_dbfs)
        gate, word = (
            Gate(detector),
            WakeWord(self._model.spotter(self._settings.listen.wake), self._settings.listen.wake),
        )
        frames = self._frames(microphone, WAKE_S)
        return any(word.take(gate.take(f.pcm, f.at_s, level_dbfs(f.pcm))) is not None for f in frames)

    def _frames(self, microphone: str, seconds: float) -> list[AudioFrame]:
        inbox, frames = Inbox(), []
        device = assemble.microphone(_with(self._settings, microphone=microphone))
        device.open(inbox.put)
        try:
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                event = inbox.get(0.2)
                if isinstance(event, AudioFrame):
                    frames.append(event)
        finally:
            device.close()
        return frames


def _with(settings: Settings, *, microphone: str = "", speaker: str = "") -> Settings:
    return replace(settings, sound=replace(settings.sound, microphone=microphone, speaker=speaker))


def play(settings: Settings, speaker: str, clip: Clip) -> None:
    """Play a clip to its end; SpeakerError when there is no loudspeaker."""
    from voice_skill.doors.asking import play_all

    play_all(assemble.speaker(_with(settings, speaker=speaker)), [clip])
