"""Which timer a sentence names: by its kind, by its name, or none."""

from __future__ import annotations

import re
from dataclasses import replace

from voice_skill import durations
from voice_skill.content import Pack
from voice_skill.messages import Heard, State, Timer, TimerKind
from voice_skill.normalize import normalize


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
