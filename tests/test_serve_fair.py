"""Nobody keeps the ears of the server to himself: slow and endless speakers, and rooms that ask beside them."""

import contextlib
import multiprocessing
import socket
import struct
import threading
import time

import pytest
from serving_house import PIECE, serving, sound, talk, words
from wyoming.info import Describe

from voice_skill.bench import bad_clients


@pytest.fixture(scope="module")
def port():
    """A server for four rooms."""
    with serving("--rooms", "4") as number:
        yield number


@contextlib.contextmanager
def speakers(port, count, piece, every_s):
    """So many clients that send a piece of sound again and again, each on its own connection, until the end."""
    over = threading.Event()

    def speak():
        while not over.is_set():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                while not over.wait(every_s):
                    client.sendall(PIECE % len(piece) + piece)

    threads = [threading.Thread(target=speak) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(2.5)  # until they are in the way
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def asked_s(port):
    """How long a room waits for its words; they must be right."""
    began = time.perf_counter()
    found = talk(port, *sound("ice_or_heat.wav"), until="transcript")[-1]
    assert "ice" in found.data.get("text", ""), found
    return time.perf_counter() - began


def test_those_who_never_end_do_not_keep_the_decoders(port):
    """Three rooms with the television on speak on and on; the fourth is heard at once all the same."""
    alone_s = min(asked_s(port) for _ in range(3))
    with speakers(port, 3, struct.pack("<512h", *range(512)) * 2, 0.064):
        assert max(asked_s(port) for _ in range(3)) < 2 * alone_s + 0.5


def test_those_who_drip_do_not_keep_the_places(port):
    """Six clients send a crumb of sound now and then, for ever: a room takes the place of one of them."""
    alone_s = min(asked_s(port) for _ in range(3))
    with speakers(port, 6, bytes(64), 0.2):
        assert max(asked_s(port) for _ in range(3)) < 2 * alone_s + 2.5
        assert "info" == talk(port, Describe().event())[0].type


def test_what_a_client_said_that_vanished_is_not_heard_in_another_room(port):
    """Neither its words nor its voice: the next room's words are those of a server that has heard nothing before."""
    events = sound("ice_or_heat.wav")
    plain = words(port, *events)
    for name in ("football.wav", "tell_me_more.wav", "weather.wav", "chest_pain.wav"):
        talk(port, *sound(name)[:-5], Describe().event(), until="info")  # leaves before its end
        assert plain == words(port, *events)


@pytest.mark.parametrize("kind", sorted(set(bad_clients.KINDS) - {"dripping"}))  # that one has its own test
def test_beside_bad_clients_a_room_is_heard(port, kind):
    """Each kind that the bench sends, for two seconds: the next room's words are right, and soon there."""
    attack = multiprocessing.get_context("spawn").Process(target=bad_clients.attack, args=(kind, port), daemon=True)
    attack.start()
    try:
        time.sleep(2.0)
        assert attack.is_alive()
        assert asked_s(port) < 5.0
    finally:
        attack.kill()
        attack.join()
