"""YAML files of the pack, read with the line of every value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from voice_skill.errors import ContentError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Located:
    """Hold one text with the file and line it stands in (lines count from 1)."""

    text: str
    path: Path
    line: int


class Section:
    """Read a YAML mapping key by key; every mistake is a ContentError with file and line."""

    def __init__(self, node: yaml.MappingNode, path: Path) -> None:
        self.path = path
        self.line: int = node.start_mark.line + 1
        self._values: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ContentError("a key must be a plain word", path, key.start_mark.line + 1)
            if key.value in self._values:
                raise ContentError(f"the key {key.value!r} stands twice", path, key.start_mark.line + 1)
            self._values[key.value] = value

    def allow(self, *keys: str) -> None:
        """Refuse every key but these."""
        for key, node in self._values.items():
            if key not in keys:
                raise ContentError(
                    f"unknown key {key!r}", self.path, node.start_mark.line + 1, f"Known here: {', '.join(keys)}"
                )

    def keys(self) -> Iterator[str]:
        """Give the keys in the order of the file."""
        return iter(self._values)

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def line_of(self, key: str) -> int:
        """Give the line where the key's value starts."""
        return int(self._values[key].start_mark.line) + 1

    def text(self, key: str, default: str | None = None) -> str:
        """Give a text; without a default it must be there and must not be empty."""
        if key not in self._values:
            if default is None:
                raise ContentError(f"{key!r} is missing", self.path, self.line)
            return default
        node = self._values[key]
        if not isinstance(node, yaml.ScalarNode) or not node.value.strip():
            raise ContentError(f"{key!r} must be a text", self.path, node.start_mark.line + 1)
        return " ".join(node.value.split())

    def texts(self, key: str) -> list[Located]:
        """Give a list of texts, empty where the key is absent."""
        if key not in self._values:
            return []
        node = self._values[key]
        if not isinstance(node, yaml.SequenceNode):
            raise ContentError(f"{key!r} must be a list", self.path, node.start_mark.line + 1)
        for item in node.value:
            if not isinstance(item, yaml.ScalarNode) or not item.value.strip():
                raise ContentError(f"{key!r} must hold plain texts", self.path, item.start_mark.line + 1)
        return [Located(item.value, self.path, item.start_mark.line + 1) for item in node.value]

    def section(self, key: str) -> Section:
        """Give a mapping inside this one; it must be there."""
        if key not in self._values:
            raise ContentError(f"{key!r} is missing", self.path, self.line)
        return self._as_section(self._values[key], key)

    def sections(self, key: str) -> list[Section]:
        """Give a list of mappings, empty where the key is absent."""
        node = self._values.get(key)
        if node is None:
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise ContentError(f"{key!r} must be a list", self.path, node.start_mark.line + 1)
        return [self._as_section(item, key) for item in node.value]

    def _as_section(self, node: yaml.Node, key: str) -> Section:
        if not isinstance(node, yaml.MappingNode):
            raise ContentError(f"{key!r} must hold keys and values", self.path, node.start_mark.line + 1)
        return Section(node, self.path)


def read(path: Path) -> Section:
    """Read one YAML file as a mapping; ContentError for what is no YAML, not UTF-8 or no mapping."""
    try:
        raw = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as exc:
        raise ContentError("the file is not UTF-8", path, 1) from exc
    except OSError as exc:
        raise ContentError(f"the file cannot be read ({exc.strerror})", path) from exc
    try:
        node = yaml.compose(raw, Loader=_Loader)
    except yaml.MarkedYAMLError as exc:
        line = exc.problem_mark.line + 1 if exc.problem_mark else 1
        raise ContentError(f"this is not YAML: {exc.problem}", path, line) from exc
    except yaml.YAMLError as exc:
        raise ContentError("this is not YAML", path, 1) from exc
    if not isinstance(node, yaml.MappingNode):
        raise ContentError("the file must hold keys and values", path, 1)
    return Section(node, path)
