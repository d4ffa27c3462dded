"""The pack: what may be said and in which words, read from `intents/<language>/*.yaml`.

One file a topic; files that start with "_" hold what all topics share. Every mistake names file and line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from voice_skill import packfile, wordvectors
from voice_skill.errors import ContentError
from voice_skill.packfile import Section
from voice_skill.wordvectors import WordVectors

SHARED = ("_common.yaml", "_controls.yaml", "_redflags.yaml", "_foreign.yaml", "_followups.yaml", "_collected.yaml")
_TOPIC_KEYS: tuple[str, ...] = (
    "topic",
    "name",
    "example",
    "also",
    "items",
    "source",
    "tail",
    "ask",
    "answer",
    "support",
    "more",
)
_TOPIC_KEYS += ("variants", "followups", "phrases")


@dataclass(frozen=True)
class Variant:
    """Hold what a topic answers instead when one of these words was said."""

    words: tuple[str, ...]
    answer: str
    support: str


@dataclass(frozen=True)
class Topic:
    """Hold one topic: three layers of answer, and how it stands to the others."""

    name: str
    example: str
    answer: str
    support: str
    more: str
    ask: str
    source: str
    doctor_tail: bool
    also: tuple[str, ...]
    items: tuple[str, ...]
    variants: tuple[Variant, ...]
    followups: Mapping[str, str]  # phrase after this topic -> topic


@dataclass(frozen=True)
class Pack:
    """Hold all content of one language; `digest` changes with every byte of its files."""

    folder: Path
    digest: str
    topics: Mapping[str, Topic]
    lines: Mapping[str, str]
    sources: Mapping[str, str]
    examples: tuple[str, ...]
    controls: Mapping[str, str]
    timers: Mapping[str, str]
    interrupting: Mapping[str, tuple[str, ...]]  # heard while the skill speaks: at_once, held, decoys
    timer_words: Mapping[str, tuple[str, ...]]
    spoken_lengths: Mapping[str, tuple[str, ...]]  # lengths, and what is said before and after them
    flags: Mapping[str, str]
    concepts: Mapping[str, tuple[str, ...]]
    redflags: Section
    files: Mapping[str, Section]
    vectors: WordVectors


def digest(folder: Path) -> str:
    """Give the SHA-256 over the names and bytes of the pack's YAML files and word vectors."""
    total = hashlib.sha256()
    for path in sorted([*folder.glob("*.yaml"), *folder.glob(wordvectors.FILE)]):
        total.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def load(folder: Path) -> Pack:
    """Read a pack; ContentError for whatever is missing, unknown or not YAML."""
    if not folder.is_dir():
        raise ContentError("there is no such folder with a pack", folder, hint="Name a folder like intents/en")
    for name in SHARED:
        if not (folder / name).is_file():
            raise ContentError(f"the pack lacks the file {name}", folder / name)
    files = {path.name: packfile.read(path) for path in sorted(folder.glob("*.yaml"))}
    common, controls = files["_common.yaml"], files["_controls.yaml"]
    common.allow("language", "lines", "sources", "examples", "rules", "lists", "concepts")
    controls.allow("replies", "timers", "timer_words", "spoken_lengths", "interrupting", "phrases")
    sources = _mapping(common, "sources")
    topics = {s.text("topic"): _topic(s, sources) for name, s in files.items() if not name.startswith("_")}
    if not topics:
        raise ContentError("the pack holds no topic", folder)
    _check_references(files, topics)
    return Pack(
        folder=folder,
        digest=digest(folder),
        topics=topics,
        lines=_mapping(common, "lines"),
        sources=sources,
        examples=tuple(t.text for t in common.texts("examples")),
        controls=_mapping(controls, "replies"),
        timers=_mapping(controls, "timers"),
        interrupting=_words(controls.section("interrupting")),
        timer_words=_words(controls.section("timer_words")),
        spoken_lengths=_words(controls.section("spoken_lengths")),
        flags=_mapping(files["_redflags.yaml"], "replies"),
        concepts=_words(common.section("concepts")),
        redflags=files["_redflags.yaml"],
        files=files,
        vectors=wordvectors.load(folder),
    )


def _mapping(parent: Section, key: str) -> dict[str, str]:
    section = parent.section(key)
    return {name: section.text(name) for name in section.keys()}  # noqa: SIM118 - a Section is no dict


def _words(section: Section) -> dict[str, tuple[str, ...]]:
    return {name: tuple(t.text for t in section.texts(name)) for name in section.keys()}  # noqa: SIM118


def _topic(section: Section, sources: Mapping[str, str]) -> Topic:
    section.allow(*_TOPIC_KEYS)
    if section.text("topic") != section.path.stem:
        raise ContentError(f"the topic must be called {section.path.stem}", section.path, section.line_of("topic"))
    source = section.text("source", "article")
    if source not in sources:
        raise ContentError(f"unknown source {source!r}", section.path, section.line_of("source"))
    variants = section.sections("variants")
    for variant in variants:
        variant.allow("words", "answer", "support")
    return Topic(
        name=section.text("name"),
        example=section.text("example"),
        answer=section.text("answer"),
        support=section.text("support", "") if "support" in section else "",
        more=section.text("more", "") if "more" in section else "",
        ask=section.text("ask", "") if "ask" in section else "",
        source=source,
        doctor_tail=section.text("tail", "none") == "doctor",
        also=tuple(t.text for t in section.texts("also")),
        items=tuple(t.text for t in section.texts("items")),
        variants=tuple(
            Variant(tuple(w.text for w in v.texts("words")), v.text("answer"), v.text("support", "-").lstrip("-"))
            for v in variants
        ),
        followups=_followups(section),
    )


def _followups(section: Section) -> dict[str, str]:
    if "followups" not in section:
        return {}
    targets = section.section("followups")
    return {t.text: target for target in targets.keys() for t in targets.texts(target)}  # noqa: SIM118


def _check_references(files: Mapping[str, Section], topics: Mapping[str, Topic]) -> None:
    for name, section in files.items():
        if name.startswith("_"):
            continue
        topic = topics[section.text("topic")]
        for key, targets in (("also", topic.also), ("items", topic.items), ("followups", topic.followups.values())):
            for target in targets:
                if target not in topics:
                    raise ContentError(f"no topic is called {target!r}", section.path, section.line_of(key))
