"""Say and show: the narrator, the screen and the short sounds in one hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from voice_skill.errors import HardwareError, VoiceSkillError
from voice_skill.inbox import Inbox
from voice_skill.messages import Began, Clip, Delivery, Notice, NoticeName, Played
from voice_skill.narrator import Line, Narrator
from voice_skill.ports import Clock, Screen


@dataclass(frozen=True)
class Manner:
    """Hold how the loop behaves: attention in seconds, its sounds by name, the loudness now, where changes are kept."""

    attention_s: float = 8.0
    always_on: bool = False
    wake: tuple[str, ...] = ()
    sounds: Mapping[str, Clip] | None = None
    volume: Callable[[float], float] = lambda volume: volume
    remember: Callable[[Delivery], None] = lambda _delivery: None
    clean: Callable[[bytes, float], bytes] = lambda pcm, _at_s: pcm  # takes the own voice out of a block


@dataclass(frozen=True)
class Stage:
    """Hold what surrounds the loop."""

    inbox: Inbox
    screen: Screen
    clock: Clock
    manner: Manner


class Teller:
    """Say lines and show notices; `sentence` learns what is being said, `lost` that the loudspeaker is gone."""

    def __init__(
        self, narrator: Narrator, stage: Stage, sentence: Callable[[str], None], lost: Callable[[str], None]
    ) -> None:
        self._narrator = narrator
        self._stage = stage
        self._sentence = sentence
        self._lost = lost
        self._start_s = stage.clock()
        self._told = ""  # the sentence that the screen and the ears know of
        self.answer = ""

    def since(self, at_s: float) -> float:
        """Give a moment of the clock in seconds since the start."""
        return round(at_s - self._start_s, 3)

    def show(self, event: NoticeName, **details: object) -> None:
        """Show one thing that happened."""
        self._stage.screen.show(Notice(event, self.since(self._stage.clock()), details))

    def trouble(self, error: VoiceSkillError) -> None:
        """Show what does not work."""
        self.show("error", message=error.message, hint=error.hint)

    @property
    def busy(self) -> bool:
        """Tell whether something is being said, or a sound played."""
        return self._narrator.busy

    @property
    def line(self) -> Line | None:
        """Give the line that is being said."""
        line = self._narrator.current
        return line if line is not None and line.text else None

    def say(self, text: str, delivery: Delivery, *, aside: bool = False, grave: bool = False) -> None:
        """Say a text, in quiet hours softly; a grave one is as loud as ever."""
        if not aside:
            self.answer = text
        if not grave:
            delivery = replace(delivery, volume=self._stage.manner.volume(delivery.volume))
        self._narrator.say(text, delivery, aside=aside)
        self.go_on()

    def sound(self, name: str) -> None:
        """Play one of the short sounds."""
        clip = (self._stage.manner.sounds or {}).get(name)
        if clip is not None:
            self._narrator.sound(clip, self._stage.manner.volume(1.0))
            self.go_on()

    def go_on(self) -> None:
        """Begin the next line, if nothing is being said."""
        try:
            self._narrator.go_on(self._stage.clock())
        except HardwareError as exc:
            self._lost(exc.message)
        except VoiceSkillError as exc:
            self.trouble(exc)
        text = self.line.text if self.line is not None else ""
        if text and text != self._told:
            self.show("speaking", text=text)
        if text != self._told:
            self._told = text
            self._sentence(text)

    def played(self, played: Played) -> Line | None:
        """Learn that a clip was heard; give its line, None for an old one. The next line waits for `go_on`."""
        try:
            line = self._narrator.take(played, self._stage.clock())
        except HardwareError as exc:
            self._lost(exc.message)
            return None
        if line is not None and line.text:
            self.show("spoken", text=line.text)
            self._told = ""
        return line

    def began(self, began: Began) -> None:
        """Learn that a clip is heard now."""
        self._narrator.began(began, self._stage.clock())

    def stop(self) -> str:
        """Be silent at once; give what was not said of the answer."""
        rest = self._narrator.stop()
        self._told = ""
        self._sentence("")
        return rest

    def warm(self) -> None:
        """Have the loudspeaker running: something will be said soon."""
        self._narrator.warm()

    def late(self) -> bool:
        """Tell whether the end of a clip should long have been heard."""
        return self._narrator.late(self._stage.clock())
