"""The engines behind the server, with a fake voice."""

import pytest

from voice_skill.doors.ears import Ears
from voice_skill.doors.house import MARKS, House
from voice_skill.doors.wyoming_talk import NUMBERS
from voice_skill.edge.pcm import without_the_quiet_after
from voice_skill.messages import Delivery
from voice_skill.testing import FakeRecognizer, FakeVoice


@pytest.fixture
def house(skill):
    """A house whose voice keeps what it was asked to say."""
    house = House(skill, Ears(FakeRecognizer, 1), FakeVoice(), Delivery())
    yield house
    house.close()


def test_a_slower_answer_is_another_text_that_looks_the_same(house):
    """Home Assistant keeps sound by its text: what is spoken otherwise must not be found there."""
    first = house.answer("a", "could it be stress").result().reply.reply
    house.answer("a", "slower").result()
    again = house.answer("a", "repeat").result().reply.reply
    assert first != again
    assert first == again.rstrip(MARKS)
    assert first.encode() == house.speak(again).result().pcm.rstrip(b"\0")
    house.answer("a", "slower").result()
    assert again != house.answer("a", "repeat").result().reply.reply


def test_connections_are_never_taken_for_one_another():
    """A number is given out once."""
    assert next(NUMBERS) < next(NUMBERS)


def test_quiet_after_speech_is_cut():
    """A quarter of a second of it stays; the quiet before, and quiet alone, stay whole."""
    second, loud = bytes(32000), (b"\x00\x20" * 160 + b"\x00\xe0" * 160) * 50
    cut = without_the_quiet_after(second + loud + second)
    assert (second + loud + second).startswith(cut)
    assert 0 <= 32000 // 4 - (len(cut) - len(second + loud)) < 640
    assert second == without_the_quiet_after(second)
    assert b"" == without_the_quiet_after(b"")
