"""Content and conversation in one hand: `Skill.open().ask("does ice help")`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from voice_skill import content, weights
from voice_skill.content import Pack
from voice_skill.conversation import ANSWER_FROM, Conversation
from voice_skill.endpoint import Understood
from voice_skill.errors import WeightsError
from voice_skill.matcher import Matcher
from voice_skill.messages import Heard, Hypothesis, Reply, State
from voice_skill.normalize import normalize
from voice_skill.phrases import collect
from voice_skill.redflags import RedFlags
from voice_skill.settings import Settings, load


def shipped(name: str) -> Path:
    """Give a folder that ships with the skill ("models", "intents"): inside the wheel, or beside a clone's package."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


def pack_folder(settings: Settings) -> Path:
    """Give the folder of the pack in use."""
    return Path(settings.pack) if settings.pack else shipped("intents") / "en"


class Skill:
    """Answer utterances; keeps the state of one conversation."""

    def __init__(self, pack: Pack, learned: weights.Weights, settings: Settings) -> None:
        self.pack = pack
        self.matcher = Matcher(learned, pack.vectors)
        self.redflags = RedFlags(pack.redflags)
        self.conversation = Conversation(pack, self.matcher, self.redflags, settings.emergency_number)
        self.state = State()

    @classmethod
    def open(cls, settings: Settings | None = None) -> Skill:
        """Read the pack and its weights; ContentError for a mistake in the pack, WeightsError for stale weights."""
        settings = settings or load()
        folder = pack_folder(settings)
        pack = content.load(folder)
        try:
            learned = weights.load(folder / weights.FILE)
        except WeightsError:
            collect(pack)  # a mistake in the pack is the better news: its own error names the line
            raise
        if learned.digest != pack.digest:
            collect(pack)
            message = "the pack has changed since its weights were learned"
            raise WeightsError(message, folder / weights.FILE, hint="Run: voice-skill pack build")
        return cls(pack, learned, settings)

    def ask(self, text: str, now: float | None = None) -> Reply:
        """Answer one utterance given as text; `now` is in seconds on any steady clock."""
        return self.hear(Heard((Hypothesis(text, 1.0),)), now)

    def hear(self, heard: Heard, now: float | None = None) -> Reply:
        """Answer one utterance given as the recognizer's readings."""
        self.state, reply = self.conversation.step(self.state, heard, time.monotonic() if now is None else now)
        return reply

    def understood(self, words: str) -> Understood:
        """Tell how much of an unfinished utterance is understood already."""
        text = normalize(words)
        if self.matcher.exact(text):
            return Understood(text, 100.0, 1.0)
        return Understood(text, self.conversation.score(self.state, text), self.matcher.ending(text))

    def broke_off(self, rest: str) -> None:
        """Learn what was not said of an answer, so that "go on" can say it."""
        if rest:
            self.state = replace(self.state, unsaid=rest)

    def line(self, name: str) -> str:
        """Give one of the pack's lines as it is spoken."""
        return self.conversation.replies.line(name, self.state)

    def due(self, now: float) -> tuple[Reply, ...]:
        """Give what the timers have to say by now."""
        self.state, replies = self.conversation.due(self.state, now)
        return replies

    def forget(self) -> None:
        """Start a new conversation."""
        self.state = State()

    def explain(self, text: str) -> Iterator[str]:
        """Say line by line why an utterance would be answered as it is, without answering it."""
        heard = Heard((Hypothesis(text, 1.0),))
        evidence = self.matcher.weigh(heard)
        _, reply = self.conversation.step(State(), heard, 0.0)
        best = self.matcher.align(normalize(text))
        yield f"read as: {best}"
        yield f"decided: {reply.kind} {' or '.join(reply.options) or reply.topic or ''}".rstrip()
        for flag in self.redflags.signs(normalize(text)):
            yield f"red flag: {flag.level}, {flag.sign}"
        if evidence.exact:
            yield f"a closed phrase: {evidence.exact}"
        if evidence.strange:
            yield f"words that no topic knows: {', '.join(evidence.strange)}"
        known = collect(self.pack)
        for match in self.matcher.rank(evidence).matches[:3]:
            missing = ANSWER_FROM - match.score
            short = f", {missing:.0f} points short of an answer" if missing > 0 else ""
            yield f"{match.score:5.1f} {match.label}{short}"
            for reason, share in self.matcher.reasons(best, match.label):
                yield f"      {share:+.2f} {reason}"
            for phrase in self.matcher.nearest(best, [p.text for p in known if p.label == match.label]):
                yield f"      like: {phrase}"

    def closed_phrases(self) -> tuple[str, ...]:
        """Give the commands that a grammar may listen for."""
        return tuple(p for p, label in self.matcher.closed.items() if label.startswith("control:"))
