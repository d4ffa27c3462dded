"""Tell the network by zeroconf that the server is there, so that Home Assistant shows it by itself."""

from __future__ import annotations

import ipaddress
import logging
import socket
import uuid

from zeroconf import NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

LOG = logging.getLogger("voice_skill.serve")
KIND = "_wyoming._tcp.local."
ANYWHERE = ("0.0.0.0", "::")


def reachable(host: str) -> str:
    """Give the address under which others reach this machine; "" without a network."""
    if host not in ANYWHERE:
        return host
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("224.0.0.251", 1))  # sends nothing; the system only chooses the way
            return str(probe.getsockname()[0])
        except OSError:
            return ""


class Announcement:
    """Hold an announcement, and take it back."""

    def __init__(self, zeroconf: AsyncZeroconf, info: AsyncServiceInfo) -> None:
        self._zeroconf, self._info = zeroconf, info

    async def withdraw(self) -> None:
        """Say goodbye, so that nobody shows a server that is gone."""
        await (await self._zeroconf.async_unregister_service(self._info))  # the second wait is for the goodbyes
        await self._zeroconf.async_close()


async def announce(host: str, port: int, name: str = "") -> Announcement | None:
    """Announce the server under a name of this machine's own; None, with a line in the log, where that fails."""
    address = reachable(host)
    if not address:
        LOG.warning("not announced: there is no network")
        return None
    name = name or f"voice-skill-{uuid.getnode():012x}"
    info = AsyncServiceInfo(
        KIND, f"{name}.{KIND}", addresses=[ipaddress.ip_address(address).packed], port=port, server=f"{name}.local."
    )
    zeroconf: AsyncZeroconf | None = None
    try:
        zeroconf = AsyncZeroconf(interfaces=[address])
        await zeroconf.async_register_service(info)
    except (OSError, NonUniqueNameException) as exc:
        LOG.warning("not announced: %s", exc)
        if zeroconf is not None:
            await zeroconf.async_close()
        return None
    LOG.info("announced by zeroconf as %s at %s port %d", name, address, port)
    return Announcement(zeroconf, info)
