"""Barge-in as text: what is a person's, what is the skill's own voice."""

import pytest

from voice_skill import content
from voice_skill.barge_in import HOLD_S, Guard, Saying
from voice_skill.messages import Hypothesis
from voice_skill.redflags import RedFlags
from voice_skill.skill import shipped

CLOSED = ["louder", "slower", "next", "go on", "okay coach"]
AT_ONCE = ["stop", "wait"]
ANSWER = "It readies the muscle, keeps it flexible, and stops it tightening afterwards. Want more?"


@pytest.fixture(scope="module")
def redflags():
    """The rules of the shipped pack."""
    return RedFlags(content.load(shipped("intents") / "en").redflags)


@pytest.fixture
def guard(redflags):
    """A guard that hears an answer being read."""
    guard = Guard(CLOSED, AT_ONCE, redflags)
    guard.say(Saying(ANSWER))
    return guard


@pytest.mark.parametrize("heard", ["stop", "[unk] stop", "it readies the muscle stop", "wait"])
def test_stop_acts_with_the_first_partial(guard, heard):
    """Stop and wait act as soon as they are heard, alone or over the own voice."""
    assert heard.split()[-1] == guard.command(heard, 0.0)


@pytest.mark.parametrize("heard", ["flexible and stop it", "it flexible and stop", "[unk] it flexible [unk] stop it"])
def test_the_own_stop_is_no_command(guard, heard):
    """A word in its place in the spoken text is the own voice."""
    assert guard.command(heard, 0.0) is None


def test_a_second_stop_is_a_command(guard):
    """A person may say what the text says too."""
    assert "stop" == guard.command("flexible and stop it tightening stop", 0.0)


def test_the_sentence_before_still_echoes(redflags):
    """An echo lags behind: the text said just before explains words too."""
    guard = Guard(CLOSED, AT_ONCE, redflags)
    guard.say(Saying("Want more?", before="Say next or stop."))
    assert (None, None) == (guard.command("say next or stop want", 0.0), guard.command("say next or stop want", 1.0))


def test_other_commands_must_be_held(guard):
    """What the own voice is mistaken for at times must stay heard."""
    heard = [guard.command("louder", at) for at in (0.0, HOLD_S / 2, HOLD_S)]
    assert [None, None, "louder"] == heard


def test_a_retracted_word_starts_anew(guard):
    """A word that was taken back does not count towards being held."""
    heard = [
        guard.command(text, at)
        for text, at in (("next", 0.0), ("[unk]", 0.1), ("next", 0.2), ("next", 0.2 + HOLD_S / 2))
    ]
    assert [None] * 4 == heard


def test_a_wake_phrase_is_heard_whole(guard):
    """Phrases of several words count as a whole."""
    assert (None, None) == (guard.command("coach", 0.0), guard.command("coach", 9.0))
    assert (None, "okay coach") == (guard.command("okay coach", 10.0), guard.command("okay coach", 11.0))


def test_a_new_saying_forgets_the_old(guard):
    """Nothing is held over from one saying to the next."""
    guard.command("louder", 0.0)
    guard.say(Saying("Rest timer."))
    assert guard.command("louder", 1.0) is None


def test_the_grammar_knows_the_text(guard):
    """The grammar holds the phrases and the spoken words, the beginnings of which are given as the commands."""
    phrases = guard.say(Saying("It stops. Call 112."))
    assert {"stop", "okay coach", "it stop call one one two"} <= set(phrases)


def test_silence_adds_no_decoy(guard):
    """An earcon or a pause has no words, and the grammar is still no empty one."""
    assert set(CLOSED + AT_ONCE) == set(guard.say(Saying("")))


def one(text):
    """One reading that is sure."""
    return [Hypothesis(text, 1.0)]


READ = "Some signs mean emergency help at once: chest pain, trouble breathing, numb legs, or a fall. Call 112."


@pytest.mark.parametrize(
    "heard",
    [
        "some signs mean emergency help at once chest pain trouble breathing numb legs or a fall",
        "some science mean emergency help at once chest pain double breathing numb legs or a full call one one two",
        "chest pain trouble breathing numb legs",
        "trouble breathing numb",
    ],
)
def test_reading_red_flags_raises_none(redflags, heard):
    """The skill's own list of signs, also misheard or in part, is no emergency."""
    guard = Guard(CLOSED, AT_ONCE, redflags)
    guard.say(Saying(READ))
    assert guard.flag(one(heard)) is None


@pytest.mark.parametrize(
    ("heard", "level"),
    [
        ("i can not breathe", "emergency"),
        ("it readies the muscle keeps i have chest pain it flexible and stops", "emergency"),
        ("my legs are numb", "emergency"),
        ("it readies the muscle", None),
        ("", None),
    ],
)
def test_a_person_in_need_is_heard(guard, heard, level):
    """A red flag counts alone and between the spoken words."""
    flag = guard.flag(one(heard))
    assert level == (flag.level if flag else None)


def test_a_person_repeats_a_read_sign(redflags):
    """Where the own voice is not in the reading, a sign counts though the text names it."""
    guard = Guard(CLOSED, AT_ONCE, redflags)
    guard.say(Saying(READ))
    flag = guard.flag(one("help i have such a pain in my chest"))
    assert flag is not None
