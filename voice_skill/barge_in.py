"""Barge-in: what a person says into the skill's own voice, told apart by knowing the text that is being spoken.

The closed grammar gets the spoken words beside the closed phrases, so that the own voice is heard as what it says and
not as the nearest command; what then stands in its place in the spoken text is taken out, and only the rest counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from voice_skill.messages import Flag, Hypothesis
from voice_skill.normalize import normalize
from voice_skill.redflags import RedFlags

# What may not act at once must stay heard this long: what is left of a cancelled echo sounds like it up to 0.4 s.
HOLD_S = 0.45
# From this share of own words in a reading the own voice is in it; below, likeness is chance ("i", "my", "the").
ECHO_FROM = 0.3
NEAR = 3  # words: a single word of the saying is the own voice's only this near to another one
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, slots=True)
class Saying:
    """Hold what is being said now, and just before it (echoes lag), as the reply has it."""

    text: str
    before: str = ""

    def words(self) -> list[str]:
        """Give the words in the order in which they are heard, numbers digit by digit as the voice reads them."""
        plain = _DIGITS.sub(lambda m: f" {' '.join(m[0])} ", f"{self.before} {self.text}")
        return normalize(plain).split()


class Guard:
    """Hear a person over one saying after the other: closed phrases by a grammar, red flags by free decoding."""

    def __init__(self, closed: Iterable[str], at_once: Iterable[str], redflags: RedFlags) -> None:
        """Take normalized phrases: `closed` must be held for HOLD_S, `at_once` act as soon as they are heard."""
        self._at_once = frozenset(at_once)
        self._closed = [p.split() for p in sorted({*closed, *self._at_once}, key=len, reverse=True)]
        self._starts = {p[0] for p in self._closed}
        self._redflags = redflags
        self._spoken: list[str] = []
        self._since: dict[str, float] = {}

    def say(self, saying: Saying) -> tuple[str, ...]:
        """Start over with a new saying; give the phrases of the grammar to listen with ("[unk]" is not among them)."""
        # "stops" would make the grammar wait for the end of "stop": it listens for the shorter one, which is explained
        self._spoken = [self._shortened(word) for word in saying.words()]
        self._since = {}
        decoy = " ".join(self._spoken)
        return (*(" ".join(p) for p in self._closed), *([decoy] if decoy else []))

    def _shortened(self, word: str) -> str:
        return next((p[0] for p in self._closed if len(p) == 1 and word.startswith(p[0])), word)

    def command(self, heard: str, now_s: float) -> str | None:
        """Give the closed phrase that a person said, from the grammar's partial text; call it with every block."""
        said = self._said(heard.split())
        self._since = {phrase: self._since.get(phrase, now_s) for phrase in said}
        for phrase, since in self._since.items():
            if phrase in self._at_once or now_s - since >= HOLD_S:
                return phrase
        return None

    def alone(self, heard: str) -> str | None:
        """Give the closed phrase that the grammar's finished text is: that and nothing else was said."""
        return next((phrase for phrase in self._said(heard.split()) if phrase == heard), None)

    def _said(self, heard: Sequence[str]) -> list[str]:
        """Give the closed phrases in what was heard that the saying does not explain."""
        if self._starts.isdisjoint(heard):
            return []
        own = _explained(heard, self._spoken)
        found = []
        for phrase in self._closed:
            spans = [range(i, i + len(phrase)) for i in range(len(heard) - len(phrase) + 1)]
            if any(list(heard[s.start : s.stop]) == phrase and own.isdisjoint(s) for s in spans):
                found.append(" ".join(phrase))
        return found

    def flag(self, readings: Sequence[Hypothesis]) -> Flag | None:
        """Give the gravest red flag that a person said, from readings of free decoding (weights add up to 1).

        Give it finished readings: an unfinished one ends in half a word ("cancer" for "causes"). By the rules alone:
        learned weights judge whole sentences, and what is left here is none.
        """
        return self._redflags.check([Hypothesis(self.rest(r.text), r.weight) for r in readings], {})

    def rest(self, text: str) -> str:
        """Give what a person said of a reading: the words that are not the saying's."""
        heard = normalize(text).split()
        own = _misheard([self._shortened(word) for word in heard], self._spoken)
        return " ".join(word for i, word in enumerate(heard) if i not in own)


def _blocks(heard: Sequence[str], spoken: Sequence[str]) -> Sequence[tuple[str, int, int, int, int]]:
    return SequenceMatcher(None, heard, spoken, autojunk=False).get_opcodes()


def _explained(heard: Sequence[str], spoken: Sequence[str]) -> set[int]:
    """Give the places of heard words that stand in the saying, beside others of it or as its first word."""
    pairs = [
        (low + i, first + i)
        for how, low, high, first, _ in _blocks(heard, spoken)
        if how == "equal"
        for i in range(high - low)
    ]
    return {
        at
        for at, place in pairs
        if place == 0 or any(0 < abs(at - other) <= NEAR and abs(place - its) <= NEAR for other, its in pairs)
    }


def _misheard(heard: Sequence[str], spoken: Sequence[str]) -> set[int]:
    """Give the places of heard words that are the saying's: rightly heard, or put for about as many others."""
    own = _explained(heard, spoken)
    if len(own) < ECHO_FROM * len(heard):
        return set()
    for how, low, high, first, last in _blocks(heard, spoken):
        heard_count, spoken_count = high - low, last - first
        if how == "replace" and heard_count <= spoken_count + 1 and spoken_count <= 2 * heard_count + 1:
            own.update(range(low, high))
    return own
