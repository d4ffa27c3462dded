"""What the learned weights look at: words, word pairs, pieces of words, classes of near synonyms, strange words."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

Concepts = Mapping[str, frozenset[str]]  # phrase -> the classes it belongs to

_ASKING: tuple[str, ...] = (
    "how long",
    "how often",
    "how many",
    "how",
    "why",
    "what",
    "which",
    "when",
    "should",
    "can",
    "could",
    "is",
)
_ASKING += ("does", "do", "will", "would", "where", "who")
# words and pairs, pieces, classes: each is scaled to this length on its own, by cross-validation
GROUPS = {"w": 1.2, "c": 1.4, "k": 0.5}


def index_concepts(concepts: Mapping[str, Iterable[str]]) -> dict[str, frozenset[str]]:
    """Turn class -> phrases into phrase -> classes."""
    index: dict[str, set[str]] = {}
    for name, phrases in concepts.items():
        for phrase in phrases:
            index.setdefault(phrase, set()).add(name)
    return {phrase: frozenset(names) for phrase, names in index.items()}


def concepts_in(words: list[str], concepts: Concepts) -> list[str]:
    """Give the classes named by words or runs of up to four words, sorted."""
    found: set[str] = set()
    for size in (1, 2, 3, 4):
        for at in range(len(words) - size + 1):
            found |= concepts.get(" ".join(words[at : at + size]), frozenset())
    return sorted(found)


def extract(text: str, concepts: Concepts, strange: int) -> dict[str, set[str]]:
    """Give the features of a normalized sentence by group; `strange` counts its words that no topic knows."""
    words = text.split()
    framed = ["^", *words, "$"]
    w = set(words) | {f"{a} {b}" for a, b in itertools.pairwise(framed)}
    c = set().union(*map(_pieces, words))
    classes = concepts_in(words, concepts)
    asking = next((a for a in _ASKING if f" {a} " in f" {text} "), "-")
    k = set(classes) | {f"{a}+{b}" for i, a in enumerate(classes) for b in classes[i + 1 :]}
    k |= {f"{asking}?{name}" for name in classes} | {f"{asking}?"}
    k.add(f"strange={min(strange, 4)}")
    k.add(f"length={min(len(words) // 3, 5)}")
    k.add(f"classes={min(len(classes), 4)}")
    return {"w": {f"w:{x}" for x in w}, "c": c, "k": {f"k:{x}" for x in k}}


@lru_cache(maxsize=4096)
def _pieces(word: str) -> frozenset[str]:
    """Give the runs of 3 to 5 letters of a word, its ends marked; ten readings of an utterance share most words."""
    padded = f" {word} "
    return frozenset(f"c:{padded[at : at + size]}" for size in (3, 4, 5) for at in range(len(padded) - size + 1))


def vector(groups: Mapping[str, set[str]], idf: Mapping[str, float]) -> dict[str, float]:
    """Weigh features by rarity, each group scaled to its length; features without an idf are left out."""
    out: dict[str, float] = {}
    for group, weight in GROUPS.items():
        values = {f: idf[f] for f in groups[group] if f in idf}
        scale = weight / (math.sqrt(sum(v * v for v in values.values())) or 1.0)
        out |= {f: v * scale for f, v in values.items()}
    return out
