"""Plots of the figures, each as PNG and SVG; the one room that knows matplotlib."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voice_skill.bench.figures import Figure
from voice_skill.errors import SettingsError

Curve = Sequence[tuple[float, float, float]]
Points = Mapping[str, Sequence[tuple[float, Figure]]]  # name -> (SNR in dB, figure)

CLEAN_DB = 30.0  # where "no noise" stands on the axis


def _figure() -> tuple[Any, Any, Any]:
    try:
        import matplotlib as mpl
    except ImportError as exc:
        raise SettingsError("plots need matplotlib", "Install it with: pip install 'voice-skill[bench]'") from exc
    mpl.use("Agg")
    mpl.rcParams["svg.hashsalt"] = "voice-skill"  # the same figures give the same file
    from matplotlib import pyplot

    drawing, axes = pyplot.subplots(figsize=(7, 4.2), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.3)
    return pyplot, drawing, axes


def _save(pyplot: Any, drawing: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    drawing.savefig(path.with_suffix(".png"), dpi=130, metadata={"Software": None})
    drawing.savefig(path.with_suffix(".svg"), metadata={"Date": None})
    pyplot.close(drawing)


def threshold(curves: Mapping[str, Curve], path: Path) -> None:
    """Draw topics answered right against foreign questions answered, as the threshold moves; one line a matcher."""
    pyplot, drawing, axes = _figure()
    for name, points in curves.items():
        if points:
            axes.step([100 * p[1] for p in points], [100 * p[2] for p in points], where="post", label=name)
    axes.set(xlim=(0, 30), ylim=(0, 100), xlabel="foreign questions answered, %", ylabel="topics answered right, %")
    if axes.lines:
        axes.legend(loc="lower right")
    _save(pyplot, drawing, path)


def against_noise(points: Points, path: Path) -> None:
    """Draw shares against the SNR, with their 95 % intervals; `CLEAN_DB` and above stands for no noise."""
    pyplot, drawing, axes = _figure()
    for name, measured in points.items():
        ordered = sorted(measured, key=lambda p: p[0])
        middle = [100 * f.share for _, f in ordered]
        low = [m - 100 * f.interval[0] for m, (_, f) in zip(middle, ordered, strict=True)]
        high = [100 * f.interval[1] - m for m, (_, f) in zip(middle, ordered, strict=True)]
        where = [snr for snr, _ in ordered]
        axes.errorbar(where, middle, yerr=[low, high], marker="o", capsize=3, label=name)
    places = sorted({snr for measured in points.values() for snr, _ in measured})
    axes.set_xticks(places, ["clean" if p >= CLEAN_DB else f"{p:g}" for p in places])
    axes.set(ylim=(0, 102), xlabel="signal-to-noise ratio, dB", ylabel="%")
    axes.legend(loc="center right")
    _save(pyplot, drawing, path)


def latency(parts: Mapping[str, Sequence[float]], path: Path) -> None:
    """Draw how long each part of an answer's way took, question by question, the slowest last; seconds in, ms drawn."""
    pyplot, drawing, axes = _figure()
    rows = sorted(zip(*parts.values(), strict=True), key=sum)
    below = [0.0] * len(rows)
    for number, name in enumerate(parts):
        heights = [1000 * row[number] for row in rows]
        axes.bar(range(1, len(rows) + 1), heights, bottom=below, label=name, width=0.9)
        below = [b + h for b, h in zip(below, heights, strict=True)]
    axes.set(xlabel="questions, the slowest last", ylabel="ms after the question's last sound")
    axes.legend(loc="upper left")
    _save(pyplot, drawing, path)


def rooms(rounds: Sequence[tuple[int, Sequence[float]]], path: Path) -> None:
    """Draw the seconds to each room's answer against the number of rooms that asked at the same moment."""
    pyplot, drawing, axes = _figure()
    for count, seconds in rounds:
        axes.plot([count] * len(seconds), seconds, "o", color="tab:blue", alpha=0.5)
    axes.plot([n for n, _ in rounds], [max(s) for _, s in rounds], color="tab:red", label="slowest")
    axes.axhline(3.0, color="grey", linestyle="--", label="3 s")
    axes.set(ylim=(0, None), xlabel="rooms that ask at once", ylabel="from last sound to answer, s")
    axes.legend(loc="upper left")
    _save(pyplot, drawing, path)
