"""Learn the weights from the phrases of a pack; the one room that knows scikit-learn."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from voice_skill import features
from voice_skill.content import Pack
from voice_skill.endpoint import learn_endings
from voice_skill.errors import SettingsError
from voice_skill.phrases import Phrase, closed
from voice_skill.weights import Weights

COMMON_LABELS = 12  # a word under so many labels says nothing about a topic
MIN_TEMPLATES = 2  # a feature of one template alone is chance
MOST_SIBLINGS = 16  # phrases taken of one template
SMALLEST = 0.004  # weights below this share of the greatest are dropped with their feature
INVERSE_PENALTY = 20.0  # C of the logistic regression, by cross-validation


def learn(phrases: Sequence[Phrase], pack: Pack) -> Weights:
    """Fit a multinomial logistic regression (L2, lbfgs) on all phrases; those of one template share its weight."""
    try:
        from scipy.sparse import csr_matrix, hstack
        from sklearn.linear_model import LogisticRegression
    except ImportError as exc:
        hint = "Install it with: pip install 'voice-skill[build]'"
        raise SettingsError("building the weights needs scikit-learn", hint) from exc
    index = features.index_concepts(pack.concepts)
    taken = _taken(phrases)
    known, once, common = _vocabulary(taken)
    groups = [features.extract(p.text, index, _strange(p, known if p.label == "none" else once, common)) for p in taken]
    idf = _idf(taken, groups)
    sense = _senses(taken, pack, features.importance(idf))
    sample_weight = [1 / math.sqrt(min(p.siblings, MOST_SIBLINGS)) for p in taken]
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=400, tol=1e-3)
    model.fit(
        hstack([_matrix(groups, idf), csr_matrix(sense)]).tocsr(), [p.label for p in taken], sample_weight=sample_weight
    )
    found = model.coef_.T.astype(np.float32)
    coefficients = found[: len(idf)]
    kept = np.flatnonzero(np.abs(coefficients).max(axis=1) >= SMALLEST * np.abs(coefficients).max())
    names = list(idf)
    return Weights(
        labels=tuple(str(c) for c in model.classes_),
        index={names[k]: i for i, k in enumerate(kept)},
        idf={names[k]: idf[names[k]] for k in kept},
        matrix=coefficients[kept],
        bias=model.intercept_.astype(np.float32),
        sense=found[len(idf) :] * features.SENSE,
        known=known,
        common=common,
        closed=dict(closed(list(phrases))),
        concepts=index,
        digest=pack.digest,
        endings=learn_endings(p.text for p in phrases),
    )


def _matrix(groups: Sequence[Mapping[str, Mapping[str, int]]], idf: Mapping[str, float]) -> Any:
    """Give the sparse matrix [phrases, features] of weighed features."""
    from scipy.sparse import csr_matrix

    columns = {f: i for i, f in enumerate(idf)}
    rows, cols, values = [], [], []
    for row, group in enumerate(groups):
        for feature, value in features.vector(group, idf).items():
            rows.append(row)
            cols.append(columns[feature])
            values.append(value)
    return csr_matrix((values, (rows, cols)), shape=(len(groups), len(columns)))


def _senses(phrases: Sequence[Phrase], pack: Pack, importance: Mapping[str, float]) -> Any:
    """Give the weighed vectors of phrases, float32 [phrases, axes]; a few at a time, each makes a matrix of its own."""
    split = [p.text.split() for p in phrases]
    parts = [pack.vectors.sentences(split[at : at + 200], importance) for at in range(0, len(split), 200)]
    return features.SENSE * np.concatenate(parts)


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


def _idf(phrases: Sequence[Phrase], groups: Sequence[Mapping[str, Mapping[str, int]]]) -> dict[str, float]:
    found: dict[str, set[int]] = defaultdict(set)
    for phrase, group in zip(phrases, groups, strict=True):
        for feature in sorted(set().union(*group.values())):
            found[feature].add(phrase.template)
    total = len({p.template for p in phrases})
    return {f: math.log((1 + total) / (1 + len(t))) + 1 for f, t in sorted(found.items()) if len(t) >= MIN_TEMPLATES}
