"""The page docs/understanding.md: every figure and plot of a version, measured in one go."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from voice_skill import __version__, store
from voice_skill.bench import figures, plots, runs, speech
from voice_skill.bench.rows import Outcome
from voice_skill.bench.runs import Result

_HEAD = """# How well the skill understands

Written by `voice-skill bench report --corpus {corpus}`, version {version}, on {machine}, Python {python}.
Shares stand with their 95 % Wilson interval and counts. A fair second topic counts half; a question answered with
"did you mean" counts as not right. Nothing was written against the questions of this page.
"""
_KINDS = ("babble", "hum", "hiss")  # heard at 10 dB, beside the kitchen at every level


@dataclass(frozen=True)
class Asked:
    """Hold what to measure with: labelled questions, how many of them are said, by whom, at which SNRs in dB."""

    corpus: Path
    most: int
    voices: Sequence[str]
    snr_db: Sequence[float]


def measure(pack_folder: Path, asked: Asked, out: Path) -> tuple[Path, Result]:
    """Run text, cross-validation, peers and speech; write the page and its plots, give its place and the figures."""
    unseen = runs.text(pack_folder, asked.corpus)
    folds = runs.text(pack_folder, None)
    others = runs.compare(pack_folder, asked.corpus)
    kitchen = [speech.Condition(), *(speech.Condition("kitchen", snr) for snr in asked.snr_db)]
    kinds = [speech.Condition(kind, 10) for kind in _KINDS]
    said = runs.spoken(pack_folder, runs.sample(asked.corpus, asked.most), asked.voices, [*kitchen, *kinds])
    ours = next(iter(unseen.outcomes.values()))
    everyone = Result({"voice-skill": ours} | others.outcomes)
    plots.threshold({n: figures.curve(o) for n, o in everyone.outcomes.items()}, out / "plots" / "threshold")
    runs.noise_plot(said, kitchen, out / "plots" / "noise")
    parts = [
        _HEAD.format(
            corpus=asked.corpus.as_posix(),
            version=__version__,
            machine=f"{platform.machine()}",
            python=platform.python_version(),
        ),
        "## Text",
        f"{len(ours)} questions that nothing was written against:",
        _table(ours),
        "Five-fold cross-validation over the collected utterances, each answered by weights that never saw its fold:",
        _table(next(iter(folds.outcomes.values()))),
        "## Beside others",
        "The same phrases in other hands: the share of topics that are the best guess, and the share answered right "
        "when the threshold lets so many foreign questions through.",
        _peers(everyone),
        "![right against foreign answered](plots/threshold.svg)",
        "## Speech",
        f"{min(asked.most, len(ours))} of the same questions, said by {', '.join(asked.voices)} in turns, "
        "with noise made by `voice_skill/bench/noise.py`.",
        *(f"{name}, {said.remarks[name]}:\n\n{_table(found)}" for name, found in said.outcomes.items()),
        "![shares against noise](plots/noise.svg)",
        "## The twenty most frequent mistakes in text",
        _mistakes(ours),
    ]
    page = out / "understanding.md"
    store.write(page, ("\n\n".join(part.strip() for part in parts) + "\n").encode())
    return page, Result(folds.outcomes | unseen.outcomes | said.outcomes, folds.remarks | unseen.remarks | said.remarks)


def _table(outcomes: Sequence[Outcome]) -> str:
    lines = ["| | share | 95 % interval | of |", "|---|---|---|---|"]
    for name, figure in figures.figures(outcomes).items():
        low, high = figure.interval
        lines.append(f"| {name} | {figure.share:.1%} | {low:.1%} to {high:.1%} | {figure.count:g} of {figure.total} |")
    middle, late = figures.times_ms(outcomes)
    lines.append(f"| time a question | {middle:.1f} ms | 99th percentile {late:.1f} ms | {len(outcomes)} |")
    return "\n".join(lines)


def _peers(result: Result) -> str:
    lines = ["| | best topic | right at 3 % | right at 10 % | median |", "|---|---|---|---|---|"]
    for name, found in result.outcomes.items():
        shares = " | ".join(f"{figures.right_at(found, share):.1%}" for share in (1.0, *runs.SHARES))
        lines.append(f"| {name} | {shares} | {figures.times_ms(found)[0]:.1f} ms |")
    return "\n".join(lines)


def _mistakes(outcomes: Sequence[Outcome]) -> str:
    lines = ["| asked for | given | how often |", "|---|---|---|"]
    lines += [f"| {label} | {given} | {count} |" for label, given, count, _ in figures.confusions(outcomes)]
    return "\n".join(lines)
