"""The learned evidence: load it, weigh an utterance with it, and know when it is stale."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_skill import features
from voice_skill.errors import WeightsError
from voice_skill.wordvectors import WordVectors

FILE = "weights.npz"
VERSION = 3
MOST_WORDS = 5000  # of which the sum of their pieces is kept
_ARRAYS = ("matrix", "scale", "bias", "sense", "idf")
_BUILD = "Run: voice-skill pack build"


@dataclass(frozen=True)
class Weights:
    """Hold what was learned from a pack.

    matrix: float32 [features, labels]; bias: float32 [labels]; idf: float32 [features]; sense: float32 [axes, labels],
    for the vector of a sentence; known: the words that topics use; common: the words that say nothing about a topic;
    closed: phrases of controls with their labels; endings: how often a phrase ends after these words.
    """

    labels: tuple[str, ...]
    index: Mapping[str, int]
    idf: Mapping[str, float]
    matrix: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    sense: npt.NDArray[np.float32]
    known: frozenset[str]
    common: frozenset[str]
    closed: Mapping[str, str]
    concepts: features.Concepts
    digest: str
    endings: Mapping[str, float]
    _words: dict[str, tuple[npt.NDArray[np.float32], float]] = field(default_factory=dict, compare=False, repr=False)

    def strange(self, text: str) -> list[str]:
        """Give the words of a normalized text that no topic knows."""
        return [w for w in text.split() if w not in self.common and w not in self.known]

    @cached_property
    def importance(self) -> Mapping[str, float]:
        """Give how much a word counts in the vector of a sentence, 0 to 1."""
        return features.importance(self.idf)

    def evidence(self, texts: Sequence[str], vectors: WordVectors) -> npt.NDArray[np.float32]:
        """Give what each of some normalized texts says for each label, float32 [texts, labels].

        All at once: ten readings of an utterance share most words.
        """
        split = [text.split() for text in texts]
        said = self._of_words(texts) + self._of_letters(split)
        if vectors.axes:
            said += vectors.sentences(split, self.importance) @ self.sense
        return said

    def _of_words(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        weighed = [
            features.vector(features.extract(t, self.concepts, len(self.strange(t)), letters=False), self.idf)
            for t in texts
        ]
        columns = {f: i for i, f in enumerate(dict.fromkeys(f for values in weighed for f in values))}
        matrix = np.zeros((len(texts), len(columns)), dtype=np.float32)
        for row, values in zip(matrix, weighed, strict=True):
            row[[columns[f] for f in values]] = list(values.values())
        said: npt.NDArray[np.float32] = matrix @ self.matrix[[self.index[f] for f in columns]]
        return said

    def _of_letters(self, split: Sequence[Sequence[str]]) -> npt.NDArray[np.float32]:
        """Give what the pieces of words say: the same as by `features.vector`, with the sum of each word kept."""
        columns = {w: i for i, w in enumerate(dict.fromkeys(w for words in split for w in words))}
        parts = [self._of_word(w) for w in columns]
        matrix = np.zeros((len(split), len(columns)), dtype=np.float32)
        for row, words in zip(matrix, split, strict=True):
            row[[columns[w] for w in words]] = 1.0
        squares = np.array([square for _, square in parts], dtype=np.float32)
        lengths = np.sqrt(np.maximum(matrix @ squares, np.float32(1e-12)))
        rows = np.array([part for part, _ in parts], dtype=np.float32).reshape(len(columns), len(self.labels))
        said: npt.NDArray[np.float32] = (matrix @ rows) * (np.float32(features.GROUPS["c"]) / lengths[:, None])
        return said

    def _of_word(self, word: str) -> tuple[npt.NDArray[np.float32], float]:
        if word not in self._words:
            found = [f for f in sorted(features.pieces(word)) if f in self.index]
            values = np.array([self.idf[f] for f in found], dtype=np.float32)
            if len(self._words) > MOST_WORDS:
                self._words.clear()
            self._words[word] = values @ self.matrix[[self.index[f] for f in found]], float(values @ values)
        return self._words[word]

    def probabilities(self, evidence: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Give the probability of each label by its evidence, float32 [..., labels]."""
        logits = evidence + self.bias
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        shares: npt.NDArray[np.float32] = odds / odds.sum(axis=-1, keepdims=True)
        return shares

    def reasons(self, text: str, label: str, vectors: WordVectors) -> list[tuple[str, float]]:
        """Give what in a text speaks for a label, strongest first, with its share of the logit."""
        column = self.labels.index(label)
        groups = features.extract(text, self.concepts, len(self.strange(text)))
        weighed = features.vector(groups, self.idf)
        parts = [(f, v * float(self.matrix[self.index[f], column])) for f, v in weighed.items()]
        if vectors.axes:
            sense = vectors.sentences([text.split()], self.importance) @ self.sense[:, column]
            parts.append(("s:", float(sense[0])))
        return sorted(parts, key=lambda p: -p[1])


def dump(weights: Weights) -> bytes:
    """Pack weights into bytes: the matrix as int8 with one scale a label, everything else as JSON."""
    scale = np.abs(weights.matrix).max(axis=0) / 127 + 1e-12
    names = sorted(weights.index, key=lambda f: weights.index[f])
    head = {
        "version": VERSION,
        "digest": weights.digest,
        "labels": weights.labels,
        "features": names,
        "known": sorted(weights.known),
        "common": sorted(weights.common),
        "closed": dict(sorted(weights.closed.items())),
        "endings": dict(sorted(weights.endings.items())),
        "concepts": {phrase: sorted(names) for phrase, names in sorted(weights.concepts.items())},
    }
    parts = {
        "head.json": json.dumps(head, separators=(",", ":")).encode(),
        "matrix.npy": _npy(np.rint(weights.matrix / scale).astype(np.int8)),
        "scale.npy": _npy(scale.astype(np.float32)),
        "bias.npy": _npy(weights.bias),
        "sense.npy": _npy(weights.sense.astype(np.float16)),
        "idf.npy": _npy(np.array([weights.idf[f] for f in names], dtype=np.float16)),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in parts.items():
            # a fixed date: the same pack gives the same bytes
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def load(path: Path) -> Weights:
    """Read weights; WeightsError when they are missing, torn or of another version."""
    try:
        with zipfile.ZipFile(path) as archive:
            head = json.loads(archive.read("head.json"))
            arrays = {n: np.load(io.BytesIO(archive.read(f"{n}.npy"))) for n in _ARRAYS}
    except FileNotFoundError as exc:
        raise WeightsError("the learned weights are missing", path, hint=_BUILD) from exc
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as exc:
        raise WeightsError("the learned weights are torn", path, hint=_BUILD) from exc
    if head.get("version") != VERSION:
        raise WeightsError("the learned weights are of another version", path, hint=_BUILD)
    return Weights(
        labels=tuple(head["labels"]),
        index={f: i for i, f in enumerate(head["features"])},
        idf=dict(zip(head["features"], arrays["idf"].astype(np.float32).tolist(), strict=True)),
        matrix=arrays["matrix"].astype(np.float32) * arrays["scale"],
        bias=arrays["bias"],
        sense=arrays["sense"].astype(np.float32),
        known=frozenset(head["known"]),
        common=frozenset(head["common"]),
        closed=head["closed"],
        concepts={phrase: frozenset(names) for phrase, names in head["concepts"].items()},
        digest=head["digest"],
        endings=head["endings"],
    )


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
