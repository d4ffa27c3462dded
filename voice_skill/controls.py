"""What steers the conversation: stop, repeat, more, loudness and speed, the open question, and the timers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from voice_skill import timers
from voice_skill.content import Pack
from voice_skill.messages import Delivery, Reply, State, Then
from voice_skill.replies import Replies
from voice_skill.timercontrols import LocalTime, TimerControls

Step = tuple[State, Reply]

RATE_STEP_WPM, SLOWEST_WPM, FASTEST_WPM = 25, 90, 265
VOLUME_STEP, QUIETEST, LOUDEST = 0.2, 0.2, 1.0


class Controls:
    """Carry out controls by name, as `control:<name>` labels them."""

    def __init__(self, pack: Pack, replies: Replies, local: LocalTime) -> None:
        self._replies = replies
        self.timers = TimerControls(pack, replies, local)
        self._steps: dict[str, Callable[[State, str, float], Step]] = {
            "stop": self._stop,
            "pause": self._pause,
            "cancel": self._cancel,
            "repeat": self._repeat,
            "more": self._more,
            "next": self._next,
            "yes": self._yes,
            "no": self._no,
            "source": self._source,
            **self.timers.steps,
        }

    def run(self, name: str, state: State, heard: str, now: float) -> Step:
        """Carry out one control; the reply's topic is its name."""
        if name in ("slower", "faster", "louder", "quieter"):
            return self._deliver(name, state, heard)
        if name in self._steps:
            return self._steps[name](state, heard, now)
        state, reply = self._say(state, name, heard, name)
        if name == "goodbye":
            reply = replace(reply, then=Then.LEAVE)
        return (replace(state, last=reply) if name == "help" else state), reply

    def _say(self, state: State, name: str, heard: str, line: str, **values: str) -> Step:
        return self._replies.control(state, name, heard, self._replies.line(line, state, **values))

    def _as_control(self, step: Step, name: str) -> Step:
        """Keep what was done and said, but label it with the control that asked for it."""
        state, reply = step
        return state, replace(reply, kind="control", topic=name, score=100)

    def _stop(self, state: State, heard: str, _now: float) -> Step:
        state, reply = self._replies.control(replace(state, question=None), "stop", heard, "")
        return state, replace(reply, then=Then.SILENCE)

    def _pause(self, state: State, heard: str, _now: float) -> Step:
        """Be quiet, and keep the open question: "go on" says what was not said."""
        state, reply = self._replies.control(state, "pause", heard, "")
        return state, replace(reply, then=Then.SILENCE)

    def _cancel(self, state: State, heard: str, now: float) -> Step:
        if state.topic is None and state.question is None and state.timers:
            return self.timers.cancel(state, heard, now)  # there is nothing else to drop
        return self._say(replace(state, topic=None, question=None, layer=0, item=-1), "cancel", heard, "cancel")

    def _repeat(self, state: State, heard: str, _now: float) -> Step:
        if state.last is None:
            return self._say(state, "repeat", heard, "nothing_yet")
        return self._replies.control(state, "repeat", heard, state.last.reply)

    def _more(self, state: State, heard: str, _now: float) -> Step:
        if state.unsaid:
            return self._replies.control(replace(state, unsaid=""), "more", heard, state.unsaid)
        if state.topic is None:
            return self._say(state, "more", heard, "nothing_yet")
        if not self._replies.has_more(state):
            return self._say(replace(state, question=None), "more", heard, "no_more")
        if state.layer == 0 and state.item < 0 and self._replies.topic(state.topic).more:
            return self._as_control(self._replies.deeper(state, heard, 100), "more")
        return self._as_control(self._replies.item(state, state.item + 1, heard, 100), "more")

    def _next(self, state: State, heard: str, now: float) -> Step:
        items = self._replies.topic(state.topic).items if state.topic else ()
        if items and state.item + 1 < len(items):
            return self._as_control(self._replies.item(state, state.item + 1, heard, 100), "next")
        return self._as_control(self._more(state, heard, now), "next")

    def _yes(self, state: State, heard: str, now: float) -> Step:
        question = state.question
        if question is None:
            return self._say(state, "yes", heard, "yes_alone")
        if question.minutes is not None:
            offered = timers.make(question.kind, question.minutes, now, question.name)
            return self._as_control(self.timers.start(state, offered, heard, now), "yes")
        if len(question.options) == 1:
            return self._as_control(self._replies.answer(state, question.options[0], heard, 100), "yes")
        if question.options:
            return self._say(state, "yes", heard, "which_open")
        return self._as_control(self._more(state, heard, now), "yes")

    def _no(self, state: State, heard: str, _now: float) -> Step:
        line = "neither" if state.question and state.question.options else "no_alone"
        return self._say(replace(state, question=None), "no", heard, line)

    def _source(self, state: State, heard: str, _now: float) -> Step:
        return self._replies.control(state, "source", heard, self._replies.source_line(state))

    def _deliver(self, name: str, state: State, heard: str) -> Step:
        old = state.delivery
        rate = old.rate_wpm + {"slower": -RATE_STEP_WPM, "faster": RATE_STEP_WPM}.get(name, 0)
        volume = round(old.volume + {"louder": VOLUME_STEP, "quieter": -VOLUME_STEP}.get(name, 0.0), 2)
        new = Delivery(min(max(rate, SLOWEST_WPM), FASTEST_WPM), min(max(volume, QUIETEST), LOUDEST))
        edges = {"slower": "slowest", "faster": "fastest", "louder": "loudest", "quieter": "quietest"}
        line = self._replies.line(edges[name] if new == old else name, state)
        again = state.last.reply if state.last and name in ("slower", "louder") else ""
        again = state.unsaid or again  # said over a reading, it goes on as it was asked to
        return self._replies.control(replace(state, delivery=new), name, heard, f"{line} {again}".strip())
