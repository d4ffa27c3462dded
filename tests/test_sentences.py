"""Content as data: for each topic, sentences that nothing was learned from, and the label they must get."""

from pathlib import Path

import pytest
import yaml

from voice_skill.bench.rows import label_of

FILES = sorted((Path(__file__).parent / "content" / "en").glob("*.yaml"))
CASES = [
    (data["label"], text, text in data.get("known_failures", []), tuple(data.get("also", {}).get(text, ())))
    for data in (yaml.safe_load(f.read_text()) for f in FILES)
    for text in (*data["sentences"], *data.get("known_failures", []))
]


@pytest.mark.parametrize(("label", "text", "fails", "also"), CASES)
def test_a_sentence_gets_its_label(skill, label, text, fails, also):
    """What is known to fail must still fail, so that a repair is noticed."""
    reply = skill.ask(text, now=0.0)
    right = label_of(reply) in (label, *also) or label in reply.options
    assert right is not fails, f"{label} expected, {label_of(reply)} given"
    if fails:
        assert label not in ("emergency", "crisis"), "a missed emergency is no known failure but a fault"


def test_every_topic_has_sentences():
    """No topic without its test."""
    from voice_skill import content
    from voice_skill.skill import shipped

    assert set(content.load(shipped("intents") / "en").topics) <= {label for label, *_ in CASES}
