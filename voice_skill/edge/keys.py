"""Push-to-talk from the terminal: the space bar, and the signal SIGUSR1 from any other program."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Callable

from voice_skill.messages import Event, Press

Deliver = Callable[[Event], None]


class SpaceBar:
    """Deliver a Press for each space typed; the terminal is left as it was."""

    def __init__(self) -> None:
        self._before: list[object] | None = None
        self._wake_read, self._wake_write = -1, -1

    def open(self, deliver: Deliver) -> None:
        """Read single keys where standard input is a terminal; do nothing elsewhere."""
        try:
            import termios
            import tty
        except ImportError:  # Windows: the signal and the wake phrase are left
            return
        if not sys.stdin.isatty():
            return
        handle = sys.stdin.fileno()
        self._before = termios.tcgetattr(handle)
        tty.setcbreak(handle)  # Ctrl-C still ends
        self._wake_read, self._wake_write = os.pipe()
        threading.Thread(target=self._read, args=(handle, deliver), daemon=True).start()

    def _read(self, handle: int, deliver: Deliver) -> None:
        while True:
            ready, _, _ = select.select([handle, self._wake_read], [], [])
            if self._wake_read in ready:
                return
            key = os.read(handle, 1)
            if not key:
                return
            if key == b" ":
                deliver(Press())

    def close(self) -> None:
        """Leave the terminal as it was."""
        before, self._before = self._before, None
        if before is None:
            return
        import termios

        os.write(self._wake_write, b".")
        with contextlib.suppress(termios.error):
            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)  # type: ignore[arg-type]


class Signal:
    """Deliver a Press for each SIGUSR1, where the system has it."""

    def __init__(self) -> None:
        self._before: object = None

    def open(self, deliver: Deliver) -> None:
        """Take the signal over; must be called in the main thread."""
        if hasattr(signal, "SIGUSR1"):
            self._before = signal.signal(signal.SIGUSR1, lambda *_: deliver(Press()))

    def close(self) -> None:
        """Give the signal back."""
        if self._before is not None:
            signal.signal(signal.SIGUSR1, self._before)  # type: ignore[arg-type]
