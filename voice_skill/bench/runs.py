"""Whole runs of the bench: text, speech, peers; each gives lines to print and values for JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voice_skill import content, phrases, settings, store, weights
from voice_skill.bench import figures, peers, plots, rows, speech, understand
from voice_skill.bench.rows import Outcome, Row
from voice_skill.settings import Settings

SHARES = (0.03, 0.1)  # of foreign questions let through, at which peers are compared (as in other people's tables)


@dataclass
class Result:
    """Hold what one run found: outcomes by name, in the order they were measured, and remarks by the same names."""

    outcomes: dict[str, list[Outcome]] = field(default_factory=dict)
    remarks: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Give everything as values for JSON."""
        return {
            name: figures.as_json(found) | ({"remark": self.remarks[name]} if name in self.remarks else {})
            for name, found in self.outcomes.items()
        }

    def lines(self, last: Mapping[str, Any]) -> list[str]:
        """Give one table a name, with what changed since the last run of the same name."""
        out: list[str] = []
        for name, found in self.outcomes.items():
            before = last.get(name)
            remark = f", {self.remarks[name]}" if name in self.remarks else ""
            out.append(f"{name}: {len(found)} questions{remark}{' (last column: since the last run)' * bool(before)}")
            out += [figures.table(found, before), ""]
        return out


def text(pack_folder: Path, corpus: Path | None) -> Result:
    """Answer a file of labelled questions, or cross-validate over the collected ones."""
    if corpus is None:
        return Result({"cross-validation": understand.cross_validate(pack_folder)})
    pack, learned = content.load(pack_folder), weights.load(pack_folder / weights.FILE)
    return Result({f"text {corpus.stem}": rows.answer_rows(pack, learned, rows.read_rows(corpus))})


def compare(pack_folder: Path, corpus: Path) -> Result:
    """Answer a file of labelled questions by each peer, with the pack's own phrases."""
    asked = rows.read_rows(corpus)
    known = phrases.collect(content.load(pack_folder))
    return Result({name: peers.answer(guess, asked, name) for name, guess in peers.peers(known)})


def comparison(result: Result) -> list[str]:
    """Give a row for each name: best topic right, right where few foreign ones pass, time."""
    head = f"{'':28}{'best topic':>12}" + "".join(f"{f'right at {s:.0%}':>14}" for s in SHARES) + f"{'median':>12}"
    lines = [head]
    for name, found in result.outcomes.items():
        best = figures.right_at(found, 1.0)
        shares = "".join(f"{figures.right_at(found, s):14.1%}" for s in SHARES)
        lines.append(f"{name:28}{best:12.1%}{shares}{figures.times_ms(found)[0]:9.1f} ms")
    return lines


def spoken(
    pack_folder: Path, asked: Sequence[Row], voices: Sequence[str], conditions: Sequence[speech.Condition]
) -> Result:
    """Have the questions said and heard under each condition, and answer what was heard."""
    pack, learned = content.load(pack_folder), weights.load(pack_folder / weights.FILE)
    result = Result()
    for what in conditions:
        heard = speech.hear(asked, voices, what, Settings())
        result.outcomes[f"spoken {what}"] = rows.answer_rows(pack, learned, heard)
        result.remarks[f"spoken {what}"] = f"word error rate {speech.word_error_rate(asked, heard):.1%}"
    return result


def sample(corpus: Path, most: int) -> list[Row]:
    """Give at most so many questions of a file, the same ones every time."""
    found = rows.read_rows(corpus)
    random.Random(3).shuffle(found)
    return found[:most]


def noise_plot(result: Result, conditions: Sequence[speech.Condition], path: Path) -> None:
    """Draw the figures of spoken runs against the SNR."""
    names = ("topic right", "controls right", "emergency caught", "foreign answered")
    points: dict[str, list[tuple[float, figures.Figure]]] = {name: [] for name in names}
    for what in conditions:
        snr = plots.CLEAN_DB if what.noise == "clean" else what.snr_db
        found = figures.figures(result.outcomes[f"spoken {what}"])
        for name in names:
            if name in found:
                points[name].append((snr, found[name]))
    plots.against_noise(points, path)


def last_run() -> dict[str, Any]:
    """Give the figures of earlier runs by name, {} when there are none that can be read."""
    path = settings.state_folder() / "bench.json"
    return figures.read_last(path.read_bytes() if path.is_file() else None)


def keep(result: Result, also: Path | None = None) -> None:
    """Keep the figures for the next run's comparison, and write them to a file too if one is named."""
    values = result.as_json()
    store.write(settings.state_folder() / "bench.json", _bytes(last_run() | values))
    if also:
        store.write(also, _bytes(values))


def _bytes(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, indent=1, ensure_ascii=False).encode() + b"\n"
