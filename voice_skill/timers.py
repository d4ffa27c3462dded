"""Icing and rest timers as values: what was set, what is due now.

The figures are those of NHS physiotherapy advice: 10 to 15 minutes of ice, 20 at most, a look at the skin after 5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from voice_skill.messages import Timer, TimerKind

ICE_DEFAULT_MIN = 15.0
ICE_MOST_MIN = 20.0
REST_DEFAULT_MIN = 20.0
REST_MOST_MIN = 24 * 60.0
SKIN_CHECK_MIN = 5.0


@dataclass(frozen=True, slots=True)
class Due:
    """Say that something is to be said about a timer: a look at the skin, or its end."""

    what: Literal["skin", "end"]
    timer: Timer


def most_min(kind: TimerKind) -> float:
    """Give the longest length of a kind, in minutes."""
    return ICE_MOST_MIN if kind == "ice" else REST_MOST_MIN


def start(timers: tuple[Timer, ...], kind: TimerKind, minutes: float, now: float) -> tuple[Timer, ...]:
    """Set a timer in place of a running one of its kind; ValueError outside 0 < minutes <= most_min(kind)."""
    if not 0 < minutes <= most_min(kind):
        raise ValueError(minutes)
    return (*cancel(timers, kind), Timer(kind, now, now + minutes * 60))


def cancel(timers: tuple[Timer, ...], kind: TimerKind | None) -> tuple[Timer, ...]:
    """Drop the timer of a kind, or all of them for None."""
    return tuple(t for t in timers if kind is not None and t.kind != kind)


def of_kind(timers: tuple[Timer, ...], kind: TimerKind) -> Timer | None:
    """Give the running timer of a kind."""
    return next((t for t in timers if t.kind == kind), None)


def extend(timer: Timer, minutes: float) -> Timer:
    """Lengthen a timer, never past the most its kind allows from when it was set."""
    latest = timer.set_at + most_min(timer.kind) * 60
    return replace(timer, due_at=min(timer.due_at + minutes * 60, latest))


def left_s(timer: Timer, now: float) -> float:
    """Give the seconds left, 0 when it is over."""
    return max(0.0, timer.due_at - now)


def next_at(timers: tuple[Timer, ...]) -> float | None:
    """Give when something will next be due, or None."""
    return min((at for timer in timers for _, at in _events(timer)), default=None)


def due(timers: tuple[Timer, ...], now: float) -> tuple[tuple[Timer, ...], tuple[Due, ...]]:
    """Give the timers that go on, and what is due by now, earliest first."""
    ready = sorted((at, what, t) for t in timers for what, at in _events(t) if at <= now)
    ended = {t.kind for _, what, t in ready if what == "end"}
    # a look at the skin is pointless once the ice comes off
    said = tuple(Due(what, t) for _, what, t in ready if what == "end" or t.kind not in ended)
    checked = {d.timer.kind for d in said if d.what == "skin"}
    left = tuple(replace(t, skin_checked=t.skin_checked or t.kind in checked) for t in timers if t.kind not in ended)
    return left, said


def _events(timer: Timer) -> list[tuple[Literal["skin", "end"], float]]:
    events: list[tuple[Literal["skin", "end"], float]] = [("end", timer.due_at)]
    skin_at = timer.set_at + SKIN_CHECK_MIN * 60
    if timer.kind == "ice" and not timer.skin_checked and skin_at < timer.due_at:
        events.append(("skin", skin_at))
    return events
