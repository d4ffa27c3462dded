"""The learned evidence: load it, weigh an utterance with it, and know when it is stale."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_skill import features
from voice_skill.errors import WeightsError
from voice_skill.messages import Hypothesis

FILE = "weights.npz"
VERSION = 1
_BUILD = "Run: voice-skill pack build"


@dataclass(frozen=True)
class Weights:
    """Hold what was learned from a pack.

    matrix: float32 [features, labels]; bias: float32 [labels]; idf: float32 [features]; known: the words that topics
    use; common: the words that say nothing about a topic; closed: phrases of controls with their labels.
    """

    labels: tuple[str, ...]
    index: Mapping[str, int]
    idf: Mapping[str, float]
    matrix: npt.NDArray[np.float32]
    bias: npt.NDArray[np.float32]
    known: frozenset[str]
    common: frozenset[str]
    closed: Mapping[str, str]
    concepts: features.Concepts
    digest: str

    def strange(self, text: str) -> list[str]:
        """Give the words of a normalized text that no topic knows."""
        return [w for w in text.split() if w not in self.common and w not in self.known]

    def evidence(self, readings: Sequence[Hypothesis]) -> npt.NDArray[np.float32]:
        """Give what weighted readings say for each label, float32 [labels]; it adds up over readings."""
        total: dict[str, float] = {}
        for reading in readings:
            groups = features.extract(reading.text, self.concepts, len(self.strange(reading.text)))
            for feature, value in features.vector(groups, self.idf).items():
                total[feature] = total.get(feature, 0.0) + value * reading.weight
        rows = np.fromiter((self.index[f] for f in total), dtype=np.intp, count=len(total))
        values = np.fromiter(total.values(), dtype=np.float32, count=len(total))
        said: npt.NDArray[np.float32] = values @ self.matrix[rows]
        return said

    def probabilities(self, evidence: npt.NDArray[np.float32]) -> dict[str, float]:
        """Give the probability of each label, by evidence of readings whose weights add up to 1."""
        logits = evidence + self.bias
        odds = np.exp(logits - logits.max())
        return dict(zip(self.labels, (odds / odds.sum()).tolist(), strict=True))

    def reasons(self, text: str, label: str, most: int) -> list[tuple[str, float]]:
        """Give the features of a text that speak for a label, strongest first, with their share of the logit."""
        column = self.labels.index(label)
        groups = features.extract(text, self.concepts, len(self.strange(text)))
        weighed = features.vector(groups, self.idf)
        parts = [(f, v * float(self.matrix[self.index[f], column])) for f, v in weighed.items()]
        return sorted(parts, key=lambda p: -p[1])[:most]


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
        "concepts": {phrase: sorted(names) for phrase, names in sorted(weights.concepts.items())},
    }
    parts = {
        "head.json": json.dumps(head, separators=(",", ":")).encode(),
        "matrix.npy": _npy(np.rint(weights.matrix / scale).astype(np.int8)),
        "scale.npy": _npy(scale.astype(np.float32)),
        "bias.npy": _npy(weights.bias),
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
            arrays = {n: np.load(io.BytesIO(archive.read(f"{n}.npy"))) for n in ("matrix", "scale", "bias", "idf")}
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
        known=frozenset(head["known"]),
        common=frozenset(head["common"]),
        closed=head["closed"],
        concepts={phrase: frozenset(names) for phrase, names in head["concepts"].items()},
        digest=head["digest"],
    )


def _npy(array: npt.NDArray[np.generic]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()
