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
        one, two = (w.probabilities(w.evidence([text], vectors))[0] for w in (learned, again))
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


def test_torn_word_vectors_are_told_and_missing_ones_are_none(tmp_path):
    """A pack of another language may have none; a torn file is no reason for a traceback."""
    assert 0 == wordvectors.load(tmp_path).axes == wordvectors.nothing().sentences([["ice"]], {}).shape[1]
    (tmp_path / wordvectors.FILE).write_bytes(b"torn")
    with pytest.raises(WeightsError, match="word vectors are torn"):
        wordvectors.load(tmp_path)


def test_sentences_that_mean_the_same_lie_together():
    """Nearer than one about something else, though they share no word."""
    vectors = wordvectors.load(shipped("intents") / "en")
    one, same, other = vectors.sentences([t.split() for t in ("physician visit", "see doctor", "guitar song")], {})
    assert one @ same > 2 * (one @ other)


def test_words_that_say_nothing_are_asked_what_they_are_about(skill):
    """No guess, and no "the article does not say"."""
    assert skill.ask("can you tell me about it").reply.startswith("What would you like to know about?")


@pytest.mark.parametrize("text", ["i've no chest pain at all just the back", "i'm not dizzy and i haven't fainted"])
def test_a_denied_sign_does_not_come_back_by_learning(skill, text):
    """The learned ears hear only what was not denied."""
    assert skill.ask(text).kind not in ("emergency", "urgent", "crisis")


def test_what_grammar_and_a_lesser_reading_agree_on_is_taken(skill):
    """The best free reading alone would be nothing."""
    readings = (Hypothesis("louder lease", 0.6), Hypothesis("louder please", 0.4))
    assert "louder" == skill.hear(Heard(readings, "louder please"), 0.0).topic


def test_what_only_the_grammar_hears_is_no_topic(skill):
    """It knows commands alone, so it must not turn talk into a question."""
    readings = (Hypothesis("the train to bristol leaves at noon", 1.0),)
    assert "none" == skill.hear(Heard(readings, "how long left"), 0.0).kind
