"""Which timer a sentence names: by its kind, by its name, or none."""

from __future__ import annotations

import re
from dataclasses import replace

from voice_skill import daytimes, durations, numerals
from voice_skill.content import Pack
from voice_skill.messages import Heard, Hypothesis, State, Timer, TimerKind
from voice_skill.normalize import normalize

_NUMBERS = (*range(1, 61), 75, 80, 90, 100, 120)
_SOME_BEFORE, _SOME_AFTER = 7, 9  # each way of beginning is learned with every seventh length


def spoken_lengths(pack: Pack) -> tuple[str, ...]:
    """Give the phrases of a grammar that hears lengths of time; it also takes mixtures of them."""
    words = pack.spoken_lengths
    numbers = [numerals.words(n) for n in _NUMBERS]
    lengths = [f"{n} {unit}" for n in numbers for unit in ("minutes", "seconds", "more minutes")]
    lengths += [f"{n} {unit}" for n in numbers[:24] for unit in ("hours", "and a half minutes")]
    lengths += words["lengths"]
    led = [f"{b} {length}" for at, b in enumerate(words["before"]) for length in lengths[at::_SOME_BEFORE]]
    followed = [f"{length} {a}" for at, a in enumerate(words["after"]) for length in lengths[at::_SOME_AFTER]]
    return tuple(normalize(phrase) for phrase in (*lengths, *led, *followed))


class TimerWords:
    """Read kinds and names of timers, in the words of the pack."""

    def __init__(self, pack: Pack) -> None:
        words = pack.timer_words
        self._words = words
        self._kinds: tuple[tuple[TimerKind, tuple[str, ...]], ...] = (
            ("ice", pack.concepts["ice"]),
            ("heat", words["heat"]),
            ("rest", (*pack.concepts["rest"], *words["rest"])),
        )
        known = {w for _, phrases in self._kinds for p in phrases for w in p.split()}
        self._no_names = known | set(words["no_names"])

    def readings(self, heard: Heard) -> list[tuple[str, float]]:
        """Give all normalized readings with their weights; the grammar of lengths weighs as much as the rest."""
        found = [(normalize(h.text), h.weight) for h in heard.alternatives]
        return [*found, (normalize(heard.length), 1.0)] if heard.length else found

    def reading(self, heard: Heard) -> str:
        """Give the reading to take a length from: the first with what most of them agree upon."""
        text = normalize(heard.text)
        return text if daytimes.find(text) else durations.agreed(self.readings(heard)) or text

    def plain(self, heard: Heard) -> Heard | None:
        """Give what was heard with a usual length in place of each that was said; None where none was."""
        texts = [(normalize(h.text), h.weight) for h in heard.alternatives]
        made = tuple(Hypothesis(durations.plain(text), weight) for text, weight in texts)
        length = durations.plain(normalize(heard.length))
        changed = length or any(h.text != text for h, (text, _) in zip(made, texts, strict=True))
        return Heard(made, length) if changed else None

    def says(self, heard: str, key: str) -> bool:
        """Tell whether a sentence holds one of the pack's words under a key."""
        return _has(heard, self._words[key])

    def kind(self, heard: str) -> TimerKind | None:
        """Give the kind that a sentence names."""
        return next((kind for kind, words in self._kinds if _has(heard, words)), None)

    def name(self, heard: str) -> str:
        """Give the name in "a timer for the pasta", "call it pasta" or "pasta timer", "" where none is given."""
        for before in self._words["before_name"]:
            found = re.search(rf"\b{before} (?:the |my |a )?([a-z']+)", heard)
            if found and found[1] not in self._no_names and not durations.find(f"{found[1]} minutes"):
                return found[1]
        found = re.search(r"\b([a-z']+) (?:timer|alarm)\b", heard)
        return found[1] if found and found[1] in self._words["names"] else ""

    def meant(self, state: State, heard: str) -> tuple[Timer, ...]:
        """Give the timers that a sentence means: by name, by kind, else all."""
        named = tuple(t for t in state.timers if t.name and _has(heard, (t.name,)))
        if named:
            return named
        kind = self.kind(heard)
        return state.timers if kind is None else tuple(t for t in state.timers if t.kind == kind)

    def named(self, state: State, heard: str) -> bool:
        """Tell whether a sentence names a kind, or a timer that runs."""
        return self.kind(heard) is not None or any(t.name and _has(heard, (t.name,)) for t in state.timers)

    def unname(self, state: State, heard: Heard) -> Heard:
        """Say "timer" for the names of running timers, which no topic knows."""
        names = [t.name for t in state.timers if t.name]
        if not names:
            return heard
        either = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})(?: timer)?\b")
        plain = (replace(h, text=either.sub("timer", normalize(h.text))) for h in heard.alternatives)
        return replace(heard, alternatives=tuple(plain))


def _has(heard: str, words: tuple[str, ...]) -> bool:
    framed = f" {heard} "
    return any(f" {w} " in framed for w in words)
