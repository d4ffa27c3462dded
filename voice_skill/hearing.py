"""The ears: sound in, what was said to us out.

Asleep they know the wake phrase alone; awake they take utterances; while the skill speaks they know the commands, the
wake phrase and red flags, but not the skill's own voice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from voice_skill.endpoint import Understood, wait_s
from voice_skill.gate import Gate, Sound
from voice_skill.interruption import Interruption
from voice_skill.messages import Heard
from voice_skill.normalize import is_noise, normalize
from voice_skill.ports import RATE_HZ, Recognizer
from voice_skill.wakeword import WakeWord

LONGEST_S = 20.0  # of one utterance
PAUSE_S = 0.5  # of silence that ends a stretch of talk which is not for us
ASK_FROM_S = 0.15  # of silence before what was said is looked at: in between more words come


@dataclass(frozen=True, slots=True)
class Woken:
    """Say that the wake phrase was heard."""

    phrase: str


@dataclass(frozen=True, slots=True)
class Words:
    """Hold the unfinished words of an utterance under way."""

    text: str
    silence_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a whole utterance, and when its last speech ended, in seconds on the clock of the frames."""

    heard: Heard
    ended_at_s: float


@dataclass(frozen=True, slots=True)
class Command:
    """Hold what a person said while the skill was speaking: a closed command, or words with a red flag."""

    heard: Heard


class Hearing:
    """Take blocks of sound; the loop says in which of three ways they are meant."""

    def __init__(
        self,
        gate: Gate,
        recognizer: Recognizer,
        wake: WakeWord,
        over: Interruption,
        understand: Callable[[str], Understood],
    ) -> None:
        self._gate = gate
        self._recognizer = recognizer
        self._wake = wake
        self._over = over
        self._understand = understand
        self._text = ""
        self._taken = 0
        self._waiting_s = 0.0
        self._asked: str | None = None
        self._done: tuple[str, ...] = ()
        self._wake_end = ""

    def asleep(self, pcm: bytes, at_s: float, level: float) -> Woken | None:
        """Take one block while nobody speaks to us."""
        sound = self._gate.take(pcm, at_s, level)
        woken = self._wake.take(sound)
        if woken is not None:
            return self._begin(*woken)
        if self._gate.is_open and sound.silence_s >= PAUSE_S:
            self._gate.close()
        return None

    def awake(self, pcm: bytes, at_s: float, level: float) -> Woken | Words | Said | None:
        """Take one block of what is said to us; the wake phrase begins an utterance anew."""
        sound = self._gate.take(pcm, at_s, level)
        if not sound.pcm:
            return None
        woken = self._wake.take(sound)
        if woken is not None:
            return self._begin(*woken)
        if sound.onset:
            self._forget()
        self._text = self._behind_wake(self._recognizer.accept(sound.pcm))
        self._taken += len(sound.pcm)
        if self._ended(sound):
            heard = without(self._recognizer.finish(), self._done)
            heard = replace(
                heard, alternatives=tuple(replace(r, text=self._behind_wake(r.text)) for r in heard.alternatives)
            )
            self._gate.close()
            self._forget()
            return Said(heard, sound.ended_at_s)
        return Words(self._text, sound.silence_s)

    def _behind_wake(self, text: str) -> str:
        """Take the end of the wake phrase, heard twice, from the beginning of what was said in the same breath."""
        first, _, rest = text.partition(" ")
        return rest if first and first == self._wake_end else text

    def speaking(self, pcm: bytes, at_s: float, level: float, raw_level: float | None = None) -> Woken | Command | None:
        """Take one block while the skill speaks, and its level before the own voice was taken out of it.

        `over` has been told the sentence.
        """
        sound = self._gate.take(pcm, at_s, level)
        self._over.levels(level, level if raw_level is None else raw_level)
        heard = self._over.take(sound)  # first of all: "stop" must be quick
        woken = self._wake.take(sound) if heard is None else None
        if woken is not None:
            self._over.reset()
            return self._begin(*woken)
        if heard is not None:
            # what is said in the same breath goes on as an utterance, without what has been heard of it
            self._forget()
            self._done = tuple(normalize(heard.text).split())
            return Command(heard)
        if sound.silence_s >= PAUSE_S and self._gate.is_open:
            self._gate.close()
        return None

    @property
    def in_speech(self) -> bool:
        """Tell whether somebody is speaking, to us or not."""
        return self._gate.is_open

    def sentence(self, text: str) -> None:
        """Learn which sentence the skill is saying now, "" when it has finished."""
        self._over.sentence(text)

    def rest(self) -> None:
        """Forget everything under way."""
        self._gate.close()
        self._wake.reset()
        self._over.reset()
        self._recognizer.reset()
        self._forget()

    def _begin(self, phrase: str, after: bytes) -> Woken:
        """Take what was said in the same breath as the wake phrase as the beginning of an utterance."""
        self._recognizer.reset()
        self._forget()
        self._wake_end = phrase.rpartition(" ")[2]
        self._text = self._behind_wake(self._recognizer.accept(after))
        self._taken = len(after)
        return Woken(phrase)

    def _ended(self, sound: Sound) -> bool:
        if self._taken > LONGEST_S * RATE_HZ * 2:
            return True
        if sound.silence_s < ASK_FROM_S:
            return False
        if self._asked != self._text:
            self._asked = self._text
            words = normalize(self._text)
            self._waiting_s = wait_s(Understood() if is_noise(words) else self._understand(words))
        return sound.silence_s >= self._waiting_s

    def _forget(self) -> None:
        self._text, self._taken, self._asked, self._done, self._wake_end = "", 0, None, (), ""


def without(heard: Heard, done: Sequence[str]) -> Heard:
    """Take away from an utterance the words that were carried out already, wherever they were heard in it.

    A reading no longer than them is the same words misheard.
    """
    if not done:
        return heard
    left = []
    for reading in heard.alternatives:
        words = normalize(reading.text).split()
        at = next((i for i in range(len(words)) if tuple(words[i : i + len(done)]) == tuple(done)), None)
        rest = words[at + len(done) :] if at is not None else words if len(words) > len(done) + 1 else []
        left.append(replace(reading, text=" ".join(rest)))
    return Heard(tuple(r for r in left if r.text)) if left and left[0].text else Heard()
