"""Emergencies by sense: asked first on every path, over all readings of an utterance, never from a cache.

A sign is a pattern of word groups (`_redflags.yaml`). Sayings and harmless senses are taken out first, a denied sign
does not count, and the learned weights are a second pair of ears that may add a flag, never take one away.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from voice_skill.errors import ContentError
from voice_skill.messages import Flag, Hypothesis
from voice_skill.normalize import expand
from voice_skill.packfile import Located, Section

Weigh = Callable[[str], Mapping[str, float]]  # text -> label -> probability
Level = Literal["emergency", "urgent", "crisis"]
LEVELS: tuple[Level, ...] = ("crisis", "emergency", "urgent")  # of two flags the earlier is answered

# A reading counts from this share of the weight of all readings; below it is noise of the lattice.
READING_SHARE = 0.12
# The learned weights alone raise a flag from these probabilities; chosen on tests/content, which nothing learned from.
LEARNED = {"crisis": 0.5, "emergency": 0.6, "urgent": 0.65}
OUTVOTED_FROM = 0.95  # the same where the rules heard a lesser flag: they know better which level a sign has

_BLANKS = re.compile(r"[^ ]")
_GAP = r"(?: (?!not |no |never |neither |without )\S+){0,4}?"  # a denial in between breaks a sign


@dataclass(frozen=True)
class _Part:
    """Hold a part of a pattern, and the words one of which it must start with: most are ruled out by these alone."""

    regex: re.Pattern[str]
    starts: frozenset[str]


@dataclass(frozen=True, order=True)
class _Sign:
    name: str
    level: Level
    patterns: tuple[tuple[_Part, ...], ...] = field(compare=False)
    unless: tuple[str, ...] = ()


class RedFlags:
    """Recognise red flags in normalized texts; built from the section of `_redflags.yaml`."""

    def __init__(self, section: Section) -> None:
        self._groups = {
            name: [" ".join(expand(t.text)) for t in section.section("groups").texts(name)]
            for name in section.section("groups").keys()  # noqa: SIM118 - a Section is no dict
        }
        skipped = [t.text for t in section.texts("skip")]
        self._skip = frozenset(t for t in skipped if " " not in t)
        self._skip_phrases = _longest_first(t for t in skipped if " " in t)
        self._near = int(section.text("near"))
        deny = section.section("deny")
        self._not_after = {t.text for t in deny.texts("not_after")}
        # "no my chest hurts" answers a question before it tells; "no chest pain" denies
        self._answer = re.compile(f" no(?= (?:{_alternatives(t.text for t in deny.texts('no_answers_before'))}) )")
        self._undone = re.compile(f" (?:{_alternatives(t.text for t in deny.texts('undone_by'))}) ")
        light = "|".join([*(re.escape(t.text) for t in deny.texts("light")), "~+"])
        negators = _alternatives(t.text for t in deny.texts("negators"))
        self._denied = re.compile(rf" (?P<no>{negators})(?: (?:{light})){{0,8}} $")
        self._calm = [self._part(t) for t in section.texts("calm")]
        self._calm_by_word: dict[str, list[int]] = {}
        for place, calm in enumerate(self._calm):
            for word in calm.starts:
                self._calm_by_word.setdefault(word, []).append(place)
        self._by_word: dict[str, list[tuple[_Sign, tuple[_Part, ...]]]] = {}
        for sign in (self._sign(s) for s in section.sections("signs")):
            for pattern in sign.patterns:
                # each pattern waits under the first words of its rarest part
                for word in min((part.starts for part in pattern), key=len):
                    self._by_word.setdefault(word, []).append((sign, pattern))

    def _sign(self, section: Section) -> _Sign:
        section.allow("id", "level", "any", "unless")
        level = section.text("level")
        for known in LEVELS:
            if level == known:
                patterns = tuple(self._pattern(t) for t in section.texts("any"))
                return _Sign(section.text("id"), known, patterns, tuple(t.text for t in section.texts("unless")))
        raise ContentError(f"unknown level {level!r}", section.path, section.line_of("level"))

    def _pattern(self, text: Located) -> tuple[_Part, ...]:
        parts = text.text.split(" & ")
        return tuple(self._part(Located(part, text.path, text.line)) for part in parts)

    def _part(self, text: Located) -> _Part:
        """Compile one part; it is searched in " word word ", and its blanks overlap with nothing else."""
        out = ""
        starts: frozenset[str] = frozenset()
        for token in text.text.split():
            if token == "...":
                out += _GAP
                continue
            choices: list[str] = []
            for choice in token.split("|"):
                if choice.startswith("<"):
                    if choice[1:-1] not in self._groups:
                        raise ContentError(f"no group is called {choice}", text.path, text.line)
                    choices += self._groups[choice[1:-1]]
                else:
                    choices.append(choice.replace("_", " "))
            starts = starts or frozenset(c.split()[0] for c in choices)
            out += " (?:" + _alternatives(choices) + ")"
        return _Part(re.compile(out + r"(?= )"), starts)

    def _prepare(self, text: str) -> str:
        plain = self._answer.sub(" ~", f" {' '.join(w for w in expand(text) if w not in self._skip)} ")
        for phrase in self._skip_phrases:
            plain = plain.replace(f" {phrase} ", " ")
        waiting = sorted({place for word in plain.split() for place in self._calm_by_word.get(word, ())})
        for place in waiting:
            plain = self._calm[place].regex.sub(" ~", plain)
        return plain

    def signs(self, text: str) -> list[Flag]:
        """Give the signs in one normalized text that are not denied."""
        return self._read(text)[0]

    def _read(self, text: str) -> tuple[list[Flag], str]:
        """Give the signs of a text, and the text with what was denied or harmless blanked out by "~"."""
        plain = self._prepare(text)
        words = set(plain.split())
        places = sorted(
            {
                (place, sign)
                for word in words
                for sign, pattern in self._by_word.get(word, ())
                if all(not words.isdisjoint(part.starts) for part in pattern)
                and not any(f" {said} " in plain for said in sign.unless)
                for place in self._places(pattern, plain)
            }
        )
        flags: list[Flag] = []
        for place, sign in places:
            denied = [part for part in place if self._is_denied(plain, part[0], place)]
            if not denied:
                flags.append(Flag(sign.level, sign.name))
            # what was denied is taken out, so that "no pain or numbness" denies both
            for start, end in denied:
                plain = plain[:start] + _BLANKS.sub("~", plain[start:end]) + plain[end:]
        return flags, plain

    def _is_denied(self, plain: str, start: int, place: Sequence[tuple[int, int]]) -> bool:
        match = self._denied.search(plain[: start + 1])
        # in "rest does not ease it" the denial is a part of the sign
        if match is None or any(a <= match.start("no") < b for a, b in place):
            return False
        if match["no"] == "never" and self._undone.search(plain):
            return False
        ahead = plain[: match.start()].split()
        asks = match["no"] == "not" and len(ahead) == 1 and ahead[0] in self._not_after
        return not asks

    def _places(self, pattern: Sequence[_Part], plain: str) -> list[tuple[tuple[int, int], ...]]:
        """Find the parts of a pattern within `near` words of each other, not overlapping."""
        places: list[tuple[tuple[int, int], ...]] = [(m.span(),) for m in pattern[0].regex.finditer(plain)]
        for part in pattern[1:]:
            others = [m.span() for m in part.regex.finditer(plain)]
            places = [joined for place in places for b in others if (joined := self._join(place, b, plain))]
        return places

    def _join(self, place: tuple[tuple[int, int], ...], other: tuple[int, int], plain: str) -> Any:
        spans = tuple(sorted((*place, other)))
        for low, high in itertools.pairwise(spans):
            if high[0] < low[1] or plain.count(" ", low[1], high[0]) > self._near:
                return None
        return spans

    def check(
        self, readings: Sequence[Hypothesis], learned: Mapping[str, float], weigh: Weigh = lambda _: {}
    ) -> Flag | None:
        """Give the gravest flag over all readings (weights add up to 1), or None.

        learned: label -> probability; weigh gives the same for another text: what was denied or harmless in the first
        reading must not raise a flag by its words.
        """
        shares: dict[Flag, float] = {}
        rest = ""
        for rank, reading in enumerate(readings):
            flags, plain = self._read(reading.text)
            rest = rest or plain
            for flag in set(flags):
                shares[flag] = shares.get(flag, 0.0) + (1.0 if rank == 0 else reading.weight)
        if "~" in rest and any(learned.get(level, 0.0) >= LEARNED[level] for level in LEVELS):
            learned = weigh(" ".join(w for w in rest.split() if not w.startswith("~")))
        for level in LEVELS:
            heard = [f for f, share in shares.items() if f.level == level and share >= READING_SHARE]
            if heard:
                return max(heard, key=lambda f: shares[f])
            if learned.get(level, 0.0) >= (OUTVOTED_FROM if shares else LEARNED[level]):
                return Flag(level, "learned")
        return None


def _longest_first(texts: object) -> list[str]:
    return sorted(texts, key=len, reverse=True)  # type: ignore[call-overload, no-any-return]


def _alternatives(texts: object) -> str:
    return "|".join(re.escape(t) for t in _longest_first(texts))
