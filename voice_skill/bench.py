"""How well the skill understands: cross-validation over the collected utterances, through the whole ladder."""

from __future__ import annotations

import json
import math
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from voice_skill import content, phrases, training
from voice_skill.content import Pack
from voice_skill.conversation import Conversation
from voice_skill.errors import SettingsError
from voice_skill.matcher import Matcher
from voice_skill.messages import Heard, Hypothesis, Reply, State
from voice_skill.redflags import LEVELS, RedFlags

FOLDS = 5


@dataclass(frozen=True)
class Row:
    """Hold one labelled utterance: its readings, its label, and labels that also serve."""

    heard: Heard
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Hold what came of one row: the label given, its score, and the time it took."""

    row: Row
    given: str
    score: int
    seconds: float


def read_rows(path: Path) -> list[Row]:
    """Read labelled questions, one JSON object a line (keys text, topic and maybe also)."""
    rows = []
    number = 0
    try:
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            found = json.loads(line)
            heard = Heard((Hypothesis(found["text"], 1.0),))
            rows.append(Row(heard, found["topic"], tuple(found.get("also", ()))))
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"The questions in {path} cannot be read.") from exc
    except (ValueError, KeyError, TypeError) as exc:
        raise SettingsError(f"{path}:{number}: this is no labelled question.") from exc
    return rows


def label_of(reply: Reply) -> str:
    """Give the label that a reply amounts to, as the corpus writes it."""
    if reply.kind == "control":
        return f"control:{reply.topic}"
    return reply.topic or reply.kind


def answer_rows(pack: Pack, learned: object, rows: Iterable[Row]) -> list[Outcome]:
    """Put each row to the skill as a conversation of its own."""
    conversation = Conversation(pack, Matcher(learned), RedFlags(pack.redflags), "112")  # type: ignore[arg-type]
    out = []
    for row in rows:
        start = time.perf_counter()
        _, reply = conversation.step(State(), row.heard, 0.0)
        out.append(Outcome(row, label_of(reply), reply.score, time.perf_counter() - start))
    return out


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
    learned = training.learn(kept, pack.concepts, pack.digest)
    rows = [Row(Heard((Hypothesis(p.text, 1.0),)), p.label) for p in held]
    return answer_rows(pack, learned, rows)


def cross_validate(folder: Path, workers: int = 2) -> list[Outcome]:
    """Answer every collected utterance with weights that never saw its fold."""
    with ProcessPoolExecutor(workers) as pool:
        parts = list(pool.map(_fold, [folder] * FOLDS, range(FOLDS)))
    return [outcome for part in parts for outcome in part]


def with_also(outcomes: Sequence[Outcome], rows: Sequence[Row]) -> list[Outcome]:
    """Give outcomes the `also` labels of rows with the same text."""
    known = {row.heard.text: row.also for row in rows}
    return [
        Outcome(Row(o.row.heard, o.row.label, known.get(o.row.heard.text, ())), o.given, o.score, o.seconds)
        for o in outcomes
    ]


def wilson(good: float, total: int) -> tuple[float, float]:
    """Give the 95 % Wilson interval of a share, as two shares."""
    if total == 0:
        return 0.0, 1.0
    z, share = 1.96, good / total
    middle = share + z * z / (2 * total)
    spread = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return (middle - spread) / (1 + z * z / total), (middle + spread) / (1 + z * z / total)


def figures(outcomes: Sequence[Outcome]) -> dict[str, tuple[float, int]]:
    """Give name -> (count of good or bad, of how many); a fair second topic counts half."""
    topical = [o for o in outcomes if "." in o.row.label]
    foreign = [o for o in outcomes if o.row.label == "none"]
    controls = [o for o in outcomes if o.row.label.startswith("control:")]
    out = {
        "topic right": (sum(_points(o) for o in topical), len(topical)),
        "answered with a wrong topic": (sum("." in o.given and _points(o) == 0 for o in topical), len(topical)),
        "foreign answered": (sum("." in o.given for o in foreign), len(foreign)),
        "controls right": (sum(o.given == o.row.label for o in controls), len(controls)),
    }
    for level in LEVELS:
        flagged = [o for o in outcomes if o.row.label == level]
        out[f"{level} caught"] = (sum(o.given == level for o in flagged), len(flagged))
    calm = [o for o in outcomes if o.row.label not in LEVELS]
    out["false alarms"] = (sum(o.given in LEVELS for o in calm), len(calm))
    return out


def _points(outcome: Outcome) -> float:
    if outcome.given == outcome.row.label:
        return 1.0
    return 0.5 if outcome.given in outcome.row.also else 0.0


def table(outcomes: Sequence[Outcome]) -> str:
    """Give the figures as lines: name, share, 95 % interval, counts, and the time a question takes."""
    lines = []
    for name, (good, total) in figures(outcomes).items():
        if total:
            low, high = wilson(good, total)
            lines.append(f"{name:30} {good / total:6.1%}   [{low:.1%}, {high:.1%}]   {good:g} of {total}")
    times = sorted(o.seconds for o in outcomes)
    if times:
        middle, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        lines.append(f"{'time a question':30} median {middle * 1000:.1f} ms, 99th percentile {late * 1000:.1f} ms")
    return "\n".join(lines)


def confusions(outcomes: Sequence[Outcome], most: int = 20) -> list[tuple[str, str, int, str]]:
    """Give the most frequent mistakes: label, label given, how often, one example."""
    wrong = [o for o in outcomes if _points(o) < 1.0 and not (o.row.label == "none" and o.given in ("choice", "none"))]
    counts = Counter((o.row.label, o.given) for o in wrong)
    examples = {(o.row.label, o.given): o.row.heard.text for o in wrong}
    return [(a, b, n, examples[a, b]) for (a, b), n in counts.most_common(most)]
