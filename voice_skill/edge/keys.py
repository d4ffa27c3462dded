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

BACKGROUND_S = 0.5  # between two looks whether the terminal is ours again
Deliver = Callable[[Event], None]


class SpaceBar:
    """Deliver a Press for each space typed; the terminal is left as it was.

    In the background (`listen &`, Ctrl-Z) the terminal is somebody else's: touching it would stop the program.
    """

    def __init__(self) -> None:
        self._before: list[object] | None = None
        self._handle = -1
        self._pipe: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._continued: object = None

    def open(self, deliver: Deliver) -> None:
        """Read single keys where standard input is a terminal; must be called in the main thread."""
        try:
            import termios  # noqa: F401 - Windows has none: the wake phrase is left
        except ImportError:
            return
        if sys.stdin is None or not sys.stdin.isatty():
            return
        self._handle = sys.stdin.fileno()
        self._pipe = os.pipe()
        self._take()
        self._continued = signal.signal(signal.SIGCONT, lambda *_: self._take())  # `fg` and `bg`
        self._thread = threading.Thread(target=self._read, args=(self._pipe[0], deliver), daemon=True)
        self._thread.start()

    def _ours(self) -> bool:
        try:
            return os.tcgetpgrp(self._handle) == os.getpgrp()
        except OSError:  # a terminal that controls no jobs is nobody else's
            return True

    def _take(self) -> None:
        """Have each key delivered at once."""
        import termios
        import tty

        if self._ours():
            with contextlib.suppress(termios.error):
                self._before = self._before or termios.tcgetattr(self._handle)
                tty.setcbreak(self._handle, termios.TCSANOW)  # Ctrl-C still ends

    def _read(self, wake: int, deliver: Deliver) -> None:
        while True:
            ours = self._ours()
            ready, _, _ = select.select([wake, self._handle] if ours else [wake], [], [], BACKGROUND_S)
            if wake in ready:
                return
            if self._handle in ready and self._ours():
                try:
                    keys = os.read(self._handle, 64)
                except OSError:  # the terminal was closed
                    return
                if not keys:
                    return
                for _ in range(keys.count(b" ")):
                    deliver(Press())

    def close(self) -> None:
        """Leave the terminal as it was."""
        pipe, self._pipe = self._pipe, None
        if pipe is None:
            return
        import termios

        if self._continued is not None:
            signal.signal(signal.SIGCONT, self._continued)  # type: ignore[arg-type]
        os.write(pipe[1], b".")
        if self._thread is not None:
            self._thread.join(1.0)
        for end in pipe:
            os.close(end)
        if self._before is not None and self._ours():
            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._handle, termios.TCSANOW, self._before)  # type: ignore[arg-type]
        self._before = None


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
