"""Files and settings: whole or not at all."""

import stat

import pytest

from voice_skill import settings, store, weights, wordvectors
from voice_skill.errors import FileWriteError, WeightsError
from voice_skill.messages import Heard, Hypothesis
from voice_skill.skill import shipped


def test_a_file_is_written_whole_or_left_as_it_was(tmp_path):
    """A failed write leaves neither a torn file nor scratch."""
    target = tmp_path / "kept"
    store.write(target, b"first")
    store.write(target, b"second")
    assert b"second" == target.read_bytes()
    assert 0o644 == stat.S_IMODE(target.stat().st_mode)
    (tmp_path / "folder").mkdir()
    with pytest.raises(FileWriteError, match="cannot be written"):
        store.write(tmp_path / "folder", b"x")
    assert ["folder", "kept"] == sorted(p.name for p in tmp_path.iterdir())


@pytest.mark.usefixtures("home")
def test_changing_one_setting_keeps_the_others():
    """And what was written is read back."""
    store.write_settings({"emergency_number": "999"})
    store.write_settings({"voice": {"rate_wpm": 120}})
    read = settings.load()
    assert ("999", 120) == (read.emergency_number, read.voice.rate_wpm)


def test_weights_survive_the_way_to_disk_and_back(tmp_path):
    """The same verdicts within the rounding of eight bits."""
    learned = weights.load(shipped("intents") / "en" / weights.FILE)
    vectors = wordvectors.load(shipped("intents") / "en")
    (tmp_path / "w.npz").write_bytes(weights.dump(learned))
    again = weights.load(tmp_path / "w.npz")
    for text in ("does ice help", "could it be stress", "play some jazz"):
        one, two = (w.probabilities(w.evidence(text, vectors)) for w in (learned, again))
        assert one.argmax() == two.argmax()
        assert abs(one - two).max() < 0.02
    with pytest.raises(WeightsError, match="missing"):
        weights.load(tmp_path / "nowhere")


def test_a_misspelt_word_is_taken_for_the_known_one(skill):
    """Alignment by rapidfuzz, never for words that are known."""
    assert "would physiotherapy help" == skill.matcher.align("would phisiotherapy help")
    assert "does ice help" == skill.matcher.align("does ice help")


def test_all_readings_count(skill):
    """What the lesser readings agree on outweighs a first slip."""
    readings = [("could it be dress", 0.3), ("could it be stress", 0.25), ("could it be stress then", 0.25)]
    reply = skill.hear(Heard(tuple(Hypothesis(t, w) for t, w in readings)), 0.0)
    assert "causes.anxiety" == reply.topic
