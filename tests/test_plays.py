"""The dialogues of the corpus, turn by turn through the real skill."""

import json
from pathlib import Path

import pytest

from voice_skill.bench.rows import label_of
from voice_skill.durations import find

PLAYS = [json.loads(line) for line in (Path(__file__).parent / "plays" / "dialogues.jsonl").read_text().splitlines()]
# Known failures by number (from 0); each must still fail, so that a repair is noticed.
KNOWN_FAILURES: dict[int, str] = {}


def faults(skill, play):
    """Every turn that was labelled, timed or continued wrongly."""
    wrong = []
    for number, turn in enumerate(play["turns"]):
        reply = skill.ask(turn["you"], now=60.0 * number)
        given = label_of(reply)
        if given not in (turn["topic"], *turn.get("also", ())):
            wrong.append(f"{turn['you']!r}: {turn['topic']} expected, {given} given")
        if "then" in turn and given == turn["topic"] and skill.state.topic != turn["then"]:
            wrong.append(f"{turn['you']!r}: should be about {turn['then']}, is about {skill.state.topic}")
        if "minutes" in turn and (found := find(turn["you"])) and found.minutes != turn["minutes"]:
            wrong.append(f"{turn['you']!r}: {turn['minutes']} minutes expected, {found.minutes} read")
    return wrong


@pytest.mark.parametrize("number", range(len(PLAYS)))
def test_a_play_goes_as_written(skill, number):
    """Each turn gets its label; what is known to fail still fails."""
    found = faults(skill, PLAYS[number])
    if number in KNOWN_FAILURES:
        assert found, "this play now goes as written: take it off the list"
    else:
        assert [] == found
