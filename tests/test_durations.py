"""Lengths of time in words."""

import pytest

from voice_skill import durations, numerals


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("set it for twelve minutes", 12),
        ("a quarter of an hour", 15),
        ("half an hour of ice", 30),
        ("an hour and a half", 90),
        ("an hour", 60),
        ("one hour and twenty minutes", 80),
        ("twenty five minutes please", 25),
        ("ten no fifteen minutes", 15),
        ("add five", 5),
        ("a couple of minutes", 2),
        ("a few more minutes", 3),
        ("give me an hour's rest", 60),
        ("ninety seconds", 1.5),
        ("two and a half minutes", 2.5),
        ("three quarters of an hour", 45),
        ("a hundred minutes", None),
        ("no number here", None),
        ("an hour and", 60),
        ("half", None),
        ("that one", None),
        ("", None),
    ],
)
def test_a_length_is_read_from_words(text, minutes):
    """The length said, in minutes, whatever stands around it."""
    found = durations.find(text)
    assert minutes == (found.minutes if found else None)


def test_numbers_survive_the_way_into_words_and_back():
    """Every number below 1,000 is read as it is spelled."""
    for number in range(1000):
        tokens = numerals.words(number).split()
        assert (number, len(tokens)) == numerals.read(tokens, 0)


@pytest.mark.parametrize(
    ("minutes", "said"),
    [
        (15, "fifteen minutes"),
        (1, "one minute"),
        (0.5, "thirty seconds"),
        (90, "one hour and thirty minutes"),
        (60, "one hour"),
    ],
)
def test_lengths_are_said_for_the_ear(minutes, said):
    """No digits, no abbreviations."""
    assert said == durations.say(minutes)
