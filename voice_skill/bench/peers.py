"""The same phrases in other hands: what a matcher from a shelf makes of the same questions."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import fuzz, process
from tqdm import tqdm

from voice_skill import templates
from voice_skill.bench.rows import Outcome, Row
from voice_skill.errors import SettingsError
from voice_skill.phrases import Phrase

Guess = Callable[[str], tuple[str, float]]  # text -> label and score from 0 to 100


def peers(phrases: Sequence[Phrase]) -> Iterator[tuple[str, Guess]]:
    """Give the peers by name, each made ready with the phrases; SettingsError when padacioso is not installed."""
    texts = [p.text for p in phrases]
    labels = [p.label for p in phrases]
    yield "rapidfuzz WRatio", _nearest(texts, labels, fuzz.WRatio)
    yield "rapidfuzz token_set_ratio", _nearest(texts, labels, fuzz.token_set_ratio)
    by_label: dict[str, list[str]] = defaultdict(list)
    for phrase in phrases:
        by_label[phrase.label].append(phrase.text)
    recognized = templates.recognizer(by_label)

    def by_hassil(text: str) -> tuple[str, float]:
        label = recognized(text)
        return (label, 100.0) if label else ("none", 0.0)

    yield "hassil", by_hassil
    yield "padacioso", _padacioso(by_label)


def _nearest(texts: list[str], labels: list[str], scorer: Callable[..., float]) -> Guess:
    def guess(text: str) -> tuple[str, float]:
        found = process.extractOne(text, texts, scorer=scorer)
        return (labels[found[2]], float(found[1])) if found else ("none", 0.0)

    return guess


def _padacioso(by_label: dict[str, list[str]]) -> Guess:
    try:
        from padacioso import IntentContainer
    except ImportError as exc:
        hint = "Install it with: pip install 'voice-skill[bench]'"
        raise SettingsError("comparing with peers needs padacioso", hint) from exc
    container = IntentContainer()
    for label, texts in by_label.items():
        container.add_intent(label, texts)

    def guess(text: str) -> tuple[str, float]:
        # calc_intent() starts a pool and sends it all phrases with every question (a minute each): its inner step alone
        tried = (container._match(text, label, samples) for label, samples in container.intent_samples.items())
        found = max((t for t in tried if t), key=lambda t: t["conf"], default=None)
        return (found["name"], 100 * found["conf"]) if found else ("none", 0.0)

    return guess


def answer(guess: Guess, rows: Sequence[Row], name: str) -> list[Outcome]:
    """Let a peer answer all rows; its answer is its best guess, whatever the score."""
    out = []
    for row in tqdm(rows, desc=name, unit="question", disable=None, leave=False):
        start = time.perf_counter()
        label, score = guess(row.heard.text)
        seconds = time.perf_counter() - start
        topical = "." in label
        out.append(Outcome(row, label, label if topical else "none", score if topical else 0.0, seconds))
    return out
