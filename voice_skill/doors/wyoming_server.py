"""The Wyoming server: who may connect, how many at once, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from wyoming.error import Error
from wyoming.event import Event, async_write_event

from voice_skill.doors.house import Work
from voice_skill.doors.wyoming_talk import Talk
from voice_skill.doors.wyoming_wire import Limits
from voice_skill.errors import SettingsError

LOG = logging.getLogger("voice_skill.serve")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(named: Sequence[str]) -> list[Network]:
    """Read addresses and networks ("192.168.1.20", "192.168.1.0/24"); SettingsError for what is neither."""
    found = []
    for name in named:
        try:
            found.append(ipaddress.ip_network(name, strict=False))
        except ValueError as exc:
            raise SettingsError(f"{name!r} is no address.", "Name one like 192.168.1.20 or 192.168.1.0/24.") from exc
    return found


def welcome(address: str, allowed: Sequence[Network]) -> bool:
    """Tell whether a client may connect: this machine always, others when they are on the list."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    ip = getattr(ip, "ipv4_mapped", None) or ip
    return ip.is_loopback or any(ip in network for network in allowed if network.version == ip.version)


class Server:
    """Serve many clients; when there are too many, those that wait for nothing make room."""

    def __init__(
        self, work: Work, info: Event, allowed: Sequence[Network] = (), limits: Limits | None = None, **options: Any
    ) -> None:
        self._allowed, self._limits = allowed, limits or Limits()
        self._talk: Callable[[], Talk] = lambda: Talk(work, info, self._limits, self._free_an_ear, **options)
        self._talks: dict[Talk, tuple[str, asyncio.StreamWriter]] = {}
        self._server: asyncio.Server | None = None

    async def start(self, host: str, port: int) -> int:
        """Open the port and give its number; SettingsError when it cannot be opened."""
        try:
            self._server = await asyncio.start_server(
                self._connected, host, port, limit=self._limits.header_bytes, backlog=512
            )
        except OSError as exc:
            reason = (exc.strerror or str(exc)).lower()
            hint = "Choose another port with --port, or end the program that has it."
            raise SettingsError(f"Port {port} of {host} cannot be opened: {reason}.", hint) from exc
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take nobody new, let those who wait for an answer have it, then close."""
        if self._server is not None:
            self._server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._limits.drain_s):
                while self._talks:
                    self._close_idle()
                    await asyncio.sleep(0.02)
        for _, writer in list(self._talks.values()):
            writer.transport.abort()

    def _close_idle(self) -> None:
        for talk, (_, writer) in list(self._talks.items()):
            if not talk.busy:
                writer.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = str((writer.get_extra_info("peername") or ("",))[0])
        if not welcome(address, self._allowed):
            LOG.warning("turned away %s: not on the list of --allow", address)
            await _farewell(writer, "not-allowed", "This address may not connect.")
            return
        if not await self._make_room():
            await _farewell(writer, "busy", f"{self._limits.connections} clients wait for answers already.")
            return
        talk = self._talk()
        self._talks[talk] = (address, writer)
        try:
            await talk.run(reader, writer)
            if talk.complained:
                await self._linger(reader, writer)
        finally:
            self._talks.pop(talk, None)
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _linger(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass over what a client still sends: closing on it would take the error from its hands."""
        with contextlib.suppress(OSError, TimeoutError):
            writer.write_eof()
            async with asyncio.timeout(self._limits.linger_s):
                while await reader.read(65536):
                    pass

    def _free_an_ear(self) -> None:
        """Take the ear of whoever sends less sound than passes time; a room that speaks keeps up with the clock."""
        speaking = [talk for talk in self._talks if talk.hearing]
        victim = max(speaking, key=lambda talk: talk.behind_s, default=None)
        if victim is None or victim.behind_s < self._limits.silent_s:
            return
        LOG.info("took the ear of a client that fell behind")
        victim.let_go()
        _, writer = self._talks.pop(victim)
        writer.close()

    async def _make_room(self) -> bool:
        """Close the connection that is quiet longest, of whoever holds most; False when all are busy."""
        if len(self._talks) < self._limits.connections:
            return True
        held = Counter(address for address, _ in self._talks.values())
        quiet = [talk for talk in self._talks if not talk.busy]
        if not quiet:
            return False
        victim = max(quiet, key=lambda talk: (held[self._talks[talk][0]], -talk.last_at))
        _, writer = self._talks.pop(victim)
        await _farewell(writer, "busy", "Somebody else needed the connection.")
        return True


async def _farewell(writer: asyncio.StreamWriter, code: str, text: str) -> None:
    """Say why and close, without waiting for a client that does not listen."""
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(0.2):
            await async_write_event(Error(text, code).event(), writer)
    writer.close()
