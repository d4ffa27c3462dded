"""What a person sees while it listens: a status line in a terminal, plain lines elsewhere, or JSON for programs."""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from voice_skill import clock, durations
from voice_skill.doors import journal, notify
from voice_skill.errors import VoiceSkillError
from voice_skill.messages import Notice, Reply, Status
from voice_skill.ports import Screen

QUIETEST_DBFS, LOUDEST_DBFS, BARS = -60.0, -10.0, 8
FULL_BARS, ASCII_BARS = "▮▯", "#."
_GRAVITY = {"device_back": logging.INFO, "device_lost": logging.WARNING, "error": logging.ERROR}
_COLOURS = {"asleep": "dim", "listening": "green", "speaking": "cyan", "paused": "yellow", "deaf": "red"}


def choose(*, as_json: bool, utterances: bool = False, log_level: str = "info") -> Screen:
    """Choose the screen for this output; under systemd nothing that is said is written unless that is asked for."""
    if as_json:
        return JsonScreen(sys.stdout)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal that is not UTF-8 shows "?", and goes on
    if os.environ.get("INVOCATION_ID") and not sys.stdout.isatty():
        return ServiceScreen(log_level, utterances=utterances)
    return StatusScreen(Console()) if sys.stdout.isatty() else PlainScreen()


def show_reply(reply: Reply) -> None:
    """Print what was heard and what is said."""
    _write(_lines(reply.heard, reply.reply), sys.stdout)


def report(error: VoiceSkillError) -> None:
    """Print an error and its hint to standard error, never a traceback."""
    _write(_trouble(error.message, error.hint), sys.stderr)


def _lines(heard: object, said: object) -> list[str]:
    return [*([f"you:   {heard}"] if heard else []), f"skill: {said or '(quiet)'}"]


def _trouble(message: object, hint: object) -> list[str]:
    return [f"voice-skill: {message}", *([f"             {hint}"] if hint else [])]


def _write(lines: list[str], out: TextIO) -> None:
    for line in lines:
        out.write(line + "\n")
    out.flush()


class JsonScreen:
    """Print one JSON object an event, and nothing else."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, notice: Notice) -> None:
        """Print the event, its time and its details."""
        event = {"event": notice.event, "t_s": notice.t_s, **notice.details}
        _write([json.dumps(event)], self._out)  # ASCII: no output refuses it

    def status(self, status: Status) -> None:
        """Print nothing: a program draws its own."""

    def close(self) -> None:
        """Leave nothing to undo."""


class PlainScreen:
    """Print a conversation line by line, what does not work on standard error."""

    def show(self, notice: Notice) -> None:
        """Print what matters of an event."""
        said, trouble = lines(notice)
        _write(said, sys.stdout)
        _write(trouble, sys.stderr)

    def status(self, status: Status) -> None:
        """Print nothing."""

    def close(self) -> None:
        """Leave nothing to undo."""


class ServiceScreen:
    """Write the log of a service from a level on, without what is said, and tell systemd that all is well."""

    def __init__(self, log_level: str = "info", *, utterances: bool) -> None:
        journal.open_log(log_level)
        self._log = logging.getLogger(__name__)
        self._utterances = utterances
        self._every_s = notify.every_s()
        self._told_s = -1e9

    def show(self, notice: Notice) -> None:
        """Write what is no utterance: readiness, devices, errors; of the rest that it happened, for a debugger."""
        if notice.event == "ready":
            notify.tell("READY=1")
        said, trouble = lines(notice)
        if trouble:
            self._log.log(_GRAVITY[notice.event], "%s", " ".join(trouble).removeprefix("voice-skill: "))
        elif said and (self._utterances or notice.event == "ready"):
            for line in said:
                self._log.info("%s", line)
        else:
            self._log.debug("%s", notice.event)

    def status(self, status: Status) -> None:  # noqa: ARG002 - the port's own signature
        """Tell systemd, as often as it wants to hear, that the loop turns."""
        now = clock.steady()
        if self._every_s is not None and now - self._told_s >= self._every_s:
            self._told_s = now
            notify.tell("WATCHDOG=1")

    def close(self) -> None:
        """Tell systemd that this is the end."""
        notify.tell("STOPPING=1")


class StatusScreen:
    """Print a conversation that scrolls, and under it one line that says how things stand."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._live.start()

    def show(self, notice: Notice) -> None:
        """Print what matters of an event above the line."""
        said, trouble = lines(notice)
        for line in said:
            self._console.print(Text(line))
        for line in trouble:
            self._console.print(Text(line, style="red"))

    def status(self, status: Status) -> None:
        """Draw the line anew."""
        bars = ASCII_BARS if self._console.options.ascii_only else FULL_BARS
        self._live.update(status_line(status, self._console.width, bars), refresh=True)

    def close(self) -> None:
        """Leave the terminal as it was."""
        self._live.stop()


def lines(notice: Notice) -> tuple[list[str], list[str]]:
    """Give what a person should read of an event: of the conversation, and of what does not work."""
    known = notice.details
    match notice.event:
        case "ready":
            wake = " or ".join(f'"{w}"' for w in _row(known["wake"]))
            how = f"Say {wake}, then ask" if wake else "Ask"
            example = 'for example, "should I use ice or heat"'
            return [f"Listening. {how}, {example}. Say goodbye, or press Ctrl-C, to end."], []
        case "reply":
            return _lines(known["heard"], known["reply"]), []
        case "timer":
            return _lines("", known["text"]), []
        case "device_lost":
            return [], _trouble(
                f"The {known['device']} is lost: {known['reason']}.", "It is looked for until it is back."
            )
        case "device_back":
            return [], _trouble(f"The {known['device']} is back: {known['name']}.", "")
        case "error":
            return [], _trouble(known["message"], known.get("hint", ""))
        case _:
            return [], []


def _row(values: object) -> list[str]:
    return [str(v) for v in values] if isinstance(values, list | tuple) else []


def status_line(status: Status, width: int, signs: str = FULL_BARS) -> Text:
    """Give the line for a terminal of so many columns: level, state, timers, and the words being heard or said."""
    share = (status.level_dbfs - QUIETEST_DBFS) / (LOUDEST_DBFS - QUIETEST_DBFS)
    bars = round(min(max(share, 0.0), 1.0) * BARS)
    line = Text(signs[0] * bars + signs[1] * (BARS - bars), style="green" if bars < BARS else "red")
    line.append(f" {status.doing}", style=_COLOURS.get(status.doing, ""))
    for kind, left_s in status.timers:
        line.append(f"  {kind} {durations.clock(left_s)}", style="magenta")
    words = status.partial or (status.answer if status.doing == "speaking" else "")
    if words:
        line.append(f"  {words}", style="italic" if status.partial else "")
    line.truncate(max(width - 1, 1), overflow="ellipsis")
    return line
