"""The whole way without hardware: PortAudio, Vosk and pyttsx3 are the real ones, in a PulseAudio with two null sinks.

What is played into `mic_feed` is heard by the microphone, what the skill says is recorded from `speaker.monitor`.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from voice_skill import assemble
from voice_skill.bench.house import LOUD, TOOLS, House, Listener
from voice_skill.bench.live import pcm
from voice_skill.edge import wav_file
from voice_skill.normalize import normalize
from voice_skill.settings import Settings

RECORDINGS = Path(__file__).parent / "recordings"
VOICE = "espeak:en-gb"
SILENT = "live tests need PulseAudio: script/setup-sound"

pytestmark = [pytest.mark.live, pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=SILENT)]


@pytest.fixture
def house(tmp_path):
    """A private sound system."""
    with House(tmp_path) as house:
        yield house


@pytest.fixture
def start(house):
    """Start the skill in it, with options; ended afterwards."""
    started = []

    def begin(*options):
        listener = Listener(house, *options)
        started.append(listener)
        assert listener.wait("ready", 60), listener.process.stderr.read()
        time.sleep(0.5)
        return listener

    yield begin
    for listener in started:
        listener.close()


def ask(house, listener, sound, **wanted):
    """Say something until it is answered so, three times at most: a busy machine drops sound, as a room does."""
    seen = []
    for _ in range(3):
        listener.forget()
        house.play(sound)
        found = listener.wait("reply", 8)
        seen.append(found and found[1])
        if found and all(found[1][k] == v for k, v in wanted.items()):
            return found[1]
        listener.wait("asleep", 30)
    raise AssertionError(f"never answered with {wanted}: {seen}")


def recorded(name):
    """A recording's sound."""
    return wav_file.read(RECORDINGS / f"{name}.wav")


@contextlib.contextmanager
def room(house, folder):
    """A quiet room: zeros are what a muted microphone delivers, not a room."""
    (folder / "room").write_bytes(np.random.default_rng(5).normal(0, 12, 16_000 * 180).astype("<i2").tobytes())
    form = ["--rate=16000", "--channels=1", "--format=s16le"]
    with subprocess.Popen(["pacat", "-p", "-d", "mic_feed", *form, folder / "room"], env=house.environment) as murmur:
        yield
        murmur.kill()


def woken(name):
    """The wake phrase, and a recorded question in the same breath."""
    return pcm("okay coach", VOICE) + recorded(name)


def test_woken_by_its_phrase_it_answers_aloud(house, start, tmp_path):
    """The question comes in the same breath; the loudspeaker's sound, recorded and recognised, says the answer."""
    listener = start()
    spoken = tmp_path / "spoken.wav"
    command = ["parecord", "--device=speaker.monitor", "--file-format=wav", "--rate=16000", "--channels=1", str(spoken)]
    with subprocess.Popen(command, env=house.environment) as recording:
        try:
            reply = ask(house, listener, woken("could_it_be_stress"), topic="causes.anxiety")
            assert listener.wait("spoken", 40, text="Want more?")
        finally:
            recording.terminate()
    heard = assemble.speech_model(Settings()).recognizer().whole(wav_file.read(spoken))
    words = set(" ".join(h.text for h in heard.alternatives).split())
    # the voice is synthetic and the ears are small: some of the long words must come through, no other talk has them
    assert len(words & {w for w in normalize(reply["reply"]).split() if len(w) > 5}) >= 4, words


def test_without_the_wake_phrase_nothing_is_answered(house, start):
    """Talk in the room is nobody's business."""
    listener = start()
    house.play(recorded("could_it_be_stress") + recorded("football"))
    assert listener.wait("reply", 3) is None


def test_a_dialogue_with_barge_in_and_an_emergency(house, start):
    """A follow-up without the phrase, "stop" into the answer, "go on", and a red flag into the answer."""
    listener = start()
    ask(house, listener, woken("ice_or_heat"), topic="relief.ice_or_heat")
    listener.wait("speaking", 5)
    time.sleep(2.5)
    house.play(pcm("stop", VOICE))
    assert listener.wait("interrupted", 3, by="stop")
    time.sleep(1)
    house.play(pcm("go on", VOICE))
    rest = listener.wait("reply", 5, topic="more")
    assert rest
    assert "Heat eases inflammation" in rest[1]["reply"]
    time.sleep(2)
    ask(house, listener, recorded("chest_pain"), kind="emergency")
    assert listener.wait("speaking", 2)


def test_a_sound_server_that_dies_and_comes_back_is_found_again(house, start):
    """Told once, and the next question is answered."""
    listener = start("--always-on")
    house.close()
    lost = time.monotonic()
    told = listener.wait("device_lost", 5, device="microphone")
    assert told
    assert told[0] - lost < 3
    time.sleep(1)
    house.open()
    assert listener.wait("device_back", 20, device="microphone")
    listener.wait("spoken", 5)
    time.sleep(2)
    ask(house, listener, recorded("could_it_be_stress"), topic="causes.anxiety")
    assert 1 == sum(e["event"] == "device_lost" and e["device"] == "microphone" for _, e in listener.seen)


