"""`voice-skill service`: run as a systemd user service, see how it fares, read its log, take it away again."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from voice_skill import settings, store, unitfile
from voice_skill.errors import SettingsError

KINDS = ("listen", "serve")


def unit(what: str) -> str:
    """Give the name of a unit."""
    return f"voice-skill-{what}.service"


def path(what: str) -> Path:
    """Give the place of a unit's file."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "systemd" / "user" / unit(what)


def install(what: str, options: Sequence[str]) -> int:
    """Write the unit and start it, now and at each log-in; SettingsError where systemd is not at hand."""
    _needs("systemctl")
    command = [sys.executable, "-m", "voice_skill", what, *options]
    writable = [str(folder) for folder in (settings.state_folder(), settings.cache_folder(), settings.path().parent)]
    store.write(path(what), unitfile.text(what, command, writable).encode())
    print(f"{path(what)} is written.")
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", unit(what))
    print(f"{unit(what)} is running. It starts again when you log in.")
    print("To have it start with the machine, without anybody logging in: sudo loginctl enable-linger")
    print(f"How it fares: voice-skill service status {what}. Its log: voice-skill service logs {what}.")
    return 0


def status(what: str) -> int:
    """Show what systemd says of the service; the exit code is systemd's (0 runs, 3 does not, 4 unknown)."""
    _needs("systemctl")
    return subprocess.run(["systemctl", "--user", "status", "--no-pager", unit(what)], check=False).returncode


def logs(what: str, lines: int, *, follow: bool) -> int:
    """Show the end of the log."""
    _needs("journalctl")
    command = ["journalctl", "--user", "--no-pager", "--unit", unit(what), "--lines", str(lines)]
    return subprocess.run([*command, *(["--follow"] if follow else [])], check=False).returncode


def uninstall(what: str) -> int:
    """Stop the service and take its unit away."""
    _needs("systemctl")
    if not path(what).exists():
        raise SettingsError(f"{unit(what)} is not installed.", f"There is no {path(what)}.")
    _systemctl("disable", "--now", unit(what))
    path(what).unlink()
    _systemctl("daemon-reload")
    print(f"{unit(what)} is stopped and taken away.")
    return 0


def _needs(program: str) -> None:
    if shutil.which(program) is None:
        hint = "Here another way must start it; docs/raspberry-pi.md shows the command, compose.yaml a container."
        raise SettingsError(f"This machine has no {program}.", hint)


def _systemctl(*words: str) -> None:
    done = subprocess.run(["systemctl", "--user", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1].rstrip(".")
        hint = "Log in as the user it is to run for, not with su or sudo, and try again."
        raise SettingsError(f"systemctl --user {words[0]} failed: {reason}.", hint)
