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

Written by `voice-skill bench report --corpus {corpora}`, version {version}, on {machine}, Python {python}.
Shares stand with their 95 % Wilson interval and counts. A fair second topic counts half; a question answered with
"did you mean" counts as not right. Nothing was written against the questions of this page.
"""
_KINDS = ("babble", "hum", "hiss")  # heard at 10 dB, beside the kitchen at every level


@dataclass(frozen=True)
class Asked:
    """Hold what to measure with: files of labelled questions, how many of the first are said, by whom, at which SNR."""

    corpora: Sequence[Path]
    most: int
    voices: Sequence[str]
    snr_db: Sequence[float]


def measure(pack_folder: Path, asked: Asked, out: Path) -> tuple[Path, Result]:
    """Run text, cross-validation, peers and speech; write the page and its plots, give its place and the figures."""
    first = asked.corpora[0]
    unseen = Result()
    for corpus in asked.corpora:
        unseen.outcomes |= runs.text(pack_folder, corpus).outcomes
    folds = runs.text(pack_folder, None)
    ours = next(iter(unseen.outcomes.values()))
    everyone = Result({"voice-skill": ours} | runs.compare(pack_folder, first).outcomes)
    kitchen = [speech.Condition(), *(speech.Condition("kitchen", snr) for snr in asked.snr_db)]
    kinds = [speech.Condition(kind, 10) for kind in _KINDS]
    said = runs.spoken(pack_folder, runs.sample(first, asked.most), asked.voices, [*kitchen, *kinds])
    plots.threshold({n: figures.curve(o) for n, o in everyone.outcomes.items()}, out / "plots" / "threshold")
    runs.noise_plot(said, kitchen, out / "plots" / "noise")
    parts = [*_text(asked, unseen, folds), *_others(first, everyone), *_speech(asked, said), *_mistakes(ours)]
    page = out / "understanding.md"
    store.write(page, ("\n\n".join(part.strip() for part in parts) + "\n").encode())
    return page, Result(folds.outcomes | unseen.outcomes | said.outcomes, said.remarks)


def _text(asked: Asked, unseen: Result, folds: Result) -> list[str]:
    head = _HEAD.format(
        corpora=" ".join(c.as_posix() for c in asked.corpora),
        version=__version__,
        machine=platform.machine(),
        python=platform.python_version(),
    )
    parts = [head, "## Text"]
    for path, found in zip(asked.corpora, unseen.outcomes.values(), strict=True):
        parts += [f"`{path.name}`, {len(found)} questions that nothing was written against:", _table(found)]
    parts.append("Five-fold cross-validation over the collected utterances, by weights that never saw their fold:")
    return [*parts, _table(next(iter(folds.outcomes.values())))]


def _others(first: Path, everyone: Result) -> list[str]:
    return [
        "## Beside others",
        f"The same phrases in other hands, on `{first.name}`: the share of topics that are the best guess, "
        "and the share answered right when the threshold lets so many foreign questions through.",
        _peers(everyone),
        "![right against foreign answered](plots/threshold.svg)",
    ]


def _speech(asked: Asked, said: Result) -> list[str]:
    voices = ", ".join(asked.voices)
    count = len(next(iter(said.outcomes.values())))
    text = f"{count} of the questions of `{asked.corpora[0].name}`, said by {voices} in turns, with noise made here."
    parts = ["## Speech", text]
    for name, found in said.outcomes.items():
        parts += [f"{name}, {said.remarks[name]}:", _table(found)]
    return [*parts, "![shares against noise](plots/noise.svg)"]


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


def _mistakes(outcomes: Sequence[Outcome]) -> list[str]:
    lines = ["| asked for | given | how often |", "|---|---|---|"]
    lines += [f"| {label} | {given} | {count} |" for label, given, count, _ in figures.confusions(outcomes)]
    return ["## The twenty most frequent mistakes in text", "\n".join(lines)]
