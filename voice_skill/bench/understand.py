"""How well the skill understands what it never learned: cross-validation over the collected utterances."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from tqdm import tqdm

from voice_skill import content, phrases, training
from voice_skill.bench.rows import Outcome, Row, answer_rows
from voice_skill.messages import Heard, Hypothesis

FOLDS = 5


def _fold(folder: Path, number: int) -> list[Outcome]:
    pack = content.load(folder)
    everything = phrases.collect(pack)
    held: list[phrases.Phrase] = []
    kept: list[phrases.Phrase] = []
    place = 0
    for phrase in everything:
        if phrase.collected:
            (held if place % FOLDS == number else kept).append(phrase)
            place += 1
        else:
            kept.append(phrase)
    learned = training.learn(kept, pack)
    rows = [
        Row(Heard((Hypothesis(p.text, 1.0),)), p.label, pack.topics[p.label].also if p.label in pack.topics else ())
        for p in held
    ]
    return answer_rows(pack, learned, rows)


def cross_validate(folder: Path, workers: int = 2) -> list[Outcome]:
    """Answer every collected utterance with weights that never saw its fold."""
    with ProcessPoolExecutor(workers) as pool:
        runs = pool.map(partial(_fold, folder), range(FOLDS))
        parts = list(tqdm(runs, total=FOLDS, desc="folds", unit="fold", disable=None, leave=False))
    return [outcome for part in parts for outcome in part]
