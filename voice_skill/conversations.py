"""Many conversations over one pack: a state per id, kept for some minutes; timers are left to the house.

Somebody in a far room hears no bell of this machine, so no timer is ever set here: the answer tells the length, and
whoever holds the door passes it on to the house, or has the person ask for it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from voice_skill import durations
from voice_skill.conversation import Conversation
from voice_skill.messages import Delivery, Heard, Reply, State, Then, Timer

KEPT_S = 300.0  # a conversation is taken up again within five minutes, as Home Assistant does
MOST = 1000  # conversations; the one that was quiet longest goes first
V = TypeVar("V")


class Recent(Generic[V]):
    """Remember values by name for some seconds, and never more than a bounded number."""

    def __init__(self, kept_s: float, most: int) -> None:
        self._kept_s, self._most = kept_s, most
        self._values: OrderedDict[str, tuple[float, V]] = OrderedDict()

    def put(self, name: str, value: V, now: float) -> None:
        """Remember a value; the oldest ones make room."""
        self._values[name] = (now, value)
        self._values.move_to_end(name)
        while self._values and (len(self._values) > self._most or self._too_old(next(iter(self._values)), now)):
            self._values.popitem(last=False)

    def get(self, name: str, now: float) -> V | None:
        """Give what was remembered, None when it is too long ago."""
        if name not in self._values or self._too_old(name, now):
            return None
        return self._values[name][1]

    def drop(self, name: str) -> None:
        """Forget a value."""
        self._values.pop(name, None)

    def __len__(self) -> int:
        return len(self._values)

    def _too_old(self, name: str, now: float) -> bool:
        return now - self._values[name][0] > self._kept_s


@dataclass(frozen=True, slots=True)
class HouseTimer:
    """Hold a timer that the house is to set, and what to say when it does."""

    name: str
    minutes: float
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold a reply, how it is to be spoken, and the timer that was asked for."""

    reply: Reply
    delivery: Delivery
    timer: HouseTimer | None = None


class Conversations:
    """Answer in many conversations at once; `step` is pure, so the states are all that differs."""

    def __init__(self, conversation: Conversation, start: State, kept_s: float = KEPT_S, most: int = MOST) -> None:
        self._conversation = conversation
        self._start = start
        self._states: Recent[State] = Recent(kept_s, most)

    def ask(self, name: str, heard: Heard, now: float) -> Answer:
        """Answer one utterance of the conversation called `name`; `now` is in seconds on any steady clock."""
        after, answer = self._step(name, heard, now)
        if answer.reply.then is Then.LEAVE:
            self._states.drop(name)
        else:
            self._states.put(name, after, now)
        return answer

    def would(self, name: str, heard: Heard, now: float) -> Reply:
        """Give what would be answered, and remember nothing of it."""
        return self._step(name, heard, now)[1].reply

    def running(self, name: str, now: float) -> bool:
        """Tell whether there is such a conversation."""
        return self._states.get(name, now) is not None

    def _step(self, name: str, heard: Heard, now: float) -> tuple[State, Answer]:
        before = self._states.get(name, now) or self._start
        after, reply = self._conversation.step(before, heard, now)
        after, reply, timer = _leave_to_the_house(after, reply, self._line(after))
        return after, Answer(reply, after.delivery, timer)

    def _line(self, state: State) -> Callable[..., str]:
        return lambda name, **values: self._conversation.replies.line(name, state, **values)

    def __len__(self) -> int:
        return len(self._states)


def _leave_to_the_house(state: State, reply: Reply, line: Callable[..., str]) -> tuple[State, Reply, HouseTimer | None]:
    """Take a timer out of a state again, and say instead what the house is to be asked."""
    if not state.timers:
        if reply.kind == "control" and (reply.topic or "").startswith("timer_") and reply.topic != "timer_set":
            return state, replace(reply, reply=line("house_timer_other"), timer=None), None
        return state, reply, None
    timer: Timer = max(state.timers, key=lambda t: t.set_at)
    minutes = (timer.due_at - timer.set_at) / 60
    on_ice = timer.kind == "ice"
    told = HouseTimer(timer.kind, minutes, f"{reply.reply} {line('house_skin')}" if on_ice else reply.reply)
    ask = line("house_timer", length=durations.say(minutes))
    reply = replace(reply, reply=f"{ask} {line('house_ice')}" if on_ice else ask, timer=None)
    return replace(state, timers=(), last=reply), reply, told
