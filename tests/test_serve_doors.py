"""The server's doors: who may connect, what the options say, the announcement, the end, and the journal."""

import asyncio
import logging
import signal
import socket
import threading

import pytest
from serving_house import launch, start, stop, talk
from wyoming.asr import Transcript
from wyoming.client import AsyncTcpClient
from wyoming.info import Describe
from zeroconf import ServiceBrowser, Zeroconf

from voice_skill.doors import announce, journal, notify
from voice_skill.doors.ears import Ears
from voice_skill.doors.wyoming_server import networks, welcome
from voice_skill.edge.pcm import Converter
from voice_skill.errors import SettingsError
from voice_skill.messages import Heard
from voice_skill.testing import heard


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("192.168.1.20", True),
        ("::ffff:192.168.1.20", True),
        ("192.168.2.1", False),
        ("10.0.0.1", False),
        ("fe80::1%eth0", False),
        ("", False),
    ],
)
def test_only_the_named_may_connect(address, expected):
    """This machine always; others by address or network."""
    assert expected == welcome(address, networks(["192.168.1.0/24"]))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--host", "0.0.0.0"], "Wyoming has no password"),
        (["--host", "elsewhere"], "no address"),
        (["--host", "0.0.0.0", "--allow", "my-house"], "no address"),
        (["--port", "70000"], "no port 70000"),
        (["--rooms", "0"], "between 1 and 64"),
    ],
)
def test_a_wrong_option_is_one_sentence(run, options, said):
    """With a hint and exit code 2."""
    code, _, error = run("serve", *options)
    assert (2, True) == (code, said in error)
    assert 2 == len(error.strip().splitlines()) or "--rooms" in error


def test_a_port_in_use_is_one_sentence(run):
    """And names the option to change."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, error = run("serve", "--port", taken.getsockname()[1])
    assert 2 == code
    assert "--port" in error


def test_sigterm_lets_an_answer_finish():
    """Who speaks is still heard; who is idle is sent away; then it ends with 0."""
    process, port, _ = start()

    async def speak():
        from wyoming.audio import AudioChunk, AudioStop

        async with AsyncTcpClient("127.0.0.1", port) as idle, AsyncTcpClient("127.0.0.1", port) as client:
            await client.write_event(AudioChunk(16_000, 2, 1, bytes(32_000)).event())
            await asyncio.sleep(0.5)
            process.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
            assert await idle.read_event() is None
            await client.write_event(AudioStop().event())
            return await client.read_event()

    assert "transcript" == asyncio.run(asyncio.wait_for(speak(), 20)).type
    assert 0 == stop(process)[0]


@pytest.mark.parametrize("option", [(), ("--log-utterances",)])
def test_what_was_said_is_logged_only_when_asked_for(option):
    """Neither words nor topic nor answer."""
    process, port, _ = start("--log-level", "debug", *option)
    talk(port, Transcript("could it be stress").event())
    log = stop(process)[1]
    assert bool(option) == ("stress" in log)
    assert bool(option) == ("anxiety" in log)


def test_an_intent_program_is_offered_when_asked_for():
    """Home Assistant takes such a service for one that controls the home."""
    process, port, _ = start("--offer-intent")
    assert ["voice-skill"] == [p["name"] for p in talk(port, Describe().event())[0].data["intent"]]
    stop(process)


def test_systemd_hears_that_all_is_well(tmp_path):
    """Ready, then the watchdog, then stopping."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(path)
        listening.settimeout(20)
        process = launch(NOTIFY_SOCKET=path, WATCHDOG_USEC="400000")
        assert [b"READY=1", b"WATCHDOG=1", b"WATCHDOG=1"] == [listening.recv(99) for _ in range(3)]
        process.terminate()
        while listening.recv(99) != b"STOPPING=1":
            pass
        process.communicate(timeout=20)
    assert 0 == process.returncode


def test_without_systemd_nothing_is_told(monkeypatch):
    """And there is no watchdog."""
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    monkeypatch.setenv("WATCHDOG_USEC", "soon")
    notify.tell("READY=1")
    assert notify.every_s() is None
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    assert 15.0 == notify.every_s()
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert notify.every_s() is None


def test_the_journal_reads_the_level(monkeypatch, capsys):
    """A number in front under systemd, a word elsewhere; one line each."""
    journal.open_log("info")
    logging.getLogger("voice_skill.x").warning("two\nlines")
    assert "warning two lines" in capsys.readouterr().err
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    logging.getLogger("voice_skill.x").error("oh")
    logging.getLogger("voice_skill.x").debug("quiet")
    assert "<3>oh\n" == capsys.readouterr().err
    logging.getLogger("voice_skill").handlers = []


