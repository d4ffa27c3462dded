"""When a speaker has finished."""

import pytest

from voice_skill.endpoint import Understood, ending, learn_endings, wait_s


def test_a_whole_command_ends_after_a_quarter_of_a_second(skill):
    """So does a question that is surely understood."""
    assert [0.25, 0.25] == [wait_s(skill.understood(t)) for t in ("stop", "could it be stress")]


def test_a_red_flag_does_not_wait(skill):
    """Whole, it is answered after a quarter of a second."""
    assert 0.25 == wait_s(skill.understood("my chest hurts"))


@pytest.mark.parametrize("words", ["does the", "how long should i", "what is the"])
def test_an_unfinished_question_waits_nearly_a_second(skill, words):
    """More must come after such words."""
    assert 0.9 == wait_s(skill.understood(words))


@pytest.mark.parametrize("words", ["um", "does ice uh", "so er"])
def test_who_hesitates_is_given_time(skill, words):
    """Two seconds after "um"."""
    assert 2.0 == wait_s(skill.understood(words))


def test_nothing_understood_waits_longest_of_all_but_hesitation():
    """No words yet: not the moment to answer."""
    assert 0.9 == wait_s(Understood())


def test_endings_are_learned_from_phrases():
    """The longest known run of last words decides; an unknown word ends as often as any."""
    shares = learn_endings(["does ice help", "does heat help", "does ice help much", "ice help", "help me", "help him"])
    assert ending(shares, "does ice help") > ending(shares, "help") > ending(shares, "does ice")
    assert ending(shares, "wardrobe") == pytest.approx(0.12)
