"""The whole way without hardware: a question played into a microphone, the answer recorded from a loudspeaker.

A private PulseAudio daemon has two null sinks: what is played into `mic_feed` is heard by the microphone, what the
skill says is recorded from `speaker.monitor`. PortAudio, Vosk and pyttsx3 are the real ones.
"""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from conftest import hear_ctrl_c

from voice_skill import assemble
from voice_skill.edge import wav_file
from voice_skill.normalize import normalize
from voice_skill.settings import Settings

RECORDINGS = Path(__file__).parent / "recordings"
TOOLS = ("pulseaudio", "pactl", "paplay", "parecord")
SPEAKING_S = 17  # the longest answer here takes 15 s
SILENT = "live tests need PulseAudio: script/setup-sound"

pytestmark = [pytest.mark.live, pytest.mark.skipif(not all(map(shutil.which, TOOLS)), reason=SILENT)]

CONFIG = """
load-module module-native-protocol-unix auth-anonymous=1 socket={socket}
load-module module-null-sink sink_name=mic_feed rate=48000
load-module module-null-sink sink_name=speaker rate=48000
set-default-sink speaker
set-default-source mic_feed.monitor
"""
ALSA = """
pcm.!default { type pulse }
ctl.!default { type pulse }
"""


@pytest.fixture
def sound(tmp_path_factory):
    """The environment of a process that lives in the private sound system."""
    folder = tmp_path_factory.mktemp("pulse")
    (folder / "config.pa").write_text(CONFIG.format(socket=folder / "socket"))
    (folder / "asound.conf").write_text("</usr/share/alsa/alsa.conf>\n" + ALSA)
    environment = os.environ | {
        "HOME": str(folder),
        "XDG_RUNTIME_DIR": str(folder),
        "PULSE_SERVER": f"unix:{folder / 'socket'}",
        "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
        "VOICE_SKILL_CONFIG_DIR": str(folder),
        "TMPDIR": str(folder),
        "VOICE_SKILL_VOICE_RATE_WPM": "150",
    }
    command = ["pulseaudio", "-n", "-F", str(folder / "config.pa"), "--daemonize=no", "--exit-idle-time=-1"]
    with subprocess.Popen([*command, "--use-pid-file=no"], env=environment, stderr=subprocess.DEVNULL) as daemon:
        try:
            for _ in range(100):
                ready = subprocess.run(["pactl", "info"], env=environment, capture_output=True, check=False)
                if ready.returncode == 0:
                    break
                time.sleep(0.1)
            yield environment
        finally:
            daemon.terminate()


class Session:
    """`voice-skill listen` in the private sound system."""

    def __init__(self, environment, folder):
        self.environment, self.folder = environment, folder
        command = [sys.executable, "-m", "voice_skill", "listen"]
        self.process = subprocess.Popen(
            command,
            env=environment,
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=hear_ctrl_c,
        )
        self.lines = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def line(self, start):
        """The next line of its output that starts so, within 20 seconds."""
        deadline = time.monotonic() + 20
        seen = []
        while time.monotonic() < deadline:
            try:
                line = self.lines.get(timeout=1)
            except queue.Empty:
                continue
            if line.startswith(start):
                return line.strip()
            seen.append(line)
        raise AssertionError(f"no line starts with {start!r}: {seen}")

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def say(self, name):
        """Play a recording into the microphone, and the silence after it."""
        path = RECORDINGS / f"{name}.wav"
        subprocess.run(["paplay", "--device=mic_feed", str(path)], env=self.environment, check=True, timeout=30)

    def ask(self, name, answer):
        """Say a recording until it is answered so, three times at most: a busy machine drops sound, as a room does."""
        heard = []
        for _ in range(3):
            self.say(name)
            try:
                heard.append((self.line("you:"), self.line("skill:")))
            except AssertionError:
                continue
            if heard[-1][1].startswith(f"skill: {answer}"):
                return heard[-1]
            time.sleep(SPEAKING_S)
        raise AssertionError(f"{name} was never answered with {answer!r}: {heard}")


@pytest.fixture
def session(sound, tmp_path):
    """A running skill."""
    session = Session(sound, tmp_path)
    with session.process:
        yield session
        session.process.kill()


def test_a_question_is_heard_answered_and_spoken(session):
    """The loudspeaker's sound, recorded and recognised, says what the screen says."""
    session.line("Listening")
    spoken = session.folder / "spoken.wav"
    recorder = [
        "parecord",
        "--device=speaker.monitor",
        "--file-format=wav",
        "--rate=16000",
        "--channels=1",
        str(spoken),
    ]
    with subprocess.Popen(recorder, env=session.environment) as recording:
        try:
            heard, said = session.ask("could_it_be_stress", "Stress: it can be.")
            time.sleep(SPEAKING_S)
        finally:
            recording.terminate()
    assert "stress" in heard
    pcm = wav_file.read(spoken)
    heard = assemble.speech_model(Settings()).recognizer().whole(pcm)
    words = set(" ".join(h.text for h in heard.alternatives).split())
    # the voice is synthetic and the ears are small: some of the long words must come through, no other talk has them
    long_words = {w for w in normalize(said).split() if len(w) > 5}
    assert len(words & long_words) >= 4, (words, long_words)


def test_a_conversation_goes_on_and_an_emergency_is_heard(session):
    """A follow-up by a command, then a red flag; it does not answer itself in between."""
    session.line("Listening")
    session.ask("could_it_be_stress", "Stress")
    time.sleep(SPEAKING_S)
    session.ask("tell_me_more", "Arthritis")
    time.sleep(SPEAKING_S)
    session.ask("chest_pain", "Call 112 now.")


@pytest.mark.parametrize(("number", "code", "says"), [(signal.SIGINT, 130, "stopped"), (signal.SIGTERM, 143, "")])
def test_ctrl_c_in_the_middle_of_a_sentence_ends_it_at_once(session, number, code, says):
    """Its exit code within two seconds, no traceback, nothing of the voice left behind; terminated likewise."""
    session.line("Listening")
    session.ask("could_it_be_stress", "Stress")
    start = time.monotonic()
    session.process.send_signal(number)
    session.process.wait(timeout=10)
    err = session.process.stderr.read()
    assert code == session.process.returncode
    assert time.monotonic() - start < 2
    assert "Traceback" not in err
    assert says in err
    assert [] == list(Path(session.environment["TMPDIR"]).glob("voice-skill-*"))


def test_a_sound_server_that_dies_is_told(session):
    """One sentence with a hint and the exit code of sound hardware."""
    session.line("Listening")
    subprocess.run(["pactl", "exit"], env=session.environment, check=True)
    session.process.wait(timeout=20)
    assert 5 == session.process.returncode
    err = session.process.stderr.read()
    assert "The microphone is lost" in err
    assert "Traceback" not in err
