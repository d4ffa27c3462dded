"""Many conversations at once: each its own, kept for a while, and no timer that nobody hears."""

from pathlib import Path

import pytest

from voice_skill.conversations import Conversations, Recent
from voice_skill.messages import State, Then
from voice_skill.testing import heard


@pytest.fixture
def rooms(opened):
    """Conversations over the shipped skill."""
    return Conversations(opened.conversation, State())


def ask(rooms, name, text, now=0.0):
    """The reply to words in a room."""
    return rooms.ask(name, heard(text), now).reply


def test_rooms_do_not_mix(rooms):
    """Two rooms on two topics: a follow-up belongs to the room's own."""
    ask(rooms, "kitchen", "does ice help")
    ask(rooms, "bedroom", "could it be stress")
    assert "swelling" in ask(rooms, "kitchen", "repeat").reply
    assert "anxiety" in ask(rooms, "bedroom", "repeat").reply


def test_a_conversation_lasts_five_minutes(rooms):
    """After 300 s there is nothing left to repeat; before, there is."""
    ask(rooms, "kitchen", "does ice help", 0.0)
    assert "swelling" in ask(rooms, "kitchen", "repeat", 300.0).reply
    assert "not spoken about anything" in ask(rooms, "kitchen", "repeat", 601.0).reply


def test_goodbye_ends_it(rooms):
    """What was spoken about is forgotten."""
    ask(rooms, "kitchen", "does ice help")
    assert Then.LEAVE == ask(rooms, "kitchen", "goodbye").then
    assert "not spoken about anything" in ask(rooms, "kitchen", "repeat").reply


def test_the_number_of_conversations_is_bounded(opened):
    """The one that was quiet longest goes first."""
    rooms = Conversations(opened.conversation, State(), most=3)
    for n in range(10):
        ask(rooms, f"room {n}", "does ice help", float(n))
    assert 3 == len(rooms)
    assert "swelling" in ask(rooms, "room 9", "repeat", 10.0).reply


def test_a_timer_is_left_to_the_house(rooms):
    """The answer names the length, and nothing counts here."""
    answer = rooms.ask("kitchen", heard("start the ice timer for ten minutes"), 0.0)
    assert "ask the house for a timer of ten minutes" in answer.reply.reply
    assert "skin" in answer.reply.reply
    assert ("ice", 10.0) == (answer.timer.name, answer.timer.minutes)
    assert "Ice timer: ten minutes" in answer.timer.text
    later = rooms.ask("kitchen", heard("how long left"), 60.0)
    assert "no timer in this room" in later.reply.reply
    assert later.timer is None


def test_too_long_on_ice_is_still_refused(rooms):
    """The offer of twenty minutes is taken with "yes", and handed to the house."""
    assert "too long" in ask(rooms, "kitchen", "set the ice timer to forty minutes").reply
    assert 20.0 == rooms.ask("kitchen", heard("yes"), 1.0).timer.minutes


def test_a_red_flag_comes_first_in_any_room(rooms):
    """Also in the middle of an offer."""
    ask(rooms, "kitchen", "set the ice timer to forty minutes")
    assert "emergency" == ask(rooms, "kitchen", "i have chest pain").kind


def test_what_was_heard_lately_is_forgotten_in_time():
    """Values leave by age and by number."""
    recent = Recent(10.0, 2)
    recent.put("a", 1, 0.0)
    recent.put("b", 2, 1.0)
    recent.put("c", 3, 2.0)
    assert [None, 2, 3] == [recent.get(n, 5.0) for n in "abc"]
    assert recent.get("b", 12.0) is None
    assert 2 == len(recent)


def test_the_lines_for_the_house_are_content():
    """No text of theirs stands in code."""
    code = Path(__file__).parent.parent / "voice_skill" / "conversations.py"
    assert "ask the house" not in code.read_text().split('"""', 2)[2].lower()
