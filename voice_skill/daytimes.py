"""Times of day said in words, as the end of a timer: "until half past eight", "till quarter to nine"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from voice_skill import numerals

_LEAD = re.compile(r"\b(?:until|till|til|at|by(?= .*(?:o'clock|past)))(?: a)? (.+)")
_BARE = re.compile(r"\b((?:half|quarter|[a-z]+(?: minutes)?) past .+|quarter (?:to|of) .+)")  # says it without "until"
_LATE = re.compile(r"\b(?:pm|p m|in the (?:evening|afternoon)|tonight|at night)\b")
_EARLY = re.compile(r"\b(?:am|a m|in the morning)\b")
_NAMED = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 0}
_UNITS = frozenset("second seconds sec secs minute minutes min mins hour hours".split())
_SIGNS = {"past": 1, "after": 1, "to": -1, "of": -1, "before": -1}


def find(text: str) -> tuple[int, bool] | None:
    """Find a time of day in a normalized text: minutes after midnight, and whether the half of the day is known."""
    led = _LEAD.search(text)
    return (_after(led) if led else None) or ((bare := _BARE.search(text)) and _after(bare)) or None


def _after(led: re.Match[str]) -> tuple[int, bool] | None:
    tokens = led[1].split()
    if tokens[0] in _NAMED:
        return _NAMED[tokens[0]], True
    read = _relative(tokens) or _plain(tokens)
    if read is None or not 0 <= read < 24 * 60:
        return None
    hour = read // 60
    if _LATE.search(led[1]) and hour <= 12:
        return read % 720 + 720, True
    if _EARLY.search(led[1]) and hour <= 12:
        return read % 720, True
    return read, hour > 12 or hour == 0


def _relative(tokens: list[str]) -> int | None:
    """Read "half past eight", "half eight", "twenty to nine"."""
    if tokens[0] in ("half", "quarter"):
        amount, at = {"half": 30, "quarter": 15}[tokens[0]], 1
    else:
        number = numerals.read(tokens, 0)
        if number is None:
            return None
        amount, at = number
        at += tokens[at : at + 1] in (["minutes"], ["minute"])
    if tokens[at : at + 1] and tokens[at] in _SIGNS:
        sign, at = _SIGNS[tokens[at]], at + 1
    elif tokens[0] == "half":
        sign = 1
    else:
        return None
    hour = numerals.read(tokens, at)
    if hour is None or not 0 <= hour[0] <= 23 or (tokens[hour[1] : hour[1] + 1] and tokens[hour[1]] in _UNITS):
        return None
    return (hour[0] * 60 + sign * amount) % (24 * 60)


def _plain(tokens: list[str]) -> int | None:
    """Read "eight", "eight thirty", "eight oh five", "eight o'clock"."""
    hour = numerals.read(tokens, 0)
    if hour is None or not 0 <= hour[0] <= 23:
        return None
    at, minutes = hour[1], 0
    at += tokens[at : at + 1] == ["oh"]
    number = numerals.read(tokens, at)
    if number is not None and number[0] < 60:
        minutes, at = number
    return None if tokens[at : at + 1] and tokens[at] in _UNITS else hour[0] * 60 + minutes


def minutes_until(said: tuple[int, bool], now: datetime) -> float:
    """Give the minutes until a time of day comes next; where its half of the day is open, the nearer one."""
    at_min, known = said
    days = (0, 1, 2)
    halves = (0,) if known else (0, 720)
    wall = now.replace(tzinfo=None)
    midnight = wall.replace(hour=0, minute=0, second=0, microsecond=0)
    times = sorted(midnight + timedelta(days=d, minutes=at_min % 1440 + h) for d in days for h in halves)
    then = next(t for t in times if t > wall)
    # seconds that really pass: the night of a clock change is longer or shorter
    seconds = then.replace(tzinfo=now.tzinfo).timestamp() - now.timestamp()
    return seconds / 60
