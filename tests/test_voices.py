"""Voices: listed, chosen, and a Piper voice through the same port."""

import json
import wave

import pytest

from voice_skill.errors import SettingsError, VoiceError
from voice_skill.messages import Delivery


def test_the_voices_are_listed_and_the_one_in_use_is_marked(run):
    """`--voice` alone."""
    code, out, _ = run("listen", "--voice")
    assert 0 == code
    assert any(line.startswith("* en-us") for line in out.splitlines()), out[:200]
    assert "en-gb" in out


def test_a_voice_that_is_named_is_kept(run, home):
    """The next start speaks with it."""
    code, _, _ = run("ask", "--voice", "en-gb", "does ice help")
    assert 0 == code
    assert 'name = "en-gb"' in (home / "config" / "settings.toml").read_text()


@pytest.mark.parametrize(
    ("name", "says"), [("klingonx", "No voice is called"), ("piper:nowhere.onnx", "There is no file")]
)
def test_a_voice_that_is_not_there_is_refused_and_not_kept(run, home, name, says):
    """With a hint and exit code 2."""
    code, _, err = run("ask", "--voice", name, "does ice help")
    assert (2, True) == (code, says in err)
    assert not (home / "config" / "settings.toml").exists()


@pytest.fixture
def tone(tmp_path):
    """A Piper voice of the smallest kind: a tone, 256 samples for each phoneme times the pace."""
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("piper")
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("Cast", ["input"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", "one"], ["pace"]),
        helper.make_node("Mul", ["width", "pace"], ["wide"]),
        helper.make_node("Concat", ["unit", "wide"], ["scale"], axis=0),
        helper.make_node("Unsqueeze", ["floats", "axes"], ["deep"]),
        helper.make_node("Concat", ["units", "scale"], ["all_scales"], axis=0),
        helper.make_node("Resize", ["deep", "", "all_scales"], ["long"], mode="nearest"),
        helper.make_node("Sin", ["long"], ["output"]),
    ]
    number = {
        "one": helper.make_tensor("one", TensorProto.INT64, [1], [1]),
        "width": helper.make_tensor("width", TensorProto.FLOAT, [1], [256.0]),
        "unit": helper.make_tensor("unit", TensorProto.FLOAT, [1], [1.0]),
        "units": helper.make_tensor("units", TensorProto.FLOAT, [2], [1.0, 1.0]),
        "axes": helper.make_tensor("axes", TensorProto.INT64, [2], [1, 2]),
    }
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "n"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "m"])]
    graph = helper.make_graph(nodes, "tone", inputs, outputs, list(number.values()))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, tmp_path / "tone.onnx")
    letters = {c: [n] for n, c in enumerate("_^$ abcdefghijklmnopqrstuvwxyz,.")}
    config = {
        "audio": {"sample_rate": 16000},
        "espeak": {"voice": "en-us"},
        "inference": {"noise_scale": 0.0, "length_scale": 1.0, "noise_w": 0.0},
        "num_symbols": 60,
        "num_speakers": 1,
        "phoneme_type": "espeak",
        "phoneme_id_map": letters,
    }
    (tmp_path / "tone.onnx.json").write_text(json.dumps(config))
    return tmp_path / "tone.onnx"


def test_a_piper_voice_speaks_through_the_same_port(tone, run, home):
    """Slower takes longer, softer is softer; the command line takes it by its file."""
    from voice_skill.edge.piper_voice import PiperVoice

    voice = PiperVoice(tone)
    usual, slow = (voice.render("does ice help", Delivery(rate_wpm=wpm)) for wpm in (165, 83))
    assert 16_000 == usual.rate_hz
    assert len(slow.pcm) > 1.8 * len(usual.pcm) > 0
    assert max(voice.render("does ice help", Delivery(volume=0.1)).pcm[1::2]) >= 0
    code, _, err = run("ask", "--voice", f"piper:{tone}", "--out", "reply.wav", "does ice help")
    assert 0 == code, err
    with wave.open(str(home / "reply.wav")) as file:
        assert 16_000 == file.getframerate()


def test_a_torn_piper_voice_is_named(tmp_path):
    """A missing half, and one that is no model."""
    pytest.importorskip("piper")
    from voice_skill.edge.piper_voice import PiperVoice

    (tmp_path / "torn.onnx").write_bytes(b"no model")
    with pytest.raises(SettingsError, match=r"torn\.onnx\.json"):
        PiperVoice(tmp_path / "torn.onnx")
    (tmp_path / "torn.onnx.json").write_text("{}")
    with pytest.raises(VoiceError, match=r"torn\.onnx cannot be loaded"):
        PiperVoice(tmp_path / "torn.onnx")
