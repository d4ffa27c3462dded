"""Lengths of time said in words: "a quarter of an hour", "twenty five minutes", "an hour and a half"."""

from __future__ import annotations

from dataclasses import dataclass

from voice_skill import numerals

_UNITS = dict.fromkeys("second seconds sec secs".split(), 1 / 60)
_UNITS |= dict.fromkeys("minute minutes min mins minute's".split(), 1.0)
_UNITS |= dict.fromkeys("hour hours hr hrs hour's".split(), 60.0)
_LOOSE = {"couple": 2.0, "few": 3.0}  # "a couple of minutes" is two, "a few" is taken as three


@dataclass(frozen=True, slots=True)
class Duration:
    """Hold a length in minutes and whether its unit was said ("add five" leaves it out)."""

    minutes: float
    unit_said: bool


def find(text: str) -> Duration | None:
    """Find the length of time in a normalized text; the last one said wins ("ten no fifteen minutes")."""
    tokens = [t for t in text.split() if t not in ("um", "uh", "er", "of", "like", "about", "another", "more", "extra")]
    best: Duration | None = None
    at = 0
    while at < len(tokens):
        read = _read(tokens, at)
        if read is None:
            at += 1
            continue
        found, at = read
        if best is None or found.unit_said or not best.unit_said:
            best = found
    return best


def _read(tokens: list[str], at: int) -> tuple[Duration, int] | None:
    amount = _amount(tokens, at) if at < len(tokens) else None
    if amount is None:
        return None
    value, after = amount
    unit = _UNITS.get(tokens[after]) if after < len(tokens) else None
    if unit is None:
        whole_number = tokens[at] in numerals.VALUES and tokens[at] != "one"  # "that one" is no length
        return (Duration(value, unit_said=False), after) if whole_number else None
    after += 1
    minutes = value * unit
    if tokens[after : after + 3] == ["and", "a", "half"]:
        return Duration(minutes + unit / 2, unit_said=True), after + 3
    if tokens[after : after + 3] == ["and", "a", "quarter"]:
        return Duration(minutes + unit / 4, unit_said=True), after + 3
    rest = after + 1 if tokens[after : after + 1] == ["and"] else after
    tail = _read(tokens, rest) if unit == 60.0 else None
    if tail and tail[0].unit_said and tail[0].minutes < 60:
        return Duration(minutes + tail[0].minutes, unit_said=True), tail[1]
    return Duration(minutes, unit_said=True), after


def _amount(tokens: list[str], at: int) -> tuple[float, int] | None:
    word = tokens[at]
    ahead = tokens[at + 1 : at + 4]
    if word in ("half", "quarter") or (word in ("a", "an") and ahead[:1] and ahead[0] in ("half", "quarter")):
        part_at = at if word in ("half", "quarter") else at + 1
        after = part_at + 1
        if tokens[after : after + 1] and tokens[after] in ("a", "an"):
            after += 1
        return (0.5 if tokens[part_at] == "half" else 0.25), after
    if word == "three" and ahead[:1] and ahead[0] in ("quarters", "quarter"):
        return 0.75, at + 3 if ahead[1:2] and ahead[1] in ("a", "an") else at + 2
    if word in _LOOSE:
        return _LOOSE[word], at + 1
    if word in ("a", "an"):
        if ahead[:1] and ahead[0] in _LOOSE:
            return _LOOSE[ahead[0]], at + 2
        return (1.0, at + 1) if ahead[:1] and ahead[0] in _UNITS else None
    number = numerals.read(tokens, at)
    if number is None:
        return None
    value, after = number
    if tokens[after : after + 3] == ["and", "a", "half"]:
        return value + 0.5, after + 3
    return float(value), after


def say(minutes: float) -> str:
    """Put a length in words for the ear, to the minute above one minute and to the second below."""
    seconds = round(minutes * 60)
    if seconds < 60:
        return "one second" if seconds == 1 else f"{numerals.words(max(seconds, 0))} seconds"
    whole = round(seconds / 60)
    hours, left = divmod(whole, 60)
    parts = []
    if hours:
        parts.append("one hour" if hours == 1 else f"{numerals.words(min(hours, 999))} hours")
    if left:
        parts.append("one minute" if left == 1 else f"{numerals.words(left)} minutes")
    return " and ".join(parts)


def clock(seconds: float) -> str:
    """Put a length in figures for the eye: 4:05, or 1:02:30."""
    hours, left = divmod(max(0, round(seconds)), 3600)
    return f"{hours}:{left // 60:02}:{left % 60:02}" if hours else f"{left // 60}:{left % 60:02}"
