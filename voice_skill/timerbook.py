"""The timers on disk: one versioned JSON file, whole or not at all, and a lock so that two processes do not ring twice.

Times stand in it as UTC seconds, beside both clocks at the moment of writing (`clock.py`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

from filelock import FileLock, Timeout

from voice_skill import clock, store
from voice_skill.clock import ReadClock, Reading
from voice_skill.errors import FileWriteError
from voice_skill.messages import Iced, Timer, TimerKind

FILE = "timers.json"
VERSION = 1
LOCK_WAIT_S = 5.0  # a holder needs milliseconds; a dead one lets go
_TIMES = ("set_at", "due_at", "paused_at", "rang_at")


@dataclass(frozen=True, slots=True)
class Kept:
    """Hold what outlives a process."""

    timers: tuple[Timer, ...] = ()
    ice_cautioned: bool = False
    iced: Iced | None = None


class TimerBook:
    """Keep the timers in a folder; `put_aside` names a file that could not be read, until somebody is told."""

    def __init__(self, folder: Path, read_clock: ReadClock = clock.read) -> None:
        self.path = folder / FILE
        self.put_aside: Path | None = None
        self._lock = FileLock(folder / f".{FILE}.lock", timeout=LOCK_WAIT_S)
        self._read_clock = read_clock
        self._seen: tuple[int, ...] | None = ()

    def changed(self) -> bool:
        """Tell whether the file is another than the one read or written last; costs one stat."""
        return self._stamp() != self._seen

    def load(self) -> Kept:
        """Read the timers, in steady seconds; a torn or foreign file is renamed; FileWriteError when unreadable."""
        self._seen = self._stamp()
        try:
            raw = self.path.read_bytes()
        except FileNotFoundError:
            return Kept()
        except OSError as exc:
            raise _unusable(self.path, "read", exc) from exc
        try:
            return _decode(raw, self._read_clock())
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
            self.put_aside = store.set_aside(self.path) or self.put_aside
            self._seen = self._stamp()
            return Kept()

    def save(self, kept: Kept) -> None:
        """Write the timers; FileWriteError when the place cannot be written."""
        store.write(self.path, _encode(kept, self._read_clock()))
        self._seen = self._stamp()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes out meanwhile; FileWriteError when the lock cannot be had."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire()
        except (OSError, Timeout) as exc:
            raise _unusable(self.path, "locked", exc) from exc
        try:
            yield
        finally:
            self._lock.release()

    def _stamp(self) -> tuple[int, ...] | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size


def _unusable(path: Path, verb: str, exc: Exception) -> FileWriteError:
    reason = (getattr(exc, "strerror", None) or "another process holds it").lower()
    hint = f"Make {path.parent} a folder that you may write to; a timer is kept there."
    return FileWriteError(f"{path} cannot be {verb}: {reason}.", hint)


def _encode(kept: Kept, now: Reading) -> bytes:
    rows = [
        {name: getattr(t, name) for name in ("kind", "name", "skin_checked", "rung")}
        | {name: None if getattr(t, name) is None else round(now.wall(getattr(t, name)), 3) for name in _TIMES}
        for t in kept.timers
    ]
    written = {"steady_s": now.steady_s, "wall_s": now.wall_s, "boot": now.boot}
    iced = kept.iced and {"off_at": round(now.wall(kept.iced.off_at), 3), "on_s": round(kept.iced.on_s, 3)}
    whole = {
        "version": VERSION,
        "written": written,
        "ice_cautioned": kept.ice_cautioned,
        "iced": iced,
        "timers": rows,
    }
    return json.dumps(whole, indent=1).encode() + b"\n"


def _decode(raw: bytes, now: Reading) -> Kept:
    whole = json.loads(raw)
    if whole["version"] != VERSION:
        raise ValueError(whole["version"])
    written = Reading(
        _number(whole["written"]["steady_s"]), _number(whole["written"]["wall_s"]), whole["written"]["boot"]
    )
    timers = tuple(_timer(row, now, written) for row in whole["timers"])
    iced = whole.get("iced")  # since 0.2
    lately = Iced(now.of(_number(iced["off_at"]), written), _number(iced["on_s"])) if iced else None
    return Kept(timers, bool(whole["ice_cautioned"]), lately)


def _timer(row: dict[str, Any], now: Reading, written: Reading) -> Timer:
    kind = row["kind"]
    if kind not in get_args(TimerKind) or not isinstance(row["name"], str) or len(row["name"]) > 60:
        raise ValueError(kind)
    at = {n: None if row[n] is None else now.of(_number(row[n]), written) for n in _TIMES}
    set_at, due_at, rang_at = at["set_at"], at["due_at"], at["rang_at"]
    if set_at is None or due_at is None or rang_at is None or due_at < set_at:
        raise ValueError(row)
    timer = Timer(kind, set_at, due_at, bool(row["skin_checked"]), row["name"], at["paused_at"])
    return replace(timer, rung=int(row["rung"]), rang_at=rang_at)


def _number(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise ValueError(value)
    return float(value)
