"""What two sentences must share to be called the same."""

from __future__ import annotations

import re
import unicodedata

from voice_skill import numerals

_PLAIN = re.compile(r"(?:[a-z]++(?:'[a-z]++)*+| )*+")  # possessive: no text makes it go back
_NOT_WORD = re.compile(r"[^a-z0-9' ]+")
_DIGITS = re.compile(r"[0-9]+")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_LOOSE_APOSTROPHE = re.compile(r"(?<![a-z])'|'(?![a-z])")
_WHOLE = {"can't": "can not", "cannot": "can not", "cant": "can not", "won't": "will not", "shan't": "shall not"}
_WHOLE |= {"ain't": "is not", "dont": "do not", "doesnt": "does not", "didnt": "did not", "havent": "have not"}
_WHOLE |= {"isnt": "is not", "hasnt": "has not", "wont": "will not", "couldnt": "could not", "ive": "i have"}
_WHOLE |= {"im": "i am", "let's": "let us", "gonna": "going to", "gotta": "got to", "wanna": "want to"}
_ENDINGS = (("n't", " not"), ("'ve", " have"), ("'re", " are"), ("'ll", " will"), ("'m", " am"), ("'d", " would"))

# What the recognizer prints for breath, a click or a hum (pitfalls: "the", "huh" on silence).
_NOISE = frozenset(["the", "a", "huh", "uh", "oh", "ah", "hm", "hmm", "mm", "mhm", "um", "er", "and", "i", "but"])


def normalize(text: str) -> str:
    """Give text in lower case a-z, apostrophes and single spaces, whole numbers below 1,000 in words."""
    if _PLAIN.fullmatch(text):  # as the recognizer prints it
        return " ".join(text.split())
    plain = unicodedata.normalize("NFKD", text.replace("\u2019", "'").replace("\u2018", "'"))
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = plain.replace("-", " ").replace("[unk]", " ").replace("&", " and ")
    plain = _POINT.sub(" point ", plain)
    plain = _DIGITS.sub(lambda m: f" {numerals.words(int(m[0]))} " if len(m[0]) <= 3 else " ", plain)
    return " ".join(_LOOSE_APOSTROPHE.sub("", _NOT_WORD.sub(" ", plain)).split())


def expand(text: str) -> list[str]:
    """Give the words of a normalized text with contractions opened ("can't" -> "can", "not")."""
    out: list[str] = []
    for word in text.split():
        if word in _WHOLE:
            out += _WHOLE[word].split()
            continue
        for ending, full in _ENDINGS:
            if word.endswith(ending):
                word = word[: -len(ending)] + full  # noqa: PLW2901 - one word becomes two
                break
        else:
            if word.endswith("'s"):
                word = word[:-2] + " is"  # noqa: PLW2901
        out += word.split()
    return out


def is_noise(text: str) -> bool:
    """Tell whether a normalized text holds nothing but what breath and clicks are printed as."""
    return all(word in _NOISE for word in text.split())
