"""The loop with scripted edges."""

import pytest

from voice_skill.errors import MicrophoneError, SpeakerError
from voice_skill.loop import Loop
from voice_skill.messages import MicrophoneLost
from voice_skill.testing import FakeClock, FakeMicrophone, FakeRecognizer, FakeScreen, FakeSpeaker, FakeVoice


def play(skill, script, speaker=None):
    """Run a script; give what was shown and played."""
    clock = FakeClock()
    microphone, recognizer = FakeMicrophone(script, clock), FakeRecognizer()
    speaker, screen = speaker or FakeSpeaker(), FakeScreen()
    try:
        Loop(skill, (microphone, recognizer), (FakeVoice(), speaker), screen, clock).run()
    finally:
        assert 0 == microphone.opened
    return screen, speaker, microphone


def test_a_question_is_shown_while_heard_answered_and_spoken(skill):
    """Partial, then the answer, on screen and aloud."""
    screen, speaker, microphone = play(skill, ["does ice...", "does ice help"])
    assert ["does ice"] == screen.partials
    assert "relief.ice" == screen.replies[0].topic
    assert [screen.replies[0].reply] == speaker.played
    assert 1 == microphone.cleared


def test_goodbye_ends_it(skill):
    """What comes after is not answered."""
    screen, _, _ = play(skill, ["goodbye", "does ice help"])
    assert ["goodbye"] == [r.topic for r in screen.replies]


def test_noise_is_not_answered(skill):
    """Breath and clicks stay without a reply."""
    screen, _, _ = play(skill, ["the...", "huh", "the"])
    assert ([], []) == (screen.partials, screen.replies)


def test_a_timer_rings_when_it_is_due_without_a_word_said(skill):
    """At five minutes the skin, at ten the end."""
    screen, _, _ = play(skill, ["set the ice for ten minutes", 299.0, 2.0, 299.0, 2.0])
    assert ["timer_set", "timer", "timer"] == [r.topic for r in screen.replies]


def test_a_lost_microphone_ends_with_a_plain_error(skill):
    """With a hint; the microphone is closed."""
    with pytest.raises(MicrophoneError, match="lost") as caught:
        play(skill, ["does ice help", MicrophoneLost("it is gone")])
    assert caught.value.hint


def test_without_a_loudspeaker_the_answers_are_still_shown(skill):
    """The trouble is said, the conversation goes on."""
    screen, _, _ = play(skill, ["does ice help", "why"], FakeSpeaker(SpeakerError("There is no loudspeaker.")))
    assert (2, 2) == (len(screen.replies), len(screen.troubles))
