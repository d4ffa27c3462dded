"""The only writer to disk: whole files or nothing."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomlkit

from voice_skill import settings
from voice_skill.errors import FileWriteError


def write(path: Path, data: bytes) -> None:
    """Write a file whole or leave the old one as it was; FileWriteError when the place cannot be written."""
    scratch: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        scratch = Path(name)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        scratch.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        scratch.replace(path)
        _settle(path.parent)
    except OSError as exc:
        if scratch is not None:
            with contextlib.suppress(OSError):
                scratch.unlink()
        reason = (exc.strerror or str(exc)).lower()
        raise FileWriteError(f"{path} cannot be written: {reason}.", "Choose a folder that you may write to.") from exc


def _settle(folder: Path) -> None:
    """Bring a new name in a folder to the disk, so that a power cut does not bring the old file back."""
    with contextlib.suppress(OSError):  # not every system can
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def write_settings(changes: Mapping[str, Any]) -> Path:
    """Change settings in the settings file, keeping the others and the comments; give its place.

    A section's values are given as a mapping: {"voice": {"volume": 0.8}}.
    """
    settings.table()  # a torn file is reported, never overwritten
    place = settings.path()
    document = tomlkit.parse(place.read_text("utf-8")) if place.exists() else tomlkit.document()
    for name, value in changes.items():
        if isinstance(value, Mapping):
            section = document.setdefault(name, tomlkit.table())
            for key, inner in value.items():
                section[key] = inner
        else:
            document[name] = value
    write(place, tomlkit.dumps(document).encode())
    return place


def set_aside(path: Path) -> Path | None:
    """Rename a file that cannot be used, so that nothing is lost; give its new place, None when it is gone."""
    free = (path.with_name(f"{path.stem}.unreadable-{n}{path.suffix}") for n in range(1, 10_000))
    target = next(p for p in free if not p.exists())
    try:
        return path.rename(target)
    except FileNotFoundError:
        return None
    except OSError as exc:
        reason = (exc.strerror or str(exc)).lower()
        raise FileWriteError(f"{path} cannot be renamed: {reason}.", f"Move it away: {path}") from exc
