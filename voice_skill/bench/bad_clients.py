"""How a server fares with clients that misbehave: how much longer others wait beside each kind of them."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import socket
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from voice_skill.bench import machine, rooms

HEAD = b'{"type": "audio-start", "data": {"rate": 16000, "width": 2, "channels": 1}}\n'
CRUMB = b'{"type": "audio-chunk", "data": {"rate": 16000, "width": 2, "channels": 1}, "payload_length": 64}\n'
DESCRIBE = b'{"type": "describe"}\n'
TURNS = 5  # of a good room, with each kind of bad clients
PAUSE_S = 0.02  # between two attacks: the attackers run on the same machine


@dataclass(frozen=True)
class Beside:
    """Hold what a good room met beside one kind of bad clients: medians in seconds, memory in MB (10^6 bytes)."""

    kind: str
    describe_s: float
    answer_s: float
    right: int
    memory_mb: float

    def line(self, alone: Beside) -> str:
        """Say it in one line, beside the times without bad clients."""
        return (
            f"{self.kind:12} describe {1000 * self.describe_s:5.1f} ms ({self.describe_s / alone.describe_s:.2f} "
            f"times), answer {self.answer_s:.2f} s ({self.answer_s / alone.answer_s:.2f} times), {self.right} of "
            f"{TURNS} right, {self.memory_mb:.0f} MB"
        )


def measure(port: int, process: int, question: rooms.Question) -> Iterator[Beside]:
    """Let a good room ask alone, then beside each kind of bad clients."""
    for kind in ("none", *KINDS):
        attackers = multiprocessing.get_context("spawn").Process(target=attack, args=(kind, port), daemon=True)
        if kind != "none":
            attackers.start()
            time.sleep(4.0)  # until they are in the way
        turns = [rooms.ask_once(port, process, question) for _ in range(TURNS)]
        times = [t for turn in turns for t in turn.describe_s]
        answers = [t.answer_s for turn in turns for t in turn.turns]
        right = sum(t.right for turn in turns for t in turn.turns)
        yield Beside(kind, statistics.median(times), statistics.median(answers), right, machine.resident_mb(process))
        if kind != "none":
            attackers.kill()
            attackers.join()
            time.sleep(2.0)


def attack(kind: str, port: int) -> None:
    """Misbehave for ever, in a process of its own."""
    random.seed(1)
    held: list[socket.socket] = []
    while True:
        with contextlib.suppress(OSError):
            KINDS[kind](port, held)
        time.sleep(PAUSE_S)


def _connect(port: int) -> socket.socket:
    return socket.create_connection((rooms.HOST, port), timeout=2)


def _slowly(held: list[socket.socket], most: int, port: int, begin: bytes, then: Callable[[int], bytes]) -> None:
    """Hold so many connections, and send a little on each of them five times a second."""
    while len(held) < most:
        held.append(_connect(port))
        held[-1].sendall(begin)
    time.sleep(0.2)
    for number, client in enumerate(list(held)):
        try:
            client.sendall(then(number))
        except OSError:
            held.remove(client)
            client.close()


def _slow(port: int, held: list[socket.socket]) -> None:
    _slowly(held, 50, port, b'{"type": "', lambda _: b"a")


def _dripping(port: int, held: list[socket.socket]) -> None:
    _slowly(held, 20, port, HEAD, lambda _: CRUMB + bytes(64))


def _thousand(port: int, held: list[socket.socket]) -> None:
    _slowly(held, 1000, port, b"", lambda _: b"")
    for _ in range(20):  # those that were sent away come back
        held.pop(0).close()


def _half_open(port: int, held: list[socket.socket]) -> None:
    while len(held) < 200:
        held.append(_connect(port))
        held[-1].sendall(DESCRIBE)
        held[-1].shutdown(socket.SHUT_WR)
    held.pop(0).close()


def _torn(port: int, _held: list[socket.socket]) -> None:
    with _connect(port) as client:
        client.sendall(HEAD + CRUMB + bytes(10))


def _oversized(port: int, _held: list[socket.socket]) -> None:
    with _connect(port) as client:
        client.sendall(b'{"type": "audio-chunk", "payload_length": 300000000}\n' + bytes(1_000_000))


def _garbage(port: int, _held: list[socket.socket]) -> None:
    with _connect(port) as client:
        client.sendall(os.urandom(60_000))


KINDS: dict[str, Callable[[int, list[socket.socket]], None]] = {
    "slow": _slow,
    "dripping": _dripping,
    "torn": _torn,
    "oversized": _oversized,
    "garbage": _garbage,
    "half-open": _half_open,
    "thousand": _thousand,
}
