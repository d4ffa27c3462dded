"""Labelled questions, and what comes of them on the way through the whole ladder."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from voice_skill.content import Pack
from voice_skill.conversation import Conversation
from voice_skill.errors import SettingsError
from voice_skill.matcher import Matcher
from voice_skill.messages import Heard, Hypothesis, Reply, State
from voice_skill.redflags import RedFlags
from voice_skill.weights import Weights


@dataclass(frozen=True)
class Row:
    """Hold one labelled utterance: its readings, its label, and labels that also serve."""

    heard: Heard
    label: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """Hold what came of one row: the label given, the best topic with its score (0 to 100), and the time it took."""

    row: Row
    given: str
    topic: str
    score: float
    seconds: float

    @property
    def points(self) -> float:
        """Give 1 for the right label, 0.5 for a fair second topic, else 0."""
        return points(self.row, self.given)


def points(row: Row, given: str) -> float:
    """Give 1 for the right label, 0.5 for a fair second topic, else 0."""
    if given == row.label:
        return 1.0
    return 0.5 if given in row.also else 0.0


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


def answer_rows(pack: Pack, learned: Weights, rows: Iterable[Row]) -> list[Outcome]:
    """Put each row to the skill as a conversation of its own; only the answering is timed."""
    matcher = Matcher(learned, pack.vectors)
    conversation = Conversation(pack, matcher, RedFlags(pack.redflags), "112")
    out = []
    for row in rows:
        start = time.perf_counter()
        _, reply = conversation.step(State(), row.heard, 0.0)
        seconds = time.perf_counter() - start
        probabilities = matcher.weigh(row.heard).probabilities
        topic = max(pack.topics, key=lambda t: probabilities.get(t, 0.0))
        out.append(Outcome(row, label_of(reply), topic, 100 * probabilities.get(topic, 0.0), seconds))
    return out
