"""Quiet hours: answers and sounds are softer while others sleep; an emergency reply never is."""

from __future__ import annotations

from voice_skill.settings import QuietSettings, minute_of_day


def volume(quiet: QuietSettings, normal: float, minute: int) -> float:
    """Give the loudness (0 to 1) at a minute of the day (0 to 1439); the hours may reach over midnight."""
    if not quiet.start or not quiet.end:
        return normal
    start, end = minute_of_day(quiet.start), minute_of_day(quiet.end)
    inside = start <= minute < end if start <= end else minute >= start or minute < end
    return min(normal, quiet.volume) if inside else normal
