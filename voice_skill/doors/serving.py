"""`voice-skill serve`: the Wyoming server from options to an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import logging
import signal
from dataclasses import dataclass, replace
from typing import Any

from voice_skill import assemble
from voice_skill.doors import announce, journal, notify, wyoming_info
from voice_skill.doors.house import House
from voice_skill.doors.wyoming_server import Network, Server, networks
from voice_skill.doors.wyoming_wire import Limits
from voice_skill.errors import SettingsError
from voice_skill.settings import Settings

LOG = logging.getLogger("voice_skill.serve")
PORT = 10330


@dataclass(frozen=True)
class Offer:
    """Hold what the command line asked for."""

    host: str = "127.0.0.1"
    port: int = PORT
    allow: tuple[str, ...] = ()
    rooms: int = Limits().rooms
    name: str = ""
    zeroconf: bool = True
    intent: bool = False
    log_level: str = "info"
    log_utterances: bool = False


def run(settings: Settings, offer: Offer) -> int:
    """Serve until SIGTERM or Ctrl-C; SettingsError for an option that cannot be used."""
    allowed = _checked(offer)
    journal.open_log(offer.log_level)
    house = House.open(settings, offer.rooms)
    try:
        return asyncio.run(_serve(settings, offer, house, allowed))
    finally:
        house.close()


def _checked(offer: Offer) -> list[Network]:
    allowed = networks(offer.allow)
    if offer.host == "localhost":
        return allowed
    try:
        here = ipaddress.ip_address(offer.host)
    except ValueError as exc:
        raise SettingsError(f"{offer.host!r} is no address of this machine.", "Try: --host 0.0.0.0") from exc
    if not 0 <= offer.port <= 65535:
        raise SettingsError(f"There is no port {offer.port}.", "Choose one from 1024 to 65535.")
    if not 1 <= offer.rooms <= 64:
        raise SettingsError("--rooms must be between 1 and 64.")
    if not here.is_loopback and not allowed:
        hint = "Name who may: --allow 192.168.1.20 (where Home Assistant runs), or a network: --allow 192.168.1.0/24"
        raise SettingsError(f"{offer.host} can be reached by others, and Wyoming has no password.", hint)
    return allowed


async def _serve(settings: Settings, offer: Offer, house: House, allowed: list[Network]) -> int:
    limits = replace(Limits(), rooms=offer.rooms)
    info = wyoming_info.describe(assemble.model_folder(settings).name, settings.voice.name, intent=offer.intent)
    asyncio.get_running_loop().set_exception_handler(_complain)
    server = Server(house, info, allowed, limits, log_utterances=offer.log_utterances)
    port = await server.start(offer.host, offer.port)
    loopback = offer.host == "localhost" or ipaddress.ip_address(offer.host).is_loopback
    if not loopback:
        LOG.warning("%s can be reached by others; Wyoming has no password, only --allow keeps them out", offer.host)
    said = await announce.announce(offer.host, port, offer.name) if offer.zeroconf and not loopback else None
    LOG.info("serving at tcp://%s:%d, %d rooms at once", offer.host, port, offer.rooms)
    if offer.log_utterances:
        LOG.warning("what is said is written to this log (--log-utterances)")
    notify.tell("READY=1")
    watchdog = asyncio.create_task(_watchdog(house))
    await _until_told_to_stop()
    notify.tell("STOPPING=1")
    LOG.info("stopping")
    watchdog.cancel()
    if said is not None:
        await said.withdraw()
    await server.stop()
    return 0


def _complain(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Log what went wrong unasked; a connection that is broken off at the end is no news (asyncio 3.11 takes it so)."""
    if not isinstance(context.get("exception"), asyncio.CancelledError):
        loop.default_exception_handler(context)


async def _until_told_to_stop() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends the program as it stands
            loop.add_signal_handler(number, stop.set)
    await stop.wait()


async def _watchdog(house: House) -> None:
    """Say that all is well as long as the loop turns and questions are answered."""
    every_s = notify.every_s()
    while every_s is not None:
        await asyncio.wrap_future(house.answer("watchdog", "help"))
        notify.tell("WATCHDOG=1")
        await asyncio.sleep(every_s)
