"""The log of a service: lines on standard error, with the level in front as the journal reads it."""

from __future__ import annotations

import logging
import os
import sys

LEVELS = ("debug", "info", "warning", "error")
_JOURNAL = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Put a record on one line; under the journal "<6>" stands for its level, elsewhere the level's name."""
        text = " ".join(super().format(record).split())
        if os.environ.get("JOURNAL_STREAM"):
            return f"<{_JOURNAL.get(record.levelno, 6)}>{text}"
        return f"{self.formatTime(record, '%H:%M:%S')} {record.levelname.lower():7} {text}"


def open_log(level: str) -> None:
    """Write the skill's log from a level on to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line("%(message)s"))
    log = logging.getLogger("voice_skill")
    log.handlers = [handler]
    log.setLevel(level.upper())
    log.propagate = False
