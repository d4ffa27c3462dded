"""Icing, heat and rest timers as values: what was set, what is due now.

The figures on ice are those of NHS physiotherapy advice: 10 to 15 minutes, 20 at most, a look at the skin after 5,
two hours between. The most for heat is this skill's own caution.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from voice_skill.messages import Iced, Timer, TimerKind

DEFAULT_MIN: dict[TimerKind, float] = {"ice": 15.0, "heat": 15.0, "rest": 20.0, "again": 120.0}
MOST_MIN: dict[TimerKind, float] = {"ice": 20.0, "heat": 20.0}
LONGEST_MIN = 30 * 24 * 60.0  # any kind; beyond it a slip of the tongue is likelier
MOST_TIMERS = 20
SKIN_CHECK_MIN = 5.0
ICE_GAP_S = 2 * 3600.0  # without ice between two times
RINGS = 5
RING_EVERY_S = 20.0
MISSED_AFTER_S = 60.0  # due longer ago than this when it is first said: nobody was there to say it

What = Literal["skin", "end", "gone"]


@dataclass(frozen=True, slots=True)
class Due:
    """Say that something is to be said about a timer: a look at the skin, its end, or the end that was missed."""

    what: Literal["skin", "end", "again", "missed"]
    timer: Timer


def most_min(kind: TimerKind) -> float:
    """Give the longest length of a kind, in minutes."""
    return MOST_MIN.get(kind, LONGEST_MIN)


def start(timers: tuple[Timer, ...], timer: Timer) -> tuple[Timer, ...]:
    """Set a timer in place of the one of its kind and name; ValueError outside 0 < minutes <= most_min(kind)."""
    minutes = length_s(timer) / 60
    if not 0 < minutes <= most_min(timer.kind) + 1e-6:
        raise ValueError(minutes)
    return (*cancel(timers, timer), timer)


def make(kind: TimerKind, minutes: float, now: float, name: str = "") -> Timer:
    """Make a timer that starts now."""
    return Timer(kind, now, now + minutes * 60, name=name)


def same(one: Timer, other: Timer) -> bool:
    """Tell whether two values are the same timer: of one kind and name."""
    return (one.kind, one.name) == (other.kind, other.name)


def cancel(timers: tuple[Timer, ...], timer: Timer | None) -> tuple[Timer, ...]:
    """Drop a timer, or all of them for None."""
    return tuple(t for t in timers if timer is not None and not same(t, timer))


def put(timers: tuple[Timer, ...], timer: Timer) -> tuple[Timer, ...]:
    """Put a changed timer in the place of its old value."""
    return tuple(timer if same(t, timer) else t for t in timers)


def extend(timer: Timer, minutes: float, now: float) -> Timer:
    """Lengthen a timer from its end, or from now when it rings, never past the most of its kind since it was set."""
    latest = timer.set_at + most_min(timer.kind) * 60
    due_at = min(max(timer.due_at, paused_or(timer, now)) + minutes * 60, latest)
    if due_at <= paused_or(timer, now):
        return timer
    return replace(timer, due_at=due_at, rung=0, rang_at=0.0)


def shorten(timer: Timer, minutes: float, now: float) -> Timer:
    """Shorten a timer, never below what has passed: then it is due at once."""
    return replace(timer, due_at=max(timer.due_at - minutes * 60, min(timer.due_at, paused_or(timer, now))))


def pause(timer: Timer, now: float) -> Timer:
    """Stop the count of a timer that runs."""
    return timer if timer.paused_at is not None or timer.rung else replace(timer, paused_at=now)


def resume(timer: Timer, now: float) -> Timer:
    """Let a paused timer count on; what it was paused for is added to both its times."""
    if timer.paused_at is None:
        return timer
    gap = max(0.0, now - timer.paused_at)
    return replace(timer, set_at=timer.set_at + gap, due_at=timer.due_at + gap, paused_at=None)


def paused_or(timer: Timer, now: float) -> float:
    """Give the moment a timer stands at."""
    return now if timer.paused_at is None else timer.paused_at


def left_s(timer: Timer, now: float) -> float:
    """Give the seconds left, 0 when it is over."""
    return max(0.0, timer.due_at - paused_or(timer, now))


def length_s(timer: Timer) -> float:
    """Give the seconds a timer was set for, with what was added."""
    return timer.due_at - timer.set_at


def ringing(timers: tuple[Timer, ...]) -> Timer | None:
    """Give the timer that rang last and was not answered."""
    return max((t for t in timers if t.rung), key=lambda t: t.rang_at, default=None)


def hush(timers: tuple[Timer, ...]) -> tuple[Timer, ...]:
    """End the ringing of the timer that rang last; no other is touched."""
    return cancel(timers, rings) if (rings := ringing(timers)) else timers


def next_at(timers: tuple[Timer, ...]) -> float | None:
    """Give when something will next be due, or None."""
    return min((at for timer in timers for _, at in _events(timer)), default=None)


def due(timers: tuple[Timer, ...], now: float) -> tuple[tuple[Timer, ...], tuple[Due, ...]]:
    """Give the timers after what is due by now was said, and what it is, earliest first."""
    ready = sorted((at, what, t) for t in timers for what, at in _events(t) if at <= now)
    said: list[Due] = []
    for _, what, timer in ready:
        if what == "gone":
            timers = cancel(timers, timer)
        elif what == "end":
            missed = not timer.rung and now - timer.due_at > MISSED_AFTER_S
            said.append(Due("missed" if missed else "again" if timer.rung else "end", timer))
            rings = replace(timer, rung=timer.rung + 1, rang_at=now)
            timers = cancel(timers, timer) if missed else put(timers, rings)
        elif not any(same(t, timer) for _, w, t in ready if w == "end"):  # pointless once the ice comes off
            timers = put(timers, replace(timer, skin_checked=True))
            if now - at_skin(timer) <= MISSED_AFTER_S:
                said.append(Due("skin", timer))
    return timers, tuple(said)


def iced(lately: Iced | None, before: tuple[Timer, ...], after: tuple[Timer, ...], now: float) -> Iced | None:
    """Give the ice of the last two hours after a step which may have ended a timer for ice."""
    for timer in before:
        if timer.kind == "ice" and not any(same(timer, t) for t in after):
            off_at = min(paused_or(timer, now), timer.due_at)
            on_s = max(0.0, off_at - timer.set_at)
            lately = Iced(off_at, on_s + (lately.on_s if lately and off_at - lately.off_at < ICE_GAP_S else 0.0))
    return lately


def too_soon(lately: Iced | None, timer: Timer) -> bool:
    """Tell whether a new timer for ice makes, with the ice of the last two hours, more than the most."""
    if timer.kind != "ice" or lately is None or timer.set_at - lately.off_at >= ICE_GAP_S:
        return False
    return lately.on_s + length_s(timer) > MOST_MIN["ice"] * 60 + 1e-6


def at_skin(timer: Timer) -> float:
    """Give when the skin is to be looked at."""
    return timer.set_at + SKIN_CHECK_MIN * 60


def _events(timer: Timer) -> list[tuple[What, float]]:
    if timer.paused_at is not None:
        return []
    if timer.rung:
        return [("end" if timer.rung < RINGS else "gone", timer.rang_at + RING_EVERY_S)]
    events: list[tuple[What, float]] = [("end", timer.due_at)]
    if timer.kind == "ice" and not timer.skin_checked and at_skin(timer) < timer.due_at:
        events.append(("skin", at_skin(timer)))
    return events
