"""What a person says while the skill speaks: closed commands and red flags, never the skill's own words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from voice_skill.gate import Sound
from voice_skill.messages import Heard, Hypothesis
from voice_skill.normalize import normalize
from voice_skill.ports import Recognizer, Spotter

REST_S = 0.5  # of silence after which what was said is looked at as a whole
SIGHTINGS = 2


class Interruption:
    """Listen to what the gate lets through while the skill speaks."""

    def __init__(
        self, spotter: Spotter, recognizer: Recognizer, commands: Sequence[str], is_flag: Callable[[str], bool]
    ) -> None:
        self._spotter = spotter
        self._recognizer = recognizer
        self._commands = tuple(commands)
        self._is_flag = is_flag
        self._spoken: tuple[str, ...] = ()
        self._sightings = 0

    def sentence(self, text: str) -> None:
        """Learn which sentence is being said now; the one before may still be echoing."""
        self._spoken = (*self._spoken[-1:], text)

    def take(self, sound: Sound) -> Heard | None:
        """Take one block; give what a person said as soon as it is sure."""
        if not sound.pcm:
            return None
        if sound.onset:
            self.reset()
        partial = self._spotter.accept(sound.pcm)
        command = self._command(partial)
        self._sightings = self._sightings + 1 if command else 0
        if self._sightings >= SIGHTINGS:
            self._rest()
            return Heard((Hypothesis(command, 1.0),), command)
        text = self._without_echo(self._recognizer.accept(sound.pcm))
        if self._is_flag(text):
            self._rest()
            return Heard((Hypothesis(text, 1.0),))
        if sound.silence_s >= REST_S:
            self.reset()
        return None

    def _command(self, partial: str) -> str:
        echo = set(normalize(" ".join(self._spoken)).split())
        words = [w for w in partial.split() if w != "[unk]"]
        for command in self._commands:
            if f" {command} " in f" {' '.join(words)} " and not echo & set(command.split()):
                return command
        return ""

    def _without_echo(self, text: str) -> str:
        echo = set(normalize(" ".join(self._spoken)).split())
        return " ".join(w for w in normalize(text).split() if w not in echo)

    def reset(self) -> None:
        """Forget what was heard."""
        self._rest()
        self._recognizer.reset()

    def _rest(self) -> None:
        self._spotter.reset()
        self._sightings = 0
