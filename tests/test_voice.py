"""The voice and the ears with the real engines."""

import os
import signal
from pathlib import Path

import pytest

from voice_skill import assemble
from voice_skill.edge import wav_file
from voice_skill.edge.voice import EspeakVoice, for_the_ear
from voice_skill.errors import VoiceError
from voice_skill.messages import Delivery
from voice_skill.settings import Settings

RECORDINGS = Path(__file__).parent / "recordings"


@pytest.fixture(scope="module")
def voice():
    """The voice as it ships."""
    voice = EspeakVoice("en-us")
    yield voice
    voice.close()


@pytest.fixture(scope="module")
def model():
    """The speech model as it ships."""
    return assemble.speech_model(Settings())


def test_a_sentence_becomes_sound(voice):
    """Mono 16-bit, some seconds long, not silent."""
    clip = voice.render("Ice or heat: either will do.", Delivery())
    assert 1.0 < len(clip.pcm) / 2 / clip.rate_hz < 5.0
    assert any(clip.pcm)


def test_two_sentences_are_two_clips(voice):
    """The engine's habit of repeating the last sentence does not reach us."""
    assert voice.render("One.", Delivery()).pcm != voice.render("Two and three.", Delivery()).pcm


def test_slower_is_longer_and_quieter_is_smaller(voice):
    """Speed and loudness are heard."""
    text = "The article prefers neither."
    plain = voice.render(text, Delivery()).pcm
    slow = voice.render(text, Delivery(rate_wpm=100)).pcm
    quiet = voice.render(text, Delivery(volume=0.3)).pcm
    assert len(slow) > 1.2 * len(plain)
    assert max(memoryview(quiet).cast("h")) < 0.7 * max(memoryview(plain).cast("h"))


def test_a_killed_worker_is_replaced(voice):
    """The next sentence is spoken all the same."""
    voice.render("Before.", Delivery())
    os.kill(voice._worker.pid, signal.SIGKILL)
    voice._worker.wait()
    assert voice.render("After it was killed.", Delivery()).pcm


def test_a_hanging_worker_is_replaced_once_then_reported():
    """A voice that never answers is an error in plain words, not a hang."""
    voice = EspeakVoice("en-us", timeout_s=0.0)
    with pytest.raises(VoiceError, match="does not answer"):
        voice.render("Hello.", Delivery())
    voice.close()


def test_emergency_numbers_are_read_digit_by_digit():
    """No "one hundred and twelve"."""
    assert "Call 1 1 2 now." == for_the_ear("Call 112 now.")


@pytest.mark.parametrize(
    ("name", "words"),
    [("could_it_be_stress", {"stress"}), ("tell_me_more", {"more"}), ("ice_timer", {"timer", "fifteen"})],
)
def test_a_recording_is_heard(model, name, words):
    """The words that matter are in the best of ten readings."""
    heard = model.recognizer(["tell me more"]).whole(wav_file.read(RECORDINGS / f"{name}.wav"))
    assert words <= set(" ".join(h.text for h in heard.alternatives).split())
    assert abs(sum(h.weight for h in heard.alternatives) - 1.0) < 1e-6


def test_a_command_is_heard_by_the_grammar_and_a_question_is_not(model):
    """The grammar's reading is there for what is closed, and nothing for the rest."""
    recognizer = model.recognizer(["tell me more", "stop"])
    assert "tell me more" == recognizer.whole(wav_file.read(RECORDINGS / "tell_me_more.wav")).closed
    assert "stop" not in recognizer.whole(wav_file.read(RECORDINGS / "weather.wav")).closed


def test_silence_and_noise_are_nothing(model):
    """What holds no words gives no words that matter."""
    from voice_skill.normalize import is_noise

    noise = bytes(b for i in range(32000) for b in ((i * 7919 % 251) % 64, 0))
    recognizer = model.recognizer(["stop"])
    for pcm in (bytes(64000), noise):
        assert is_noise(recognizer.whole(pcm).text)


def test_an_empty_or_unknown_grammar_does_not_kill_the_process(model):
    """Vosk dies on "[]"; we never hand it one."""
    for closed in ([], [""], ["zzzqqq"]):
        assert model.recognizer(closed).whole(bytes(32000)).closed == ""


def test_what_is_spoken_can_be_heard(voice, model, tmp_path):
    """An answer rendered by the voice is recognised by the ears: two words of three, over ten readings."""
    spoken = "ice brings down swelling inflammation and pain"
    clip = voice.render(spoken, Delivery(rate_wpm=150))
    path = tmp_path / "spoken.wav"
    path.write_bytes(wav_file.encode(clip))
    heard = model.recognizer().whole(wav_file.read(path))
    words = set(" ".join(h.text for h in heard.alternatives).split())
    assert len(words & set(spoken.split())) >= 2 / 3 * len(spoken.split())
