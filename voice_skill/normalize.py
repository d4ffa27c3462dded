"""What two sentences must share to be called the same."""

from __future__ import annotations

import re
import unicodedata

from voice_skill import numerals

_PLAIN = re.compile(r"(?:[a-z]++(?:'[a-z]++)*+| )*+")  # possessive: no text makes it go back
_NOT_WORD = re.compile(r"[^a-z0-9' ]+")
_DIGITS = re.compile(r"[0-9]+")
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")
_FRACTION = re.compile(r"(?:\b([0-9]+) +(?:and +)?)?\b([123])/([234])(?![0-9/])")
_FRACTIONS = {"12": "half", "13": "a third", "23": "two thirds", "14": "a quarter", "34": "three quarters"}
_SIGNS = {"\u2019": "'", "\u2018": "'", "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3"}
_COLON = re.compile(r"([0-9]+):([0-9]{2})(?= ?(h|m))")  # "1:15 hours", "2:30 mins"
_COLONS = {"h": "hour {} minutes", "m": "minutes {} seconds"}
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
    plain = "".join(_SIGNS.get(c, c) for c in text)
    plain = unicodedata.normalize("NFKD", plain)
    plain = "".join(c for c in plain if not unicodedata.combining(c)).lower()
    plain = plain.replace("-", " ").replace("[unk]", " ").replace("&", " and ")
    plain = _COLON.sub(lambda m: f"{m[1]} {_COLONS[m[3]].format(m[2])} ", plain)
    plain = _FRACTION.sub(_fraction, plain)
    plain = _POINT.sub(" point ", plain)
    plain = _DIGITS.sub(lambda m: f" {numerals.words(int(m[0]))} " if len(m[0]) <= 3 else " ", plain)
    return " ".join(_LOOSE_APOSTROPHE.sub("", _NOT_WORD.sub(" ", plain)).split())


def _fraction(found: re.Match[str]) -> str:
    """Give "1 1/2" as words."""
    part = _FRACTIONS.get(found[2] + found[3])
    if part is None:
        return found[0]
    return f"{found[1]} and {part.replace('half', 'a half')} " if found[1] else f" {part} "


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
