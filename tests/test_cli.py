"""The command line as a person meets it: answers, exit codes, hints, never a traceback."""

import json
import re
import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest
from conftest import hear_ctrl_c

ROOT = Path(__file__).parent.parent
RECORDINGS = Path(__file__).parent / "recordings"
KEYS = ["heard", "kind", "topic", "options", "score", "reply", "more", "source", "timer"]


def test_a_question_is_answered(run):
    """One line on standard output, nothing else."""
    code, out, err = run("ask", "should I use ice or heat")
    assert (0, "") == (code, err)
    assert out.startswith("Ice or heat: either will do.")


def test_unquoted_words_are_one_question(run):
    """A person forgets the quotes."""
    assert run("ask", "does", "ice", "help")[1] == run("ask", "does ice help")[1]


def test_json_has_its_keys_and_nothing_else(run):
    """One object a question."""
    code, out, _ = run("ask", "--json", "does ice help")
    (line,) = out.splitlines()
    assert (0, KEYS) == (code, list(json.loads(line)))
    assert ("relief.ice", "answer", True) == tuple(json.loads(line)[k] for k in ("topic", "kind", "more"))


def test_lines_are_conversations_of_their_own_and_turns_are_not(run):
    """`why` alone is nothing; after a question it is."""
    lines = b"does ice help\n\nwhy\n"
    alone = [json.loads(x) for x in run("ask", "--json", "-", stdin=lines)[1].splitlines()]
    turns = [json.loads(x) for x in run("ask", "--json", "--conversation", "-", stdin=lines)[1].splitlines()]
    assert 2 == len(alone) == len(turns)
    assert "relief.ice" != alone[1]["topic"]
    assert "relief.ice" == turns[1]["topic"]


def test_an_emergency_number_can_be_set(run):
    """By the environment, and by the settings file."""
    assert "Call 999 now" in run("ask", "I have chest pain", VOICE_SKILL_EMERGENCY_NUMBER="999")[1]


def test_a_recording_is_answered_and_the_answer_written(run, home):
    """Sound in, sound out."""
    code, out, err = run("ask", "--json", "--audio", RECORDINGS / "could_it_be_stress.wav", "--out", "reply.wav")
    assert (0, "causes.anxiety", "") == (code, json.loads(out)["topic"], err)
    with wave.open(str(home / "reply.wav")) as file:
        assert file.getnframes() > file.getframerate()


def test_talk_in_the_room_yields_no_answer(run):
    """Recordings that must yield nothing, asked in one go."""
    files = [RECORDINGS / "weather.wav", RECORDINGS / "football.wav"]
    code, out, _ = run("ask", "--json", "--audio", *files)
    assert (0, ["none", "none"]) == (code, [json.loads(x)["kind"] for x in out.splitlines()])


def test_an_emergency_in_a_recording_is_heard(run):
    """The words that matter survive the recognizer."""
    assert "emergency" == json.loads(run("ask", "--json", "--audio", RECORDINGS / "chest_pain.wav")[1])["kind"]


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "There is no question"),
        (["ask", "  "], 2, "There is no question"),
        (["ask", "x", "--audio", "y.wav"], 2, "either words or recordings"),
        (["ask", "-", "--out", "x.wav"], 2, "one question"),
        (["ask", "does ice help", "--out", "/proc/nowhere/x.wav"], 7, "cannot be written"),
        (["model", "use", "/nowhere"], 4, "no folder"),
        (["nonsense"], 2, "invalid choice"),
        (["pack", "check", "--pack", "/nowhere"], 3, "no such folder"),
        (["bench", "understand", "--corpus", "/nowhere"], 2, "cannot be read"),
    ],
)
def test_wrong_use_is_told_in_a_sentence(run, arguments, code, says):
    """The exit code by kind of error, the sentence on standard error."""
    given, _, err = run(*arguments)
    assert code == given
    assert says in err


def test_lines_that_are_no_utf8_are_named_and_earlier_answers_stay(run):
    """The line's number."""
    code, out, err = run("ask", "--json", "-", stdin=b"does ice help\n\xff\xfe\n")
    assert (2, 1) == (code, len(out.splitlines()))
    assert "Line 2 of standard input is not UTF-8" in err


def test_ctrl_c_ends_without_a_traceback(home):
    """Exit code 130, one line."""
    command = [sys.executable, "-m", "voice_skill", "ask", "-"]
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    with subprocess.Popen(command, **pipes, cwd=home, preexec_fn=hear_ctrl_c) as ask:
        ask.stdin.write(b"does ice help\n")
        ask.stdin.flush()
        assert ask.stdout.readline()
        time.sleep(0.3)  # it now waits for the next line
        ask.send_signal(2)
        ask.wait(timeout=20)
        _, err = ask.communicate(timeout=20)
    assert (130, b"stopped") == (ask.returncode, err.strip().split(b": ")[-1].rstrip(b"."))


def test_a_reader_that_leaves_early_is_no_error(home):
    """As in `ask --json - | head -1`."""
    questions = home / "questions"
    questions.write_text("does ice help\n" * 2000)
    shell = f"{sys.executable} -m voice_skill ask --json - < {questions} | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, cwd=home, timeout=60, check=False)
    assert (b"", 1) == (done.stderr, len(done.stdout.splitlines()))


NO_DEVICES = """
class PortAudioError(Exception):
    pass

def query_devices(*_):
    raise PortAudioError("Error querying device -1")
"""


