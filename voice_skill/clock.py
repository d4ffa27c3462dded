"""Two readings of the time, and the only place that turns one into the other.

Timers count in steady seconds: since the machine started, sleep included, untouched by a clock that is set or by
daylight saving. A restart ends that count; then the wall's clock (UTC) says how long it took.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold both clocks at one moment, UTC since 1970, and which start of the machine it was ("" unknown)."""

    steady_s: float
    wall_s: float
    boot: str = ""

    def of(self, wall_s: float, written: Reading) -> float:
        """Give steady seconds now for a wall time that was `written` then: by the steady clock while it is the same."""
        if self.boot and self.boot == written.boot:
            return wall_s - written.wall_s + written.steady_s
        return wall_s - self.wall_s + self.steady_s

    def wall(self, steady_s: float) -> float:
        """Give the wall time of a steady time."""
        return steady_s - self.steady_s + self.wall_s

    def local(self) -> datetime:
        """Give the local time of day, with its zone."""
        return datetime.fromtimestamp(self.wall_s).astimezone()


ReadClock = Callable[[], Reading]


def steady() -> float:
    """Give steady seconds; they count while the machine sleeps, where the system can tell."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


def read() -> Reading:
    """Read both clocks."""
    try:
        boot = _BOOT_ID.read_text("ascii").strip()
    except OSError:
        boot = ""
    return Reading(steady(), time.time(), boot)
