"""The bench: its figures are those of the textbook, its noise has the level asked for, its runs work on real parts."""

import json
import shutil

import numpy as np
import pytest

from voice_skill.bench import figures, noise, peers, speech
from voice_skill.bench.figures import Figure
from voice_skill.bench.rows import Outcome, Row
from voice_skill.errors import SettingsError
from voice_skill.messages import Heard, Hypothesis
from voice_skill.phrases import Phrase

QUESTIONS = [
    {"text": "does ice help", "topic": "relief.ice"},
    {"text": "could it be stress", "topic": "causes.anxiety"},
    {"text": "what is the capital of france", "topic": "none"},
    {"text": "stop", "topic": "control:stop"},
    {"text": "i have chest pain", "topic": "emergency"},
]


def outcome(label, given, topic="relief.ice", score=90.0, also=()):
    """One row answered."""
    return Outcome(Row(Heard((Hypothesis("x", 1.0),)), label, also), given, topic, score, 0.002)


@pytest.fixture
def corpus(home):
    """A file of five labelled questions."""
    path = home / "five.jsonl"
    path.write_text("".join(json.dumps(q) + "\n" for q in QUESTIONS))
    return path


def test_the_share_and_its_interval_are_those_of_the_textbook():
    """Wilson, 8 of 10: 49.0 % to 94.3 %."""
    low, high = Figure(8, 10).interval
    assert (0.490, 0.943) == (round(low, 3), round(high, 3))


def test_each_outcome_counts_where_it_belongs():
    """A fair second topic counts half, a wrong one is no refusal, an alarm without cause is false."""
    found = figures.figures(
        [
            outcome("relief.ice", "relief.ice"),
            outcome("relief.ice", "relief.heat", also=("relief.heat",)),
            outcome("relief.ice", "causes.pain"),
            outcome("relief.ice", "choice"),
            outcome("none", "relief.ice"),
            outcome("none", "emergency"),
            outcome("emergency", "emergency"),
        ]
    )
    assert (1.5, 4) == (found["topic right"].count, found["topic right"].total)
    assert 1 == found["answered with a wrong topic"].count
    assert 1 == found["foreign answered"].count
    assert (1, 1) == (found["emergency caught"].count, found["false alarms"].count)
    assert "controls right" not in found


def test_the_curve_moves_with_the_threshold():
    """Two topics right above the one foreign question, a third below it."""
    rows = [outcome("relief.ice", "relief.ice", score=s) for s in (90, 80, 40)] + [outcome("none", "none", score=60)]
    assert (pytest.approx(2 / 3), 1.0) == (figures.right_at(rows, 0.0), figures.right_at(rows, 1.0))


def test_torn_figures_of_the_last_run_are_no_figures():
    """And whole ones come back."""
    assert {} == figures.read_last(b"{torn") == figures.read_last(b"[1]") == figures.read_last(b'{"a": 1}')
    kept = {"text": figures.as_json([outcome("none", "none")])}
    assert ["text"] == list(figures.read_last(json.dumps(kept).encode()))


@pytest.mark.parametrize("kind", noise.KINDS)
def test_noise_is_mixed_at_the_level_asked_for(kind):
    """The noise left after the speech is taken away is 10 dB below the speech, by levels of active blocks."""
    t = np.arange(32000) / 16000
    said = (0.2 * np.sin(2 * np.pi * 300 * t) * (t > 0.5)).astype(np.float32)
    made = noise.KINDS[kind](len(said), np.random.default_rng(1), [said])
    left = noise.mix(said, made, 10.0) - said
    assert len(made) == len(said)
    assert 10.0 == pytest.approx(20 * np.log10(noise.level(said) / noise.level(left)), abs=0.1)


def test_loud_noise_does_not_clip():
    """The whole is scaled down instead."""
    said = np.full(16000, 0.9, dtype=np.float32)
    assert np.abs(noise.mix(said, noise.hiss(16000, np.random.default_rng(1)), 0.0)).max() <= 1.0


def test_every_peer_knows_the_phrases_it_was_given():
    """To the letter; hassil and padacioso refuse what fits no phrase."""
    known = [
        Phrase("does ice help", "relief.ice", 0, 1, collected=False),
        Phrase("could it be stress", "causes.anxiety", 1, 1, collected=False),
    ]
    for name, guess in peers.peers(known):
        assert "causes.anxiety" == guess("could it be stress")[0], name
        if not name.startswith("rapidfuzz"):
            assert "none" == guess("play some music")[0], name


def test_words_got_wrong_are_counted():
    """One of three replaced, one left out: two of six."""
    said, heard = (
        [Row(Heard((Hypothesis(t, 1.0),)), "none") for t in texts]
        for texts in (("does ice help", "is it stress"), ("does eyes help", "is stress"))
    )
    assert pytest.approx(2 / 6) == speech.word_error_rate(said, heard)


@pytest.mark.parametrize("voice", ["nope:x", "espeak", "flite:"])
def test_an_unknown_voice_is_named(voice):
    """With the kinds that there are."""
    with pytest.raises(SettingsError, match="is no voice"):
        speech.voices([voice])


def test_text_is_measured_compared_and_drawn(run, corpus, home):
    """The second run shows what changed since the first; the peers stand beside; the plots are there."""
    where = {"VOICE_SKILL_STATE_DIR": str(home / "state")}
    code, out, err = run("bench", "understand", "--corpus", corpus, "--json", home / "out.json", **where)
    assert (0, "") == (code, err)
    assert "topic right                    100.0%" in out
    assert 5 == json.loads((home / "out.json").read_text())["text five"]["questions"]
    arguments = ("bench", "understand", "--corpus", corpus, "--peers", "--plots", home / "plots")
    out = run(*arguments, **where)[1]
    assert "+0.0%" in out
    assert all(name in out for name in ("WRatio", "token_set_ratio", "hassil", "padacioso"))
    assert {"threshold.png", "threshold.svg"} == {p.name for p in (home / "plots").iterdir()}


def test_speech_is_measured_in_noise(run, corpus, home):
    """Real voice, real noise, real recognizer; the same sentences are not rendered twice."""
    where = {"VOICE_SKILL_STATE_DIR": str(home / "state"), "VOICE_SKILL_CACHE_DIR": str(home / "cache")}
    arguments = ("bench", "hear", "--corpus", corpus, "--voices", "espeak:en-us", "--snr", "20", "--plots", "plots")
    code, out, err = run(*arguments, **where)
    assert (0, "") == (code, err)
    assert "spoken clean: 5 questions, word error rate" in out
    assert "spoken kitchen 20 dB: 5 questions" in out
    assert "emergency caught               100.0%" in out
    assert (home / "plots" / "noise.svg").is_file()
    assert 5 == len(list((home / "cache" / "speech").glob("*.wav")))


def test_a_voice_of_another_program_speaks_too(run, corpus, home):
    """Any program that reads text and writes a WAV file; one that writes none is named."""
    where = {"VOICE_SKILL_STATE_DIR": str(home / "state"), "VOICE_SKILL_CACHE_DIR": str(home / "cache")}
    bench = ("bench", "hear", "--corpus", corpus, "--most", "1", "--snr", "20", "--voices")
    code, _, err = run(*bench, "command:true {wav}", **where)
    assert 2 == code
    assert "said nothing" in err
    if shutil.which("espeak-ng"):
        assert 0 == run(*bench, "command:espeak-ng -w {wav} --stdin", **where)[0]


def test_a_bench_without_questions_says_what_it_needs(run):
    """And how such a file looks."""
    code, _, err = run("bench", "hear")
    assert 2 == code
    assert "--corpus" in err