def test_the_announcement_is_found_and_taken_back():
    """A browser on this machine sees it come and go."""
    seen = {}

    class Listener:
        def add_service(self, zeroconf, kind, name):
            if name.startswith("voice-skill-test."):  # other homes' servers may be there
                seen[name] = zeroconf.get_service_info(kind, name)

        def update_service(self, *_):
            pass

        def remove_service(self, _zeroconf, _kind, name):
            seen.pop(name, None)

    async def show(browser):
        said = await announce.announce("127.0.0.1", 12345, "voice-skill-test")
        for _ in range(100):
            await asyncio.sleep(0.05)
            if seen:
                break
        found = dict(seen)
        await said.withdraw()
        for _ in range(100):
            await asyncio.sleep(0.05)
            if not seen:
                break
        browser.cancel()
        return found

    try:
        zeroconf = Zeroconf(interfaces=["127.0.0.1"])
    except OSError:
        pytest.skip("no multicast on this machine")
    try:
        found = asyncio.run(show(ServiceBrowser(zeroconf, announce.KIND, Listener())))
    finally:
        zeroconf.close()
    info = found["voice-skill-test._wyoming._tcp.local."]
    assert (12345, ["127.0.0.1"]) == (info.port, info.parsed_addresses())
    assert {} == seen


class SlowEar:
    """Hear pieces as words; note the threads it was used from."""

    def __init__(self):
        self.threads, self.words = set(), []

    def feed(self, pcm, *, closed=True):  # noqa: ARG002
        """Keep the words."""
        self.threads.add(threading.get_ident())
        if pcm:
            self.words.append(pcm.decode())

    def whole(self, pcm):
        """Hear a lesson."""
        self.feed(pcm)
        return self.finish()

    def finish(self):
        """Say the words, or fail."""
        words, self.words = self.words, []
        if words == ["boom"]:
            raise ValueError("boom")
        return heard(" ".join(words)) if words else Heard()

    def reset(self):
        """Forget."""
        self.words = []


@pytest.fixture
def ears():
    """Two decoders for four rooms, with one lesson, and the decoders made."""
    made = []

    def make():
        made.append(SlowEar())
        return made[-1]

    ears = Ears(make, 4, [b"lesson"], 2)
    yield ears, made
    ears.close()


def test_each_decoder_stays_in_its_thread(ears):
    """Whoever speaks, and however many."""
    hearing, made = ears
    for n in range(20):
        utterance = hearing.take(Converter(16_000, 2, 1))
        utterance.feed(b"ab" if n % 2 else b"cd")
        assert ("ab" if n % 2 else "cd") == utterance.finish().result(5).text
        hearing.give(utterance)
    assert [1, 1] == [len(m.threads) for m in made]


def test_more_rooms_than_decoders_are_all_heard(ears):
    """Sound waits for a decoder; the fifth room is refused; a silent one does not hold a decoder for ever."""
    hearing, _ = ears
    rooms = [hearing.take(Converter(16_000, 2, 1)) for _ in range(4)]
    assert hearing.take(Converter(16_000, 2, 1)) is None
    for n, room in enumerate(rooms):
        room.feed(f"r{n}".encode())
    for n in (3, 2, 1, 0):
        assert f"r{n}" == rooms[n].finish().result(5).text
        hearing.give(rooms[n])


def test_an_ear_that_fails_is_replaced(ears):
    """Whoever was being heard learns of it; the next one is heard."""
    hearing, _ = ears
    for _ in range(3):
        broken = hearing.take(Converter(16_000, 2, 1))
        broken.feed(b"boom")
        with pytest.raises(ValueError, match="boom"):
            broken.finish().result(5)
        hearing.give(broken)
    good = hearing.take(Converter(16_000, 2, 1))
    good.feed(b"good")
    assert "good" == good.finish().result(5).text


def test_no_format_is_taken_on_trust():
    """What is no sound is refused in one sentence."""
    for form in ((0, 2, 1), (16_000, 3, 1), (16_000, 2, 3), ("16000", 2, 1), (16_000, 2, None), (10**9, 2, 1)):
        with pytest.raises(SettingsError, match="cannot be heard"):
            Converter(*form)


def test_eight_and_thirty_two_bits_and_stereo_become_what_is_heard():
    """The same tone comes out, whatever it was."""
    import numpy as np

    tone = (np.sin(np.arange(1600) / 5) * 20_000).astype("<i2")
    stereo = np.repeat(tone, 2)
    assert tone.tobytes() == Converter(16_000, 2, 1).convert(tone.tobytes())
    assert tone.tobytes() == Converter(16_000, 2, 2).convert(stereo.tobytes())
    assert tone.tobytes() == Converter(16_000, 4, 1).convert((tone.astype("<i4") << 16).tobytes())
    eight = np.frombuffer(Converter(16_000, 1, 1).convert(((tone >> 8) + 128).astype("u1").tobytes()), "<i2")
    assert np.abs(eight.astype(int) - tone).max() < 256
    half = Converter(16_000, 2, 1)
    assert tone.tobytes() == half.convert(tone.tobytes()[:7]) + half.convert(tone.tobytes()[7:])
