"""All phrases of a pack with their labels: what the weights learn from and what closed commands are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from voice_skill import templates
from voice_skill.content import Pack
from voice_skill.errors import ContentError
from voice_skill.packfile import Located, Section


@dataclass(frozen=True)
class Phrase:
    """Hold one phrase, its label, the template it stands for (a number), and how many phrases that template has."""

    text: str
    label: str
    template: int
    siblings: int
    collected: bool


def collect(pack: Pack) -> list[Phrase]:
    """Expand every template of the pack; ContentError for a bad template or one phrase under two labels."""
    common = pack.files["_common.yaml"]
    rules = {}
    if "rules" in common:
        section = common.section("rules")
        rules = {
            name: templates.parse(section.text(name), section.path, section.line_of(name))
            for name in section.keys()  # noqa: SIM118 - a Section is no dict
        }
    lists_section = common.section("lists")
    lists = {name: [t.text for t in lists_section.texts(name)] for name in lists_section.keys()}  # noqa: SIM118
    out: list[Phrase] = []
    seen: dict[str, tuple[str, Located]] = {}
    for number, (label, template) in enumerate(_templates(pack)):
        texts = templates.expand(template.text, template.path, template.line, rules, lists)
        for text in texts:
            if text in seen and seen[text][0] != label:
                other, where = seen[text]
                raise ContentError(
                    f"{text!r} stands for {label} here and for {other} in {where.path.name}:{where.line}",
                    template.path,
                    template.line,
                    "Keep it in one of the two places.",
                )
            if text not in seen:
                seen[text] = (label, template)
                out.append(Phrase(text, label, number, len(texts), template.path.name == "_collected.yaml"))
    return out


def _templates(pack: Pack) -> Iterator[tuple[str, Located]]:
    for name, section in pack.files.items():
        if not name.startswith("_"):
            for template in section.texts("phrases"):
                yield section.text("topic"), template
    yield from _of_section(pack.files["_controls.yaml"].section("phrases"), "control:")
    yield from _of_section(pack.files["_followups.yaml"], "")
    yield from _of_section(pack.files["_redflags.yaml"].section("phrases"), "")
    for key in ("near_misses", "household", "talk"):
        for template in pack.files["_foreign.yaml"].texts(key):
            yield "none", template
    yield from _of_section(pack.files["_collected.yaml"], "")


def _of_section(section: Section, prefix: str) -> Iterator[tuple[str, Located]]:
    for label in section.keys():  # noqa: SIM118 - a Section is no dict
        for template in section.texts(label):
            yield prefix + label, template


def closed(phrases: list[Phrase]) -> Mapping[str, str]:
    """Give the phrases of controls and follow-ups with their labels: what may be matched to the letter."""
    return {p.text: p.label for p in phrases if p.label.startswith(("control:", "follow:", "choice:"))}
