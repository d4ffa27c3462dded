"""Tell systemd how a service fares, through the socket of this machine that it names; elsewhere, nothing."""

from __future__ import annotations

import contextlib
import os
import socket


def tell(state: str) -> None:
    """Send one line like "READY=1", "WATCHDOG=1" or "STOPPING=1"."""
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where or not hasattr(socket, "AF_UNIX"):
        return
    address = "\0" + where[1:] if where.startswith("@") else where
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.sendto(state.encode(), address)


def every_s() -> float | None:
    """Give how often the watchdog wants to hear, in seconds; None when there is none for this process."""
    microseconds, process = os.environ.get("WATCHDOG_USEC", ""), os.environ.get("WATCHDOG_PID", "")
    if not microseconds.isdigit() or process not in ("", str(os.getpid())):
        return None
    return int(microseconds) / 1e6 / 2  # twice as often as it must, as its manual asks
