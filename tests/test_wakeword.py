"""Being spoken to."""

import pytest

from voice_skill.errors import SettingsError
from voice_skill.gate import Gate
from voice_skill.testing import HUSH, FakeDetector, FakeRoom, FakeSpotter
from voice_skill.wakeword import WakeWord, check

WAKE = ("okay coach", "hello there coach")


def say(*script):
    """Let a script be heard; give the phrases and the words after each."""
    room, gate, word = FakeRoom(script), Gate(FakeDetector()), WakeWord(FakeSpotter(WAKE), WAKE)
    found = []
    while type(event := room.get(0)).__name__ != "Quit":
        woken = word.take(gate.take(event.pcm, event.at_s, -30.0))
        if woken:
            gate.close()
            found.append((woken[0], woken[1].replace(HUSH, b"").split()))
    return found


def test_any_of_several_phrases_wakes():
    """Alone, or at the end of other talk."""
    assert ["okay coach", "hello there coach"] == [p for p, _ in say("okay coach", 1.0, "well hello there coach", 1.0)]


def test_parts_of_a_phrase_do_not_wake():
    """Nor the words in another order."""
    assert [] == say("okay", 1.0, "coach okay", 1.0, "hello coach", 1.0)


@pytest.mark.parametrize(
    ("phrase", "reason"),
    [("hey zyzzyx", "lacks 'zyzzyx'"), ("coach", "too short"), ("stop it", "is a command already")],
)
def test_a_phrase_that_cannot_work_is_refused_with_its_reason(phrase, reason):
    """And a hint names one that can."""
    with pytest.raises(SettingsError, match=reason) as caught:
        check([phrase], lambda word: word != "zyzzyx", ["stop it"])
    assert "okay coach" in caught.value.hint