def test_sigusr1_wakes_it(house, start):
    """Push-to-talk from any other program."""
    listener = start()
    for _ in range(3):
        listener.process.send_signal(signal.SIGUSR1)
        assert listener.wait("wake", 3, by="press")
        time.sleep(0.5)
        house.play(recorded("could_it_be_stress"))
        found = listener.wait("reply", 8)
        if found and found[1]["topic"] == "causes.anxiety":
            return
    raise AssertionError(listener.seen)


@pytest.mark.parametrize(("number", "code", "says"), [(signal.SIGINT, 130, "stopped"), (signal.SIGTERM, 143, "")])
def test_ctrl_c_in_the_middle_of_a_sentence_ends_it_at_once(house, start, number, code, says):
    """Its exit code within two seconds, no traceback, nothing of the voice left behind; terminated likewise."""
    listener = start("--always-on")
    ask(house, listener, recorded("could_it_be_stress"), topic="causes.anxiety")
    begin = time.monotonic()
    listener.process.send_signal(number)
    listener.process.wait(timeout=10)
    err = listener.process.stderr.read()
    assert code == listener.process.returncode
    assert time.monotonic() - begin < 2
    assert "Traceback" not in err
    assert says in err
    assert [] == list(Path(house.environment["TMPDIR"]).glob("voice-skill-*"))


def test_loudness_is_kept_over_a_restart(house, start):
    """Said once, it is in the settings of the next evening."""
    listener = start("--always-on")
    ask(house, listener, pcm("quieter", VOICE), topic="quieter")
    settings = Path(house.environment["VOICE_SKILL_CONFIG_DIR"]) / "settings.toml"
    assert "volume = 0.8" in settings.read_text()


def test_a_timer_of_the_command_line_rings_here(house, start, tmp_path):
    """Another process sets it while this one listens."""
    with room(house, tmp_path):
        listener = start()
        command = [sys.executable, "-m", "voice_skill", "timers", "set", "3s", "rest"]
        subprocess.run(command, env=house.environment, check=True, stdout=subprocess.DEVNULL)
        began = time.monotonic()
        rung = listener.wait("timer", 10)
        assert rung
        assert 1.5 < rung[0] - began < 4
        assert listener.wait("speaking", 5)


def test_ask_speaks_to_the_end(house, tmp_path):
    """From its first loud sample to its last, as the recording of the same answer."""
    (tmp_path / "config").mkdir()
    track = house.track("speaker")
    began = time.monotonic()
    ask = [sys.executable, "-m", "voice_skill", "ask", "--speak", "--out", tmp_path / "said.wav", "could it be stress"]
    subprocess.run(ask, env=house.environment, check=True, stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    heard_s = track.last(began, time.monotonic()) - track.first(began)
    track.close()
    loud = np.flatnonzero(np.abs(np.frombuffer(wav_file.read(tmp_path / "said.wav"), dtype="<i2")) > LOUD)
    assert abs(heard_s - (loud[-1] - loud[0]) / 16_000) < 0.1


def test_setup_is_a_dialogue_by_ear(house, tmp_path):
    """Every answer is spoken: the sound heard, the room measured, the wake phrase, the emergency number."""
    command = [sys.executable, "-m", "voice_skill", "setup"]
    with (
        room(house, tmp_path),
        subprocess.Popen(
            command, env=house.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        ) as setup,
    ):
        seen = dialogue(house, setup)
    assert "Now: voice-skill listen" in seen, seen
    written = next(Path(house.environment["VOICE_SKILL_CONFIG_DIR"]).iterdir()).read_text()
    assert 'emergency_number = "999"' in written
    assert "noise_dbfs = " in written
    assert "I heard it 3 of 3 times" in seen or "I heard it 2 of 3 times" in seen


def dialogue(house, setup):
    """Answer aloud whatever setup asks; give all it printed."""
    answers = {"[yes /": (1.2, "yes"), "[112 /": (1.2, "nine nine nine"), "[1 /": (1.2, "skip")}
    answers["Now say: okay coach"] = 3.0, "okay coach"  # printed before it is said
    seen, deadline = "", time.monotonic() + 150
    while (printed := os.read(setup.stdout.fileno(), 4096).decode()) and time.monotonic() < deadline:
        seen += printed
        for prompt, (wait_s, answer) in answers.items():
            if prompt in printed:
                time.sleep(wait_s)  # its microphone is opened
                house.play(pcm(answer, VOICE))
    setup.kill()
    return seen
