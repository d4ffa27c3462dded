"""What the learned weights look at: words, word pairs, pieces of words, classes of near synonyms, strange words."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Iterable, Mapping

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
SENSE = 1.5  # the same for the vector of the sentence


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
    for at in range(len(words)):
        run = ""
        for word in words[at : at + 4]:
            run = f"{run} {word}" if run else word
            if run in concepts:
                found |= concepts[run]
    return sorted(found)


def importance(idf: Mapping[str, float]) -> dict[str, float]:
    """Give how much each word counts in the vector of a sentence, 0 to 1: its rarity among all templates, squared."""
    top = max(idf.values(), default=2.0) - 1.0
    return {f[2:]: ((v - 1.0) / top) ** 2 for f, v in idf.items() if f.startswith("w:") and " " not in f}


def extract(text: str, concepts: Concepts, strange: int, *, letters: bool = True) -> dict[str, Mapping[str, int]]:
    """Give the features of a normalized sentence by group, each with how often it counts.

    `strange` counts the sentence's words that no topic knows. A piece of letters counts once for each word that holds
    it; without `letters` there are none.
    """
    words = text.split()
    framed = ["^", *words, "$"]
    w = set(words) | {f"{a} {b}" for a, b in itertools.pairwise(framed)}
    classes = concepts_in(words, concepts)
    asking = next((a for a in _ASKING if f" {a} " in f" {text} "), "-")
    k = set(classes) | {f"{a}+{b}" for i, a in enumerate(classes) for b in classes[i + 1 :]}
    k |= {f"{asking}?{name}" for name in classes} | {f"{asking}?"}
    k.add(f"strange={min(strange, 4)}")
    k.add(f"length={min(len(words) // 3, 5)}")
    k.add(f"classes={min(len(classes), 4)}")
    groups: dict[str, Mapping[str, int]] = {
        "w": dict.fromkeys([f"w:{x}" for x in w], 1),
        "k": dict.fromkeys([f"k:{x}" for x in k], 1),
    }
    if letters:
        groups["c"] = Counter(itertools.chain.from_iterable(pieces(word) for word in set(words)))
    return groups


def pieces(word: str) -> frozenset[str]:
    """Give the runs of 3 to 5 letters of a word, its ends marked."""
    padded = f" {word} "
    return frozenset(f"c:{padded[at : at + size]}" for size in (3, 4, 5) for at in range(len(padded) - size + 1))


def vector(groups: Mapping[str, Mapping[str, int]], idf: Mapping[str, float]) -> dict[str, float]:
    """Weigh features by rarity, each group scaled to its length; features without an idf are left out."""
    out: dict[str, float] = {}
    for group, features in groups.items():
        counted = [(f, n, idf[f]) for f, n in features.items() if f in idf]
        scale = GROUPS[group] / (math.sqrt(sum([n * rarity * rarity for _, n, rarity in counted])) or 1.0)
        for feature, n, rarity in counted:
            out[feature] = n * rarity * scale
    return out
