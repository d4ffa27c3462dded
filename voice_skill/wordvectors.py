"""What words mean, as vectors: a sentence never met still lies near the ones it means the same as.

The table (`vectors.npz` of a pack) was made once by `script/word_vectors.py`: each word alone put through the sentence
encoder all-MiniLM-L6-v2 and reduced to the main axes, so that nothing but a table look-up is left for run time.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from voice_skill.errors import WeightsError

FILE = "vectors.npz"
_HINT = "Make it anew with script/word_vectors.py, or take the one that ships with the skill."


@dataclass(frozen=True)
class WordVectors:
    """Hold a vector for each word: rows: word -> row; table: int8 [words, axes]; scale: float32 [axes]."""

    rows: Mapping[str, int]
    table: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]

    @property
    def axes(self) -> int:
        """Give the length of a vector."""
        return int(self.table.shape[1])

    def sentences(self, split: Sequence[Sequence[str]], importance: Mapping[str, float]) -> npt.NDArray[np.float32]:
        """Give the mean direction of the words of each text, float32 [texts, axes], each of length 1.

        `importance` weighs words, 1 for one that it does not hold. A text without a known word gives 0.
        """
        columns = {w: i for i, w in enumerate(dict.fromkeys(w for words in split for w in words if w in self.rows))}
        matrix = np.zeros((len(split), len(columns)), dtype=np.float32)
        for row, words in zip(matrix, split, strict=True):
            for word in words:
                if word in columns:
                    row[columns[word]] += importance.get(word, 1.0)
        total: npt.NDArray[np.float32] = (matrix @ self.table[[self.rows[w] for w in columns]]) * self.scale
        lengths = np.sqrt((total * total).sum(axis=1, keepdims=True))
        lengths[lengths == 0] = 1.0
        means: npt.NDArray[np.float32] = total / lengths
        return means


def nothing() -> WordVectors:
    """Give vectors of no word, for a pack that has none."""
    return WordVectors({}, np.zeros((0, 0), dtype=np.int8), np.zeros(0, dtype=np.float32))


def dump(words: Sequence[str], table: npt.NDArray[np.float32]) -> bytes:
    """Pack vectors into bytes: the table as int8 with one scale an axis, float32 [words, axes]."""
    scale = np.abs(table).max(axis=0) / 127 + 1e-12
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        parts = {"words.json": json.dumps(list(words)).encode()}
        for name, array in (("table", np.rint(table / scale).astype(np.int8)), ("scale", scale.astype(np.float32))):
            part = io.BytesIO()
            np.save(part, array, allow_pickle=False)
            parts[f"{name}.npy"] = part.getvalue()
        for name, data in parts.items():
            # a fixed date: the same words give the same bytes
            archive.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED, 9)
    return out.getvalue()


def load(folder: Path) -> WordVectors:
    """Read the vectors of a pack, none when it has no such file; WeightsError when the file is torn."""
    path = folder / FILE
    if not path.exists():
        return nothing()
    try:
        with zipfile.ZipFile(path) as archive:
            words = json.loads(archive.read("words.json"))
            table = np.load(io.BytesIO(archive.read("table.npy")))
            scale = np.load(io.BytesIO(archive.read("scale.npy")))
        return WordVectors({w: i for i, w in enumerate(words)}, table, scale)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as exc:
        raise WeightsError("the word vectors are torn", path, hint=_HINT) from exc
