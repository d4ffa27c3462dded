"""What two sentences must share to be called the same."""

import pytest

from voice_skill.normalize import expand, is_noise, normalize


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("Should I use ICE, or heat?", "should i use ice or heat"),
        ("can\u2019t  breathe!!", "can't breathe"),
        ("15 minutes", "fifteen minutes"),
        ("x-ray", "x ray"),
        ("caf\u00e9 'quoted'", "cafe quoted"),
        ("[unk] stop", "stop"),
        ("1234567 \u2603", ""),
        ("", ""),
    ],
)
def test_text_is_brought_to_the_form_a_recognizer_prints(raw, plain):
    """Lower case, apostrophes inside words, numbers in words, nothing else."""
    assert plain == normalize(raw)


def test_contractions_are_opened():
    """Red flags see "can not" whatever was said."""
    assert "i can not feel it and i have not and i am".split() == expand("i can't feel it and i haven't and i'm")


def test_breath_and_clicks_are_noise():
    """What a recognizer prints for silence is no question."""
    assert (True, True, False) == (is_noise("the uh"), is_noise(""), is_noise("the ice"))
