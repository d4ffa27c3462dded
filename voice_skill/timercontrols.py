"""What a spoken or typed command does to the timers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from voice_skill import daytimes, durations, timers
from voice_skill.content import Pack
from voice_skill.messages import Heard, Question, Reply, State, Then, Timer, TimerNote
from voice_skill.replies import Replies
from voice_skill.timerwords import TimerWords

Step = tuple[State, Reply]
LocalTime = Callable[[float], datetime]

CHANGE_DEFAULT_MIN = 5.0
NO_ICE_FOR_S = 30 * 60.0  # how long a reason against ice keeps the ice timer from starting
SAME_START_S = 60.0  # set anew within a minute: a correction, not more ice


class TimerControls:
    """Carry out the controls of timers by name."""

    def __init__(self, pack: Pack, replies: Replies, local: LocalTime) -> None:
        self._replies = replies
        self._local = local
        self._words = pack.timer_words
        self.words = TimerWords(pack)
        self.steps: dict[str, Callable[[State, str, float], Step]] = {
            "timer_set": self.set,
            "timer_query": self.query,
            "timer_cancel": self.cancel,
            "timer_extend": lambda s, h, n: self._change("timer_extend", s, h, n),
            "timer_shorten": lambda s, h, n: self._change("timer_shorten", s, h, n),
            "timer_pause": lambda s, h, n: self._hold("timer_pause", s, h, n),
            "timer_resume": lambda s, h, n: self._hold("timer_resume", s, h, n),
        }

    def concern(self, state: State, label: str) -> bool:
        """Tell whether an utterance is about timers, by its label or by what was asked."""
        question = state.question
        asked = question is not None and (question.minutes is not None or bool(question.command))
        return asked or label.startswith("control:timer_")

    def answers_which(self, state: State, heard: str) -> str | None:
        """Give the words to run an open command with, now that its timer was named."""
        question = state.question
        if question is None or not question.command:
            return None
        named = self.words.named(state, heard)
        whole = self.words.says(heard, "all") and question.command != "timer_set"
        return f"{question.words} {heard}" if named or whole else None

    def _which(self, command: str, state: State, heard: str, meant: tuple[Timer, ...]) -> Step:
        state = replace(state, question=Question(command=command, words=heard))
        names = [self.label(t) for t in meant]
        return self._say(state, command, heard, "which_timer", names=", ".join(names[:-1]), last=names[-1])

    # saying it

    def label(self, timer: Timer) -> str:
        """Give what a timer is called aloud."""
        key = f"label_{'named' if timer.name else timer.kind}"
        return self._replies.line(key, State(), title=timer.name.capitalize())

    def _say(self, state: State, name: str, heard: str, line: str, **values: str) -> Step:
        return self._replies.control(state, name, heard, self._replies.line(line, state, **values))

    def note(self, action: str, timer: Timer, now: float) -> TimerNote:
        """Say in figures what was done to a timer."""
        left = round(timers.left_s(timer, now))
        return TimerNote(action, timer.kind, round(timers.length_s(timer)), left, timer.name)

    def _tell(self, line: str, state: State, heard: str, timer: Timer, now: float) -> Step:
        """Say a line about one timer; the line's name is that of the control and what became of it."""
        control, _, end = line.partition("/")
        text = self._line(f"{end or control}", state, timer, now)
        state, reply = self._replies.control(state, control, heard, text)
        action = {"timer_extend": "add"}.get(control, control.removeprefix("timer_"))
        return state, replace(reply, timer=self.note(action, timer, now))

    def _line(self, name: str, state: State, timer: Timer, now: float) -> str:
        own = f"{timer.kind}_{name}"
        length = durations.say(timers.left_s(timer, now) / 60)
        ago = durations.say(max(now - timer.due_at, 0.0) / 60)
        named = timer.name and timer.kind == "rest"  # "Tea timer has ended", not "Your rest timer"
        line = own if self._replies.knows(own) and not named else f"any_{name}"
        return self._replies.line(line, state, label=self.label(timer), length=length, ago=ago)

    def due(self, state: State, now: float) -> tuple[State, tuple[Reply, ...]]:
        """Give what the timers have to say by now."""
        left, said = timers.due(state.timers, now)
        lines = {"skin": "skin", "end": "over", "again": "over", "missed": "missed"}
        replies = tuple(
            Reply(
                "",
                "control",
                "timer",
                self._line(lines[d.what], state, d.timer, now),
                sound="ring",
                timer=self.note("ring", d.timer, now),
            )
            for d in said
        )
        return replace(state, timers=left), replies

    # the commands

    def hush(self, label: str, state: State, heard: str, now: float) -> Step | None:
        """End the ringing that was heard last with "okay" or "stop"; None when something else is meant."""
        rings = timers.ringing(state.timers)
        if rings is None or label.removeprefix("control:") not in self._words["hush"]:
            return None
        if label == "control:timer_cancel" and rings not in self.words.meant(state, heard):
            return None
        offer = Question(minutes=timers.DEFAULT_MIN["again"], kind="again") if rings.kind == "ice" else None
        state = replace(state, timers=timers.hush(state.timers), question=offer)
        state, reply = self._tell("timer_cancel/hushed", state, heard, rings, now)
        return state, reply if offer else replace(reply, then=Then.SILENCE if label == "control:stop" else reply.then)

    def set(self, state: State, heard: str, now: float) -> Step:
        """Set a timer; ask which one where "it" may be several."""
        until, said = daytimes.find(heard), durations.find(heard)
        kind, name = self.words.kind(heard), self.words.name(heard)
        asked = state.question if state.question and state.question.minutes is not None else None
        if asked and kind not in (None, asked.kind):
            asked = None  # another timer than the offered one
        if kind is None and asked:
            kind, name = asked.kind, asked.name
        elif kind is None and not name:
            running = self.words.meant(state, heard)
            if len(running) > 1:
                return self._which("timer_set", state, heard, running)
            same = running[0] if running and self.words.says(heard, "it") else None
            # nobody means hours of ice: a time of day is when to get up
            kind, name = (same.kind, same.name) if same else ("ice" if until is None else "rest", "")
        kind = kind or "rest"
        if until is not None:
            minutes = daytimes.minutes_until(until, self._local(now))
        elif said is not None:
            minutes = said.minutes
        else:
            minutes = asked.minutes if asked and asked.minutes else timers.DEFAULT_MIN[kind]
        return self.start(state, timers.make(kind, minutes, now, name), heard, now)

    def start(self, state: State, timer: Timer, heard: str, now: float) -> Step:
        """Start a timer unless its length or the listener's skin forbids it."""
        state = replace(state, question=None)
        if timer.due_at <= timer.set_at:
            return self._say(state, "timer_set", heard, "not_positive")
        if _no_ice(state, timer, now):
            return self._say(state, "timer_set", heard, "no_ice")
        most = timers.most_min(timer.kind)
        if timers.length_s(timer) > most * 60 + 1e-6:
            if timer.kind in timers.MOST_MIN:
                state = replace(state, question=Question(minutes=most, kind=timer.kind, name=timer.name))
            line = f"{timer.kind}_too_long" if timer.kind in timers.MOST_MIN else "any_too_long"
            return self._say(state, "timer_set", heard, line)
        if len(timers.cancel(state.timers, timer)) >= timers.MOST_TIMERS:
            return self._say(state, "timer_set", heard, "too_many")
        old = next((t for t in state.timers if timers.same(t, timer)), None)
        if old is not None and timer.kind in timers.MOST_MIN and now - old.set_at > SAME_START_S:
            return self._set_anew(state, timer, timers.resume(old, now), heard)
        state = replace(state, timers=timers.start(state.timers, timer))
        state, reply = self._tell("timer_set/set", state, heard, timer, now)
        if timer.kind == "ice" and not state.ice_cautioned:
            state = replace(state, ice_cautioned=True)
            reply = replace(reply, reply=f"{reply.reply} {self._replies.line('ice_first', state)}")
        if timers.too_soon(state.iced, timer) and state.iced:
            again = self._replies.line("ice_too_soon", state, length=durations.say(state.iced.on_s / 60))
            reply = replace(reply, reply=f"{reply.reply} {again}")
        return replace(state, last=reply), reply

    def _set_anew(self, state: State, timer: Timer, old: Timer, heard: str) -> Step:
        """Take another length for ice or heat that is on already: what has passed counts."""
        now = timer.set_at
        latest = old.set_at + timers.most_min(old.kind) * 60
        if latest <= now:
            return self._tell("timer_set/full", state, heard, old, now)
        new = replace(old, due_at=min(timer.due_at, latest), rung=0, rang_at=0.0)
        state = replace(state, timers=timers.put(state.timers, new))
        return self._tell(f"timer_set/{'at_most' if timer.due_at > latest else 'set'}", state, heard, new, now)

    def query(self, state: State, heard: str, now: float) -> Step:
        """Say what is left on the named timer, or on all."""
        shown = self.words.meant(state, heard) or state.timers
        if not shown:
            return self._say(state, "timer_query", heard, "none_running")
        lines = ("paused_left" if t.paused_at is not None else "left" for t in shown)
        text = " ".join(self._line(line, state, t, now) for line, t in zip(lines, shown, strict=True))
        state, reply = self._replies.control(state, "timer_query", heard, text)
        return state, replace(reply, timer=self.note("query", shown[0], now))

    def cancel(self, state: State, heard: str, now: float) -> Step:
        """Cancel the named timer, the only one, or all."""
        meant = state.timers if self.words.says(heard, "all") else self.words.meant(state, heard)
        if not meant:
            return self._none(state, "timer_cancel", heard)
        if len(meant) > 1 and not self.words.says(heard, "all"):
            return self._which("timer_cancel", state, heard, meant)
        left = tuple(t for t in state.timers if t not in meant)
        state = replace(state, timers=left, question=None)
        line = "all_cancelled" if len(meant) > 1 else "any_cancelled"
        state, reply = self._say(state, "timer_cancel", heard, line, label=self.label(meant[0]))
        return state, replace(reply, timer=self.note("cancel", meant[0], now))

    def _none(self, state: State, command: str, heard: str) -> Step:
        line = "not_that_one" if state.timers else "none_running"
        names = ", ".join(self.label(t) for t in state.timers)
        return self._say(replace(state, question=None), command, heard, line, names=names)

    def _one(self, command: str, state: State, heard: str) -> Timer | Step:
        meant = self.words.meant(state, heard)
        if not meant:
            return self._none(state, command, heard)
        rings = timers.ringing(meant)
        return (rings or meant[0]) if rings or len(meant) == 1 else self._which(command, state, heard, meant)

    def _change(self, command: str, state: State, heard: str, now: float) -> Step:
        """Add to a timer or take from it."""
        old = self._one(command, state, heard)
        if not isinstance(old, Timer):
            return old
        said = durations.find(heard)
        minutes = said.minutes if said else CHANGE_DEFAULT_MIN
        state = replace(state, question=None)
        if minutes <= 0:
            return self._say(state, command, heard, "not_positive")
        minutes = min(minutes, timers.LONGEST_MIN)
        if command == "timer_extend" and _no_ice(state, old, now):
            return self._say(state, command, heard, "no_ice")
        if command == "timer_shorten":
            new = timers.shorten(old, minutes, now)
            state = replace(state, timers=timers.put(state.timers, new))
            return self._tell("timer_shorten/changed", state, heard, new, now)
        new = timers.extend(old, minutes, now)
        if new == old and old.rung:
            return self._tell("timer_extend/full", state, heard, old, now)
        cut_short = timers.left_s(new, now) < timers.left_s(old, now) + minutes * 60 - 1
        state = replace(state, timers=timers.put(state.timers, new))
        return self._tell(f"timer_extend/{'at_most' if cut_short else 'changed'}", state, heard, new, now)

    def _hold(self, command: str, state: State, heard: str, now: float) -> Step:
        """Pause a timer, or let it count on."""
        old = self._one(command, state, heard)
        if not isinstance(old, Timer):
            return old
        if command == "timer_resume" and _no_ice(state, old, now):
            return self._say(replace(state, question=None), command, heard, "no_ice")
        new = timers.pause(old, now) if command == "timer_pause" else timers.resume(old, now)
        state = replace(state, timers=timers.put(state.timers, new), question=None)
        line = command.removeprefix("timer_") + "d"
        return self._tell(f"{command}/{line}", state, heard, new, now)

    def watch_skin(self, state: State, heard: str, now: float) -> State:
        """Remember a reason against ice that was just said, or that it was taken back ("my skin is not numb")."""
        framed = f" {heard} "
        for words in self._words["no_ice"]:
            at = framed.find(f" {words} ")
            if at < 0:
                continue
            denied = any(w in self._words["denials"] for w in framed[:at].split()[-4:])
            return replace(state, no_ice_at=None if denied else now)
        return state

    def doubt(self, old: State, state: State, reply: Reply, heard: Heard) -> Step:
        """Say back a length that is easily misheard for another one which was heard too: fifteen, fifty."""
        said = durations.find(reply.heard)
        if reply.topic != "timer_set" or said is None:
            return state, reply
        others = (durations.find(text) for text, _ in self.words.readings(heard))
        other = next((o for o in others if o and durations.twins(o.minutes, said.minutes)), None)
        if other is None:
            return state, reply
        words = {"length": durations.say(said.minutes), "other": durations.say(other.minutes)}
        if state.timers != old.timers:
            line = self._replies.line("doubtful", state, **words)
        elif state.question and other.minutes <= timers.most_min(state.question.kind):
            state = replace(state, question=replace(state.question, minutes=other.minutes))
            line = self._replies.line("perhaps", state, **words)
            return state, replace(reply, reply=line)
        else:
            return state, reply
        return state, replace(reply, reply=f"{reply.reply} {line}")


def _no_ice(state: State, timer: Timer, now: float) -> bool:
    """Tell whether a reason against ice was said lately: then ice is neither started nor made longer."""
    return timer.kind == "ice" and state.no_ice_at is not None and now - state.no_ice_at < NO_ICE_FOR_S
