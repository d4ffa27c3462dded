"""What a person sees: the partial reading on one line, then what was heard and what is said."""

from __future__ import annotations

import sys
from typing import TextIO

from voice_skill.errors import VoiceSkillError
from voice_skill.messages import Reply


class TextScreen:
    """Print a conversation; in a terminal the partial reading is overwritten, elsewhere it is left out."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out or sys.stdout
        self._live = self._out.isatty()
        self._width = 0

    def partial(self, text: str) -> None:
        """Show what is being heard, on the line under way."""
        if self._live:
            line = f"... {text}"
            self._out.write("\r" + line.ljust(self._width))
            self._out.flush()
            self._width = len(line)

    def reply(self, reply: Reply) -> None:
        """Show what was heard and what is said."""
        if self._live and self._width:
            self._out.write("\r" + " " * self._width + "\r")
            self._width = 0
        if reply.heard:
            self._out.write(f"you:   {reply.heard}\n")
        self._out.write(f"skill: {reply.reply or '(quiet)'}\n")
        self._out.flush()

    def trouble(self, error: VoiceSkillError) -> None:
        """Say on standard error what does not work."""
        report(error)


def report(error: VoiceSkillError) -> None:
    """Print an error and its hint to standard error, never a traceback."""
    sys.stderr.write(f"voice-skill: {error.message}\n")
    if error.hint:
        sys.stderr.write(f"             {error.hint}\n")
    sys.stderr.flush()
