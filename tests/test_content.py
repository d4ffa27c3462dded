"""The pack: its mistakes are named by file and line, and what it says is fit to be spoken."""

import re
import shutil
from pathlib import Path

import pytest

from voice_skill import content, phrases
from voice_skill.errors import ContentError, TemplateTooLarge
from voice_skill.skill import shipped

PACK = shipped("intents") / "en"


@pytest.fixture
def pack(tmp_path):
    """A copy of the pack that may be spoiled."""
    return Path(shutil.copytree(PACK, tmp_path / "en"))


def spoil(pack, old, new, name="relief.ice.yaml"):
    """Replace the first `old` in a file; give the line it stood in."""
    path = pack / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def mistake(pack):
    """The error that reading the whole pack raises."""
    with pytest.raises(ContentError) as caught:
        phrases.collect(content.load(pack))
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("answer:", "answr:", "unknown key 'answr'"),
        ("name: ice", "name: [ice", "this is not YAML"),
        ("  - relief.ice_or_heat", "  - relief.nothing", "no topic is called 'relief.nothing'"),
        ("topic: relief.ice", "topic: relief.snow", "the topic must be called relief.ice"),
    ],
)
def test_a_mistake_is_named_with_its_line(pack, old, new, says):
    """File, line and what is wrong."""
    if old.startswith("  - relief"):
        old, new = "also: [relief.ice_or_heat]", "also: [relief.nothing]"
    line = spoil(pack, old, new)
    error = mistake(pack)
    assert says in error.message
    assert abs(line - error.line) <= 1, error.message
    assert "relief.ice.yaml:" in error.message


def test_a_missing_answer_is_named(pack):
    """A topic without an answer is no topic."""
    path = pack / "relief.ice.yaml"
    path.write_text("\n".join(x for x in path.read_text().splitlines() if not x.startswith("answer:")))
    assert "'answer' is missing" in mistake(pack).message


def test_a_template_that_explodes_is_refused(pack):
    """Counted, not expanded."""
    bomb = " ".join(["(a|b|c|d|e|f|g|h|i|j)"] * 12)
    spoil(pack, "phrases:\n", f"phrases:\n  - {bomb}\n")
    error = mistake(pack)
    assert isinstance(error, TemplateTooLarge)
    assert "stands for 1000000000000 phrases" in error.message


@pytest.mark.parametrize("template", ["(open", "<nowhere> ice", "{nowhere} ice"])
def test_a_template_that_cannot_be_read_is_named(pack, template):
    """Broken brackets, unknown rules and lists."""
    spoil(pack, "phrases:\n", f"phrases:\n  - '{template}'\n")
    assert "the template" in mistake(pack).message


def test_one_phrase_under_two_topics_is_refused(pack):
    """Both places are named."""
    for name in ("relief.ice.yaml", "relief.heat.yaml"):
        spoil(pack, "phrases:\n", "phrases:\n  - the very same words\n", name)
    assert re.search(r"relief.ice.yaml:\d+: .* for relief.heat in relief.heat.yaml:\d+", mistake(pack).message)


def test_a_lacking_file_and_bytes_that_are_no_text_are_named(pack):
    """The pack says which file."""
    (pack / "relief.ice.yaml").write_bytes(b"topic: \xff\xfe")
    assert "not UTF-8" in mistake(pack).message
    (pack / "_controls.yaml").unlink()
    assert "lacks the file _controls.yaml" in mistake(pack).message


def test_answers_are_short_and_fit_for_the_ear():
    """At most about 20 words an answer, 25 a supporting sentence; no symbols, digits or brackets; named once."""
    for name, topic in content.load(PACK).topics.items():
        texts = [topic.answer, topic.support, *(v.answer for v in topic.variants)]
        for text in texts:
            assert len(text.split()) <= 25, (name, text)
            assert not re.search(r"[0-9()\[\]/&%*_]", text), (name, text)
        assert topic.answer.count("article") + topic.answer.count("NHS") <= 1, name


def test_every_topic_of_the_article_is_there():
    """The 27 topics and the three of icing."""
    names = set(content.load(PACK).topics)
    assert 30 == len(names)
    assert {"icing.time", "icing.often", "icing.safety"} < names
