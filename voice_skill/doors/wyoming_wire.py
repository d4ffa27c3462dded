"""Events off the wire with a cap on everything: the library's own reader trusts every length it is told.

An event is one line of JSON ({"type", "data", "data_length", "payload_length"}), then so many bytes of JSON data, then
so many bytes of payload.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from wyoming.event import Event


@dataclass(frozen=True, slots=True)
class Limits:
    """Hold what one client may use: bytes, seconds and numbers."""

    header_bytes: int = 64 * 1024
    data_bytes: int = 64 * 1024
    payload_bytes: int = 1024 * 1024  # 32 s of sound at 16 kHz; Home Assistant sends pieces of a tenth of a second
    event_s: float = 10.0  # from the first byte of an event to its last
    idle_s: float = 60.0  # between two events
    speech_idle_s: float = 5.0  # between two pieces of sound
    silent_s: float = 1.5  # of sound that is missing, then an ear may be needed elsewhere
    ear_wait_s: float = 2.0  # for a place among those who speak
    answer_s: float = 20.0  # until what was said is understood; 30 s of sound from 16 rooms take half of it here
    linger_s: float = 1.0  # for a client to read why it is sent away
    send_s: float = 10.0  # for a client to take an answer
    utterance_s: float = 30.0
    text_letters: int = 4000
    connections: int = 256
    rooms: int = 16  # that speak at the same time
    drain_s: float = 5.0


class WireError(Exception):
    """Report an event that cannot be taken: `code` for programs, the text for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


@dataclass(frozen=True, slots=True)
class Header:
    """Hold the first line of an event."""

    type: str
    data: dict[str, Any]
    data_length: int
    payload_length: int


def parse_header(line: bytes, limits: Limits) -> Header:
    """Read the first line of an event; WireError for anything that is none, or announces too much."""
    found = _object(line, "header")
    kind, data = found.get("type"), found.get("data")
    if not isinstance(kind, str):
        raise WireError("bad-event", "An event needs a type.")
    if data is not None and not isinstance(data, dict):
        raise WireError("bad-event", "The data of an event must be an object.")
    lengths = []
    for name, most in (("data_length", limits.data_bytes), ("payload_length", limits.payload_bytes)):
        length = found.get(name)
        length = 0 if length is None else length
        if isinstance(length, bool) or not isinstance(length, int) or length < 0:
            raise WireError("bad-event", f"The {name} of an event must be a whole number of bytes.")
        if length > most:
            raise WireError("too-large", f"The {name} of an event may be {most} bytes at most.")
        lengths.append(length)
    return Header(kind, data or {}, *lengths)


async def read_event(reader: asyncio.StreamReader, limits: Limits, idle_s: float) -> Event | None:
    """Give the next event, None at the end of the stream; WireError for a bad, torn, slow or missing one."""
    try:
        async with asyncio.timeout(idle_s):
            first = await reader.read(1)
    except TimeoutError as exc:
        raise WireError("idle", "Nothing was sent for too long.") from exc
    if not first:
        return None
    try:
        async with asyncio.timeout(limits.event_s):
            return await _rest(first, reader, limits)
    except TimeoutError as exc:
        raise WireError("slow", "The event took too long to arrive.") from exc
    except asyncio.IncompleteReadError as exc:
        raise WireError("torn", "The event ended before its end.") from exc


async def _rest(first: bytes, reader: asyncio.StreamReader, limits: Limits) -> Event:
    try:
        line = first if first == b"\n" else first + await reader.readline()
    except ValueError as exc:  # the line is longer than the reader's limit
        raise WireError("too-large", f"A header may be {limits.header_bytes} bytes at most.") from exc
    if not line.endswith(b"\n"):
        raise WireError("torn", "The event ended before its end.")
    header = parse_header(line, limits)
    data = header.data
    if header.data_length:
        data = data | _object(await reader.readexactly(header.data_length), "data")
    payload = await reader.readexactly(header.payload_length) if header.payload_length else None
    return Event(header.type, data, payload)


def _object(raw: bytes, what: str) -> dict[str, Any]:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise WireError("bad-event", f"The {what} of an event must be JSON.") from exc
    if not isinstance(found, dict):
        raise WireError("bad-event", f"The {what} of an event must be a JSON object.")
    return found
