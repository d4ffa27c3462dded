"""hassil templates to plain phrases: counted before they are expanded, refused with file and line above a limit."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from zlib import crc32

from hassil import recognize_best
from hassil.expression import Alternative, Expression, Group, Permutation, RuleReference, Sentence
from hassil.intents import Intents
from hassil.parse_expression import parse_sentence
from hassil.parser import ParseError
from hassil.sample import sample_expression

from voice_skill.errors import ContentError, TemplateTooLarge
from voice_skill.normalize import normalize

LIMIT = 200  # phrases a template; a person never means more ways than this by one line

Rules = Mapping[str, Sentence]


def parse(text: str, path: Path, line: int) -> Sentence:
    """Parse one template; ContentError names the file and line of a mistake."""
    try:
        return parse_sentence(text)
    except (ParseError, ValueError) as exc:
        raise ContentError(f"the template cannot be read: {text!r}", path, line) from exc


def count(expression: Expression, rules: Rules) -> int:
    """Count the phrases an expression stands for, without expanding it; KeyError names an unknown rule."""
    if isinstance(expression, RuleReference):
        return count(rules[expression.rule_name].expression, rules)
    if not isinstance(expression, Group):
        return 1
    counts = [count(item, rules) for item in expression.items]
    if isinstance(expression, Alternative):
        return sum(counts)
    ways = math.factorial(len(counts)) if isinstance(expression, Permutation) else 1
    return ways * math.prod(counts)


def expand(text: str, path: Path, line: int, rules: Rules, lists: Mapping[str, list[str]]) -> list[str]:
    """Give the normalized phrases of a template; of a {list} just one value, a fixed one for each template."""
    filled = text
    for name, values in lists.items():
        filled = filled.replace("{" + name + "}", values[crc32(text.encode()) % len(values)])
    if "{" in filled:
        raise ContentError(f"the template names a list that is not declared: {text!r}", path, line)
    sentence = parse(filled, path, line)
    try:
        size = count(sentence.expression, rules)
    except KeyError as exc:
        raise ContentError(f"the template names <{exc.args[0]}>, which no rule declares", path, line) from exc
    if size > LIMIT:
        raise TemplateTooLarge(f"the template stands for {size} phrases, {LIMIT} at most", path, line)
    texts = sample_expression(sentence.expression, expansion_rules=dict(rules))
    return list(dict.fromkeys(filter(None, map(normalize, texts))))


def recognizer(phrases: Mapping[str, list[str]]) -> Callable[[str], str | None]:
    """Give hassil's own matcher over label -> phrases: a text to its label, None where no phrase fits it."""
    intents = Intents.from_dict(
        {"language": "en", "intents": {label: {"data": [{"sentences": texts}]} for label, texts in phrases.items()}}
    )

    def recognized(text: str) -> str | None:
        found = recognize_best(text, intents)
        return found.intent.name if found else None

    return recognized
