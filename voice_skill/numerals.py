"""Numbers between 0 and 999 as English words, both ways."""

from __future__ import annotations

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
VALUES = {word: n for n, word in enumerate(_ONES)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}


def words(number: int) -> str:
    """Spell a whole number from 0 to 999 in words without hyphens; ValueError beyond."""
    if not 0 <= number <= 999:
        raise ValueError(number)
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens - 2] + (f" {_ONES[ones]}" if ones else "")
    hundreds, rest = divmod(number, 100)
    return f"{_ONES[hundreds]} hundred" + (f" and {words(rest)}" if rest else "")


def read(tokens: list[str], start: int) -> tuple[int, int] | None:
    """Read a number in words from tokens[start:]; give (value, index after it), or None where none starts."""
    value, at = 0, start
    while at < len(tokens) and tokens[at] in VALUES:
        step = VALUES[tokens[at]]
        # "twenty five" is one number, "five five" or "five twenty" are two
        if at > start and not (value % 10 == 0 and value % 100 >= 20 and step < 10):
            break
        value, at = value + step, at + 1
    if at == start:
        return None
    if at < len(tokens) and tokens[at] == "hundred" and value < 20:  # "twelve hundred" too
        rest = at + 2 if tokens[at + 1 : at + 2] == ["and"] else at + 1
        more = read(tokens, rest)
        return (value * 100 + more[0], more[1]) if more else (value * 100, at + 1)
    return value, at
