"""Bad days: recordings, models, settings and packs that are not as they should be; each is told in a sentence."""

import json
import re
import shutil
import wave
from pathlib import Path

import pytest

from voice_skill.skill import shipped

RECORDINGS = Path(__file__).parent / "recordings"


def write_wav(path, rate=16000, width=2, channels=1, seconds=0.5):
    """A WAV of silence."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(bytes(int(rate * seconds) * width * channels))


def bad_recordings(folder):
    """Name -> what the error says."""
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.wav").write_text("this is no sound")
    write_wav(folder / "nothing.wav", seconds=0)
    write_wav(folder / "torn.wav")
    (folder / "torn.wav").write_bytes((folder / "torn.wav").read_bytes()[:30])
    write_wav(folder / "long.wav", rate=8000, width=1, seconds=7200)
    (folder / "folder.wav").mkdir()
    return {
        "empty.wav": "is empty",
        "text.wav": "no recording",
        "nothing.wav": "holds no sound",
        "torn.wav": "no recording",
        "long.wav": "120 minutes long",
        "folder.wav": "is a folder",
        "missing.wav": "There is no file",
    }


def test_bad_recordings_are_named_and_the_good_one_is_answered(run, home):
    """One sentence and a hint each, exit code 2, and nothing lost."""
    bad = bad_recordings(home)
    code, out, err = run("ask", "--json", "--audio", *bad, RECORDINGS / "could_it_be_stress.wav")
    assert (2, "causes.anxiety") == (code, json.loads(out)["topic"])
    for name, says in bad.items():
        assert re.search(f"{name}.*{says}|{says}.*{name}", err), err
    assert 2 * len(bad) == len(err.splitlines())


@pytest.mark.parametrize(("rate", "width", "channels"), [(8000, 1, 1), (44100, 3, 2), (48000, 4, 2), (22050, 2, 1)])
def test_every_kind_of_pcm_is_read(run, home, rate, width, channels):
    """8 to 32 bits, mono and stereo, any rate; silence is no question and no error."""
    write_wav(home / "any.wav", rate, width, channels)
    code, out, err = run("ask", "--json", "--audio", "any.wav")
    assert (0, "none", "", "") == (code, json.loads(out)["kind"], json.loads(out)["heard"], err)


@pytest.mark.parametrize("name", ["model", "vosk-model-small-en-us-0.15"])
def test_a_torn_model_is_named(run, home, name):
    """By file, before it can end the process; under the shipped name by its checksum."""
    model = Path(shutil.copytree(shipped("models") / "vosk-model-small-en-us-0.15", home / name))
    target = model / "am" / "final.mdl"
    target.write_bytes(target.read_bytes()[:100_000])
    code, _, err = run("model", "use", model)
    assert 4 == code
    assert "am/final.mdl" in err


def test_a_lacking_part_of_a_model_is_named(run, home):
    """An archive that was unpacked in part."""
    model = Path(shutil.copytree(shipped("models") / "vosk-model-small-en-us-0.15", home / "model"))
    (model / "graph" / "Gr.fst").unlink()
    code, _, err = run("model", "use", model)
    assert 4 == code
    assert "Gr.fst" in err


@pytest.mark.parametrize("name", ["graph/HCLr.fst", "graph/Gr.fst", "ivector/final.ie"])
def test_each_torn_part_of_a_model_is_named(run, home, name):
    """Half a file is refused under its name."""
    model = Path(shutil.copytree(shipped("models") / "vosk-model-small-en-us-0.15", home / "model"))
    whole = (model / name).read_bytes()
    (model / name).write_bytes(whole[: len(whole) // 2])
    code, _, err = run("model", "use", model)
    assert 4 == code
    assert name in err


def test_nothing_is_left_behind(run, home):
    """No scratch file of the voice, even when it spoke."""
    scratch = home / "scratch"
    scratch.mkdir()
    assert 0 == run("ask", "does ice help", "--out", "reply.wav", TMPDIR=str(scratch))[0]
    assert [] == list(scratch.iterdir())


def test_a_good_model_is_taken_and_the_shipped_one_taken_back(run):
    """Checked, then written into the settings."""
    folder = shipped("models") / "vosk-model-small-en-us-0.15"
    assert 0 == run("model", "use", folder)[0]
    assert str(folder) in run("model", "list")[1]
    assert 0 == run("model", "use", "shipped")[0]


def test_a_model_that_has_gone_is_named(run, home):
    """With the way back."""
    (home / "config").mkdir()
    (home / "config" / "settings.toml").write_text('model = "/nowhere"\n')
    code, _, err = run("ask", "--audio", RECORDINGS / "weather.wav")
    assert 4 == code
    assert "voice-skill model use shipped" in err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("emergency_number = 'abc'", "emergency number"),
        ("colour = 'red'", "Unknown setting colour"),
        ("[voice]\nrate_wpm = 'quick'", "voice.rate_wpm"),
        ("[voice]\nrate_wpm = 9000", "between 80 and 300"),
        ("[tea]\nhot = 1", "Unknown section"),
        ("= broken", "cannot be read"),
    ],
)
def test_a_wrong_setting_is_named(run, home, text, says):
    """And the file it stands in."""
    (home / "config").mkdir()
    (home / "config" / "settings.toml").write_text(text)
    code, _, err = run("ask", "does ice help")
    assert 2 == code
    assert says in err


def test_stale_and_torn_weights_are_told_with_the_way_out(run, home):
    """A changed pack says so; a mistake in it comes first."""
    pack = Path(shutil.copytree(shipped("intents") / "en", home / "en"))
    topic = pack / "relief.ice.yaml"
    topic.write_text(topic.read_text() + "  - a brand new phrase about ice\n")
    code, _, err = run("ask", "does ice help", VOICE_SKILL_PACK=str(pack))
    assert 3 == code
    assert "voice-skill pack build" in err
    (pack / "weights.npz").write_bytes(b"torn")
    assert "torn" in run("ask", "does ice help", VOICE_SKILL_PACK=str(pack))[2]
    topic.write_text("topic: [")
    assert "relief.ice.yaml:" in run("ask", "does ice help", VOICE_SKILL_PACK=str(pack))[2]


def test_a_home_that_cannot_be_written_does_not_stop_an_answer(run, home):
    """Asking writes nothing; changing a setting says why it cannot."""
    nowhere = {"VOICE_SKILL_CONFIG_DIR": "/proc/nowhere", "HOME": "/proc/nowhere"}
    assert 0 == run("ask", "does ice help", **nowhere)[0]
    assert 7 == run("model", "use", "shipped", **nowhere)[0]
    assert [] == [p for p in home.rglob("*") if p.is_file()]
