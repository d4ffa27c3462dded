"""Learn the weights from the phrases of a pack; the one room that knows scikit-learn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from voice_skill import features
from voice_skill.errors import SettingsError
from voice_skill.phrases import Phrase, closed
from voice_skill.weights import Weights

COMMON_LABELS = 12  # a word under so many labels says nothing about a topic
MIN_TEMPLATES = 2  # a feature of one template alone is chance
MOST_SIBLINGS = 16  # phrases taken of one template
SMALLEST = 0.004  # weights below this share of the greatest are dropped with their feature
INVERSE_PENALTY = 20.0  # C of the logistic regression, by cross-validation
TEMPERATURE = 1.0


def learn(phrases: Sequence[Phrase], concepts: Mapping[str, Sequence[str]], digest: str) -> Weights:
    """Fit a multinomial logistic regression (L2, lbfgs) on all phrases; those of one template share its weight."""
    try:
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression
    except ImportError as exc:
        hint = "Install it with: pip install 'voice-skill[build]'"
        raise SettingsError("building the weights needs scikit-learn", hint) from exc
    index = features.index_concepts(concepts)
    taken = _taken(phrases)
    known, once, common = _vocabulary(taken)
    groups = [features.extract(p.text, index, _strange(p, known if p.label == "none" else once, common)) for p in taken]
    idf = _idf(taken, groups)
    columns = {f: i for i, f in enumerate(idf)}
    rows, cols, values = [], [], []
    for row, group in enumerate(groups):
        for feature, value in features.vector(group, idf).items():
            rows.append(row)
            cols.append(columns[feature])
            values.append(value)
    matrix = csr_matrix((values, (rows, cols)), shape=(len(taken), len(columns)))
    sample_weight = [1 / math.sqrt(min(p.siblings, MOST_SIBLINGS)) for p in taken]
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=400, tol=1e-3)
    model.fit(matrix, [p.label for p in taken], sample_weight=sample_weight)
    coefficients = model.coef_.T.astype(np.float32) * TEMPERATURE
    kept = np.flatnonzero(np.abs(coefficients).max(axis=1) >= SMALLEST * np.abs(coefficients).max())
    names = list(idf)
    return Weights(
        labels=tuple(str(c) for c in model.classes_),
        index={names[k]: i for i, k in enumerate(kept)},
        idf={names[k]: idf[names[k]] for k in kept},
        matrix=coefficients[kept],
        bias=model.intercept_.astype(np.float32) * TEMPERATURE,
        known=known,
        common=common,
        closed=dict(closed(list(phrases))),
        concepts=index,
        digest=digest,
    )


def _taken(phrases: Sequence[Phrase]) -> list[Phrase]:
    counts: dict[int, int] = defaultdict(int)
    out = []
    for phrase in phrases:
        counts[phrase.template] += 1
        if counts[phrase.template] <= MOST_SIBLINGS:
            out.append(phrase)
    return out


def _vocabulary(phrases: Sequence[Phrase]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Give the words that topics use, those that two templates of topics use, and those that say nothing."""
    templates: dict[str, set[int]] = defaultdict(set)
    labels: dict[str, set[str]] = defaultdict(set)
    for phrase in phrases:
        for word in phrase.text.split():
            labels[word].add(phrase.label)
            if phrase.label != "none":
                templates[word].add(phrase.template)
    common = frozenset(w for w, found in labels.items() if len(found) >= COMMON_LABELS)
    known = frozenset(templates)
    return known, frozenset(w for w, found in templates.items() if len(found) > 1), common


def _strange(phrase: Phrase, known: frozenset[str], common: frozenset[str]) -> int:
    return sum(1 for w in phrase.text.split() if w not in known and w not in common)


def _idf(phrases: Sequence[Phrase], groups: Sequence[Mapping[str, set[str]]]) -> dict[str, float]:
    found: dict[str, set[int]] = defaultdict(set)
    for phrase, group in zip(phrases, groups, strict=True):
        for feature in sorted(set().union(*group.values())):
            found[feature].add(phrase.template)
    total = len({p.template for p in phrases})
    return {f: math.log((1 + total) / (1 + len(t))) + 1 for f, t in sorted(found.items()) if len(t) >= MIN_TEMPLATES}
