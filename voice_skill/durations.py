"""Lengths of time said in words: "a quarter of an hour", "one five minutes", "an hour and a half"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from voice_skill import numerals

_UNITS = dict.fromkeys("second seconds sec secs s".split(), 1 / 60)
_UNITS |= dict.fromkeys("minute minutes min mins minute's m minuets mintues minits".split(), 1.0)
_UNITS |= dict.fromkeys("hour hours hr hrs hour's h".split(), 60.0)
_LOOSE = {"couple": 2.0, "few": 3.0, "dozen": 12.0}  # "a couple of minutes" is two, "a few" is taken as three
_PARTS = {"half": 0.5, "quarter": 0.25, "third": 1 / 3}
_SEVERAL: dict[tuple[str, ...], float] = {
    ("three", "quarters"): 0.75,
    ("three", "quarter"): 0.75,
    ("three", "fourths"): 0.75,
    ("two", "thirds"): 2 / 3,
}
_MINUS = ("minus", "negative")
_VAGUE = frozenset("um uh er like about odd ish good full whole solid wee maybe around roughly approximately".split())
_MORE = frozenset("another more extra".split())
_FILLER = _VAGUE | _MORE | {"of"}
_PLAIN, _PLAIN_MORE = "fifteen minutes", "fifteen more minutes"
_UNIT_MISSING = 0.3  # what a reading without a unit counts beside one with it
_OR_SO = re.compile(r"\bor so\b")


@dataclass(frozen=True, slots=True)
class Duration:
    """Hold a length in minutes and whether its unit was said ("add five" leaves it out)."""

    minutes: float
    unit_said: bool


def find(text: str) -> Duration | None:
    """Find the length of time in a normalized text; the last one said wins ("ten no fifteen minutes")."""
    tokens = [t for t in _OR_SO.sub(" ", text).split() if t not in _FILLER]
    best: Duration | None = None
    at = 0
    while at < len(tokens):
        read = _read(tokens, at)
        if read is None:
            at += 1
            continue
        found, after = read
        if at and tokens[at - 1] in _MINUS:
            found = Duration(-found.minutes, found.unit_said)
        at = after
        if best is None or found.unit_said or not best.unit_said:
            best = found
    return best


def plain(text: str) -> str:
    """Put "fifteen minutes" for every length with a unit in a normalized text: what is asked does not hang on it."""
    words = text.split()
    made: list[str] = []
    at = 0
    while at < len(words):
        kept = [i for i in range(at, len(words)) if words[i] not in _FILLER]
        read = _read([words[i] for i in kept], 0) if words[at] not in _FILLER else None
        if read is None or not read[0].unit_said:
            made.append(words[at])
            at += 1
            continue
        after = kept[read[1] - 1] + 1
        while made and made[-1] in _FILLER and made[-1] != "of":
            at -= 1
            made.pop()
        made.append(_PLAIN_MORE if _MORE.intersection(words[at:after]) else _PLAIN)
        at = after
    return " ".join(made)


def hinted(text: str) -> bool:
    """Tell whether a normalized text may hold a length of time: a number, a part or a unit is in it."""
    return any(t in _UNITS or t in _PARTS or t in numerals.VALUES for t in text.split())


def agreed(readings: Iterable[tuple[str, float]]) -> str | None:
    """Give the first of weighted normalized readings with the length that most of their weight is for."""
    votes: dict[float, float] = {}
    first: dict[float, str] = {}
    for text, weight in readings:
        said = find(text)
        if said is not None:
            minutes = round(said.minutes, 3)
            votes[minutes] = votes.get(minutes, 0.0) + weight * (1.0 if said.unit_said else _UNIT_MISSING)
            first.setdefault(minutes, text)
    return first[max(votes, key=votes.__getitem__)] if votes else None


def _read(tokens: list[str], at: int) -> tuple[Duration, int] | None:
    amount = _amount(tokens, at)
    if amount is None:
        return None
    value, after = amount
    unit = _UNITS.get(tokens[after]) if after < len(tokens) else None
    if unit is None:
        whole_number = tokens[at] in numerals.VALUES and (tokens[at] != "one" or after > at + 1)  # "that one"
        return (Duration(value, unit_said=False), after) if whole_number else None
    after += 1
    minutes = value * unit
    part = _and_a_part(tokens, after)
    if part:
        return Duration(minutes + unit * part[0], unit_said=True), part[1]
    tail = _tail(tokens, after, unit)
    if tail:
        return Duration(minutes + tail[0], unit_said=True), tail[1]
    return Duration(minutes, unit_said=True), after


def _tail(tokens: list[str], after: int, unit: float) -> tuple[float, int] | None:
    """Read the minutes after hours ("an hour and ten") or the seconds after minutes ("two minutes thirty")."""
    if unit < 1.0:
        return None
    rest = after + 1 if tokens[after : after + 1] == ["and"] else after
    tail = _read(tokens, rest)
    if tail is None:
        return None
    found, end = tail
    if found.unit_said:
        return (found.minutes, end) if 0 < found.minutes < unit else None
    if unit == 60.0 and 0 < found.minutes < 60:
        return found.minutes, end
    return (found.minutes / 60, end) if found.minutes in (15, 30, 45) and rest == after else None


def _and_a_part(tokens: list[str], at: int) -> tuple[float, int] | None:
    """Read "and a half", "and half", "and three quarters", unless a unit of its own follows."""
    if tokens[at : at + 1] != ["and"]:
        return None
    several = _SEVERAL.get(tuple(tokens[at + 1 : at + 3]))
    if several and tokens[at + 3 : at + 4] not in (["a"], ["an"]):
        return several, at + 3
    at += 2 if tokens[at + 1 : at + 2] == ["a"] else 1
    if at < len(tokens) and tokens[at] in _PARTS and tokens[at + 1 : at + 2] not in (["a"], ["an"]):
        return _PARTS[tokens[at]], at + 1
    return None


def _amount(tokens: list[str], at: int) -> tuple[float, int] | None:
    if at >= len(tokens):
        return None
    word, ahead = tokens[at], tokens[at + 1 : at + 2]
    if word in ("a", "an", "one") and ahead and ahead[0] in (*_PARTS, *_LOOSE, "hundred"):
        return _amount(tokens, at + 1)
    if word in ("a", "an"):
        return (1.0, at + 1) if ahead and ahead[0] in _UNITS else None
    if word in _PARTS:
        return _part(tokens, at)
    if several := _SEVERAL.get((word, *ahead)):
        return several, _skip_article(tokens, at + 2)
    if word in _LOOSE:
        return _LOOSE[word], at + 1
    if len(word) > 2 and word in _UNITS and tokens[at + 1 : at + 2] == ["and"] and _and_a_part(tokens, at + 1):
        return 1.0, at  # "minute and a half"
    return _number(tokens, at)


def _part(tokens: list[str], at: int) -> tuple[float, int]:
    share, after = _PARTS[tokens[at]], _skip_article(tokens, at + 1)
    if tokens[after : after + 1] == ["dozen"]:
        return share * _LOOSE["dozen"], after + 1
    return share, after


def _skip_article(tokens: list[str], at: int) -> int:
    return at + 1 if tokens[at : at + 1] in (["a"], ["an"]) else at


def _number(tokens: list[str], at: int) -> tuple[float, int] | None:
    if tokens[at] == "hundred":
        more = numerals.read(tokens, at + 2) if tokens[at + 1 : at + 2] == ["and"] else None
        return (100.0 + more[0], more[1]) if more else (100.0, at + 1)
    number = numerals.read(tokens, at)
    if number is None:
        return None
    value, after = number
    if value < 10 and tokens[after : after + 2][:1] == ["and"] and tokens[after + 1 : after + 2] == ["twenty"]:
        return value + 20.0, after + 2  # "five and twenty"
    if tokens[after : after + 1] == ["point"]:
        digit = numerals.read(tokens, after + 1)
        return (value + digit[0] / 10, digit[1]) if digit and digit[0] < 10 else (float(value), after)
    part = _and_a_part(tokens, after)
    if part:
        return value + part[0], part[1]
    digits = _digits(tokens, at)
    return digits or (float(value), after)


def _digits(tokens: list[str], at: int) -> tuple[float, int] | None:
    """Read "one five" as fifteen; neighbours ("two three minutes") are a span, whose end counts."""
    pair = [0 if t == "oh" else numerals.VALUES.get(t, 99) for t in tokens[at : at + 2]]
    if len(pair) < 2 or not 1 <= pair[0] <= 9 or not 0 <= pair[1] <= 9:
        return None
    return None if pair[1] == pair[0] + 1 else (pair[0] * 10.0 + pair[1], at + 2)


def twins(one: float, other: float) -> bool:
    """Tell whether two lengths are easily misheard for one another: fifteen and fifty, fourteen and forty."""
    small, large = sorted((one, other))
    return 13 <= small <= 19 and large == (small - 10) * 10


def say(minutes: float) -> str:
    """Put a length in words for the ear; from two minutes on, seconds are said only by quarters of a minute."""
    seconds = max(round(minutes * 60), 0)
    if seconds >= 3600 or (seconds >= 120 and seconds % 15):
        seconds = 60 * round(seconds / 60)
    hours, left = divmod(seconds, 3600)
    parts = [_count(hours, "hour"), _count(left // 60, "minute")]
    if not hours:
        parts.append(_count(left % 60, "second"))
    return " and ".join(filter(None, parts)) or "zero seconds"


def _count(number: int, unit: str) -> str:
    if not number:
        return ""
    return f"one {unit}" if number == 1 else f"{numerals.words(min(number, 999))} {unit}s"


def clock(seconds: float) -> str:
    """Put a length in figures for the eye: 4:05, or 1:02:30."""
    hours, left = divmod(max(0, round(seconds)), 3600)
    return f"{hours}:{left // 60:02}:{left % 60:02}" if hours else f"{left // 60}:{left % 60:02}"
