"""Content and conversation in one hand: `Skill.open().ask("does ice help")`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from voice_skill import clock, content, timers, weights
from voice_skill.clock import ReadClock
from voice_skill.content import Pack
from voice_skill.conversation import ANSWER_FROM, Conversation
from voice_skill.endpoint import Understood
from voice_skill.errors import FileWriteError, WeightsError
from voice_skill.matcher import Matcher
from voice_skill.messages import Heard, Hypothesis, Reply, State
from voice_skill.normalize import normalize
from voice_skill.phrases import collect
from voice_skill.redflags import RedFlags
from voice_skill.settings import Settings, load
from voice_skill.timerbook import Kept, TimerBook

T = TypeVar("T")


def shipped(name: str) -> Path:
    """Give a folder that ships with the skill ("models", "intents"): inside the wheel, or beside a clone's package."""
    inside = Path(__file__).parent / name
    return inside if inside.is_dir() else Path(__file__).parent.parent / name


def pack_folder(settings: Settings) -> Path:
    """Give the folder of the pack in use."""
    return Path(settings.pack) if settings.pack else shipped("intents") / "en"


class Skill:
    """Answer utterances; keeps the state of one conversation, and its timers in a book where one is given."""

    def __init__(
        self,
        pack: Pack,
        learned: weights.Weights,
        settings: Settings,
        book: TimerBook | None = None,
        read_clock: ReadClock = clock.read,
    ) -> None:
        self.pack = pack
        self.matcher = Matcher(learned, pack.vectors)
        self.redflags = RedFlags(pack.redflags)
        self._read_clock = read_clock
        self.conversation = Conversation(pack, self.matcher, self.redflags, settings.emergency_number, self._local)
        self.book = book
        self.trouble: FileWriteError | None = None  # why timers are not kept on disk
        self.state = State()

    @classmethod
    def open(cls, settings: Settings | None = None, book: TimerBook | None = None) -> Skill:
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
        return cls(pack, learned, settings, book)

    def _local(self, now: float) -> datetime:
        """Give the local time of day at a steady time."""
        reading = self._read_clock()
        return replace(reading, wall_s=reading.wall(now)).local()

    def ask(self, text: str, now: float | None = None) -> Reply:
        """Answer one utterance given as text; `now` is in steady seconds (`clock.steady`)."""
        return self.hear(Heard((Hypothesis(text, 1.0),)), now)

    def hear(self, heard: Heard, now: float | None = None) -> Reply:
        """Answer one utterance given as the recognizer's readings."""
        at = self._read_clock().steady_s if now is None else now
        reply = self._do(lambda state: self.conversation.step(state, heard, at))
        if self.trouble and reply.topic == "timer_set":
            not_kept = self.conversation.replies.line("not_kept", self.state)
            return replace(reply, reply=f"{reply.reply} {not_kept}")
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
        """Give what the timers have to say by now: once, whichever process asks first."""
        self.refresh(now)
        told = self._put_aside()
        if (at := self.next_due()) is None or at > now:
            return told
        return told + self._do(lambda state: self.conversation.due(state, now))

    def running(self, now: float) -> tuple[tuple[str, float], ...]:
        """Give the running timers by name, each with the seconds left."""
        return tuple((t.name or t.kind, timers.left_s(t, now)) for t in self.state.timers)

    def next_due(self, now: float | None = None) -> float | None:  # noqa: ARG002 - a hint for callers that poll
        """Give when `due` will have something to say, in steady seconds, or None."""
        return timers.next_at(self.state.timers)

    def refresh(self, now: float | None = None) -> bool:  # noqa: ARG002 - as `due`
        """Take over what another process changed in the timers; tell whether it did. Costs one stat."""
        if self.book is None or not self.book.changed():
            return False
        try:
            kept = self.book.load()
        except FileWriteError as exc:
            self.trouble = exc
            return False
        self.state = replace(self.state, timers=kept.timers, ice_cautioned=kept.ice_cautioned, iced=kept.iced)
        return True

    def change(self, act: Callable[[State], tuple[State, T]]) -> T:
        """Change the timers as the command line does; FileWriteError when they cannot be kept."""
        result = self._do(act)
        if self.trouble:
            raise self.trouble
        return result

    def _do(self, act: Callable[[State], tuple[State, T]]) -> T:
        """Take one step; where it changes the timers, nobody else changes them meanwhile."""
        self.refresh()
        state, result = act(self.state)
        if self.book is not None and _kept(state) != _kept(self.state):
            try:
                with self.book.locked():
                    if self.refresh():  # another process was faster
                        state, result = act(self.state)
                    if _kept(state) != _kept(self.state):
                        self.book.save(_kept(state))
                self.trouble = None
            except FileWriteError as exc:
                self.trouble = exc
        self.state = state
        return result

    def _put_aside(self) -> tuple[Reply, ...]:
        """Say once that the file with the timers could not be read."""
        if self.book is None or self.book.put_aside is None:
            return ()
        self.book.put_aside = None
        return (Reply("", "control", "timer", self.conversation.replies.line("put_aside", self.state)),)

    def forget(self) -> None:
        """Start a new conversation; timers that are kept in a book run on."""
        old = self.state if self.book else State()
        self.state = State(timers=old.timers, ice_cautioned=old.ice_cautioned, iced=old.iced)

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


def _kept(state: State) -> Kept:
    return Kept(state.timers, state.ice_cautioned, state.iced)
