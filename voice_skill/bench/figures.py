"""Outcomes to figures: shares with confidence intervals, mistakes, the curve of the threshold, the last run beside."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from voice_skill.bench.rows import Outcome, points
from voice_skill.redflags import LEVELS


@dataclass(frozen=True)
class Figure:
    """Hold one share: `count` (a fair second topic counts half) of `total`."""

    count: float
    total: int

    @property
    def share(self) -> float:
        """Give the share, 0 of nothing."""
        return self.count / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Give the 95 % Wilson interval of the share."""
        if self.total == 0:
            return 0.0, 1.0
        z = 1.96
        middle = self.share + z * z / (2 * self.total)
        spread = z * math.sqrt(self.share * (1 - self.share) / self.total + z * z / (4 * self.total * self.total))
        return (middle - spread) / (1 + z * z / self.total), (middle + spread) / (1 + z * z / self.total)

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.share:6.1%}   [{low:.1%}, {high:.1%}]   {self.count:g} of {self.total}"


def figures(outcomes: Sequence[Outcome]) -> dict[str, Figure]:
    """Give name -> figure, for what the outcomes have rows of."""
    topical = [o for o in outcomes if "." in o.row.label]
    foreign = [o for o in outcomes if o.row.label == "none"]
    controls = [o for o in outcomes if o.row.label.startswith("control:")]
    calm = [o for o in outcomes if o.row.label not in LEVELS]
    out = {
        "topic right": Figure(sum(o.points for o in topical), len(topical)),
        "answered with a wrong topic": Figure(sum("." in o.given and not o.points for o in topical), len(topical)),
        "asked which": Figure(sum(o.given == "choice" for o in topical), len(topical)),
        "foreign answered": Figure(sum("." in o.given for o in foreign), len(foreign)),
        "foreign asked which": Figure(sum(o.given == "choice" for o in foreign), len(foreign)),
        "controls right": Figure(sum(o.points for o in controls), len(controls)),
    }
    for level in LEVELS:
        flagged = [o for o in outcomes if o.row.label == level]
        out[f"{level} caught"] = Figure(sum(o.points for o in flagged), len(flagged))
    out["false alarms"] = Figure(sum(o.given in LEVELS for o in calm), len(calm))
    return {name: figure for name, figure in out.items() if figure.total}


def times_ms(outcomes: Sequence[Outcome]) -> tuple[float, float]:
    """Give the median and the 99th percentile of the time a question took, in milliseconds."""
    ordered = sorted(o.seconds * 1000 for o in outcomes)
    return (ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]) if ordered else (0.0, 0.0)


def table(outcomes: Sequence[Outcome], last: Mapping[str, Any] | None = None) -> str:
    """Give the figures as lines: name, share, 95 % interval, counts, and what changed since the last run."""
    before = (last or {}).get("figures", {})
    lines = []
    for name, figure in figures(outcomes).items():
        line = f"{name:30} {figure}"
        if name in before:
            line = f"{line:70} {figure.share - before[name]['share']:+.1%}"
        lines.append(line)
    middle, late = times_ms(outcomes)
    lines.append(f"{'time a question':30} median {middle:.1f} ms, 99th percentile {late:.1f} ms")
    return "\n".join(lines)


def as_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Give the figures as values for JSON."""
    middle, late = times_ms(outcomes)
    named = {
        name: {"share": f.share, "count": f.count, "total": f.total, "interval": f.interval}
        for name, f in figures(outcomes).items()
    }
    return {"questions": len(outcomes), "figures": named, "median_ms": middle, "p99_ms": late}


def read_last(text: bytes | None) -> dict[str, Any]:
    """Give the figures of earlier runs by name, {} when there are none that can be read."""
    try:
        found = json.loads(text or b"{}")
    except ValueError:
        return {}
    named = found.items() if isinstance(found, dict) else ()
    return {name: run for name, run in named if isinstance(run, dict) and isinstance(run.get("figures"), dict)}


def confusions(outcomes: Sequence[Outcome], most: int = 20) -> list[tuple[str, str, int, str]]:
    """Give the most frequent mistakes: label, label given, how often, one example."""
    wrong = [o for o in outcomes if o.points < 1.0 and not (o.row.label == "none" and o.given == "choice")]
    counts = Counter((o.row.label, o.given) for o in wrong)
    examples = {(o.row.label, o.given): o.row.heard.text for o in wrong}
    return [(a, b, n, examples[a, b]) for (a, b), n in counts.most_common(most)]


def curve(outcomes: Sequence[Outcome]) -> list[tuple[float, float, float]]:
    """Give (threshold, share of foreign answered, share of topics answered right) as the threshold falls."""
    topical = [o for o in outcomes if "." in o.row.label]
    foreign = [o for o in outcomes if o.row.label == "none"]
    out = []
    for threshold in sorted({o.score for o in outcomes}, reverse=True):
        passed = sum(o.score >= threshold for o in foreign) / max(len(foreign), 1)
        right = sum(points(o.row, o.topic) for o in topical if o.score >= threshold) / max(len(topical), 1)
        out.append((threshold, passed, right))
    return out


def right_at(outcomes: Sequence[Outcome], foreign_share: float) -> float:
    """Give the share of topics answered right by the lowest threshold that lets so many foreign ones through."""
    return max((right for _, passed, right in curve(outcomes) if passed <= foreign_share), default=0.0)