def test_listen_without_a_microphone_says_so(run, home):
    """A sentence and a hint; where a recording is given, that is asked instead."""
    (home / "sounddevice.py").write_text(NO_DEVICES)  # PortAudio on a machine without sound hardware
    code, _, err = run("listen", PYTHONPATH=str(home))
    assert 5 == code
    assert "There is no microphone." in err
    assert "--audio" in err
    recording = RECORDINGS / "could_it_be_stress.wav"
    code, out, _ = run("listen", "--or-recording", recording, PYTHONPATH=str(home))
    assert 0 == code
    assert "There is no microphone." in out
    assert "you:   could it be stress" in out
    assert (home / "reply.wav").stat().st_size > 10_000


def test_portaudio_that_is_missing_is_named(run, home):
    """With the line to type."""
    fake = home / "sounddevice.py"
    fake.write_text("raise OSError('PortAudio library not found')\n")
    code, _, err = run("listen", PYTHONPATH=str(home))
    assert 5 == code
    assert "sudo apt-get install libportaudio2" in err


def test_why_is_explained(run):
    """The labels with their scores, the words behind them, the red flag, the unknown word."""
    out = run("explain", "is my hamster stressed")[1]
    assert "words that no topic knows: hamster" in out
    assert "causes.anxiety" in out
    assert "red flag: emergency, chest_pain" in run("explain", "my chest hurts")[1]


def test_topics_and_help_show_what_can_be_asked(run):
    """Thirty topics with an example; help with examples; the version."""
    assert 30 == len(run("topics")[1].splitlines())
    assert "examples:" in run("--help")[1]
    assert re.fullmatch(r"voice-skill \d+\.\d+\.\d+\n", run("--version")[1])


def test_the_doctor_names_every_part(run):
    """Good where nothing is wrong, and the model's files are compared with their checksums."""
    code, out, _ = run("doctor")
    assert 0 == code
    for part in ("python", "speech model", "pack", "voice", "portaudio", "microphones"):
        assert part in out


def test_nothing_is_sent_anywhere(home):
    """`ask --audio` works where every socket is forbidden."""
    code = (
        "import sys\n"
        "def forbid(event, args):\n"
        "    if event.startswith('socket.'):\n"
        "        raise OSError('forbidden')\n"
        "sys.addaudithook(forbid)\n"
        "from voice_skill.doors.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    arguments = ["ask", "--json", "--audio", str(RECORDINGS / "could_it_be_stress.wav"), "--out", "reply.wav"]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, cwd=home, timeout=60, check=False
    )
    assert (0, b"") == (done.returncode, done.stderr)


def test_the_first_screen_of_the_readme_is_true(run):
    """Its question gets its answer, word for word."""
    readme = (ROOT / "README.md").read_text()
    question = re.search(r"\*\*you:\*\* (.+)", readme)[1]
    answer = re.search(r"\*\*skill:\*\* (.+)", readme)[1]
    assert answer == run("ask", question)[1].strip()


def test_readme_and_package_agree():
    """Version, changelog and licence."""
    version = re.search(r'version = "(.+)"', (ROOT / "pyproject.toml").read_text())[1]
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert "Apache License" in (ROOT / "LICENSE").read_text()
    import voice_skill

    assert version == voice_skill.__version__


def test_timers_are_set_listed_and_cancelled(run):
    """In processes of their own; what one set, the others see."""
    code, out, _ = run("timers", "set", "15m", "ice")
    assert (0, "Ice timer: fifteen minutes") == (code, out.split(",")[0])
    assert 0 == run("timers", "set", "1h30m", "green", "tea")[0]
    _, out, _ = run("timers", "--json")
    assert [("ice", 900, ""), ("rest", 5400, "green tea")] == [
        (t["kind"], t["duration_s"], t["name"]) for t in json.loads(out)
    ]
    code, out, _ = run("ask", "--json", "how long left on the ice timer")
    note = json.loads(out)["timer"]
    assert (0, "query", "ice", 900) == (code, note["action"], note["kind"], note["duration_s"])
    assert "Green tea timer stopped.\n" == run("timers", "cancel", "green tea")[1]
    assert "Ice timer stopped.\n" == run("timers", "cancel")[1]
    assert "No timer is running.\n" == run("timers")[1]


@pytest.mark.parametrize(
    "words",
    [
        ("set", "90m", "ice"),
        ("set", "soon"),
        ("set", "1e9h", "x"),
        ("set", "0"),
        ("set", "-5m", "ice"),
        ("set", ""),
        ("set", "9999h"),
        ("set", "5m", "x" * 99),
        ("cancel", "pasta"),
        ("cancel",),
        ("set",),
        ("dance",),
    ],
)
def test_a_timer_that_cannot_be_is_refused_in_one_sentence(run, words):
    """With a hint and exit code 2."""
    code, out, err = run("timers", *words)
    assert (2, "") == (code, out)
    assert err


def test_a_timer_file_that_cannot_be_read_is_put_aside_and_said(run, home):
    """The old file stays under another name."""
    (home / "state").mkdir()
    (home / "state" / "timers.json").write_text("{")
    code, out, err = run("timers")
    assert (0, "No timer is running.\n") == (code, out)
    assert "put it aside" in err
    assert "{" == (home / "state" / "timers.unreadable-1.json").read_text()


def test_asking_keeps_the_timer_for_the_next_process(run):
    """Nobody listens; it is there all the same."""
    assert "fifteen minutes, starting now" in run("ask", "start the ice timer")[1]
    assert "left" in run("timers")[1]
