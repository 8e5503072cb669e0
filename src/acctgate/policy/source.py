"""A YAML or JSON file with the line of each of its keys, so that an error can say where."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from acctgate.model.outcome import Place

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TIMESTAMP = "tag:yaml.org,2002:timestamp"
_LONGEST = 1 << 20
_PAIR = re.compile(r"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|.)")
_DEEPEST = 100


class PolicyError(ValueError):
    """The policy cannot be used. The text is one line: file, line, key, what was expected."""


class _Loader(_Base):  # type: ignore[misc]
    """YAML as JSON would have it: a date stays text, a key that stands twice is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, regexp) for tag, regexp in resolvers if tag != _TIMESTAMP]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<" and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else repr(key.value))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file."""

    name: str
    data: Any
    node: Any
    path: Path = Path()
    """Where it really is: what it names is relative to that."""
    foreign: bool = False
    """Whether it is a preset or comes from a package: no file that its user can change."""

    def place(self, keys: tuple[str | int, ...]) -> str:
        """file:line of the deepest of the keys that the file has."""
        return f"{self.name}:{self.line(keys)}"

    def location(self, keys: tuple[str | int, ...]) -> Place:
        """The same for pipelines: they want a file that is relative to the working directory."""
        path = Path(self.name)
        if path.is_absolute():
            here = Path.cwd()
            path = path.relative_to(here) if path.is_relative_to(here) else Path(path.name)
        return Place(path.as_posix(), self.line(keys))

    def line(self, keys: tuple[str | int, ...]) -> int:
        """The line of the deepest of the keys that the file has, from 1."""
        node, line = self.node, 1
        for key in keys:
            step = _step(node, key)
            if step is None:
                break
            node, line = step
        return line


def _step(node: Any, key: str | int) -> tuple[Any, int] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value == str(key):
                return value, name.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item, item.start_mark.line + 1
    return None


def read_source(path: Path, name: str | None = None) -> Source:
    """Read a YAML or JSON file. A name other than its path makes it foreign.

    Raises:
        PolicyError: It cannot be read or parsed.
    """
    foreign, name = name is not None, name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PolicyError(f"{name}: {(error.strerror or 'cannot be read').lower()}") from None
    if len(raw) > _LONGEST:
        raise PolicyError(f"{name}: larger than 1 MiB; a policy is a short file")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise PolicyError(f"{name}: is no text (UTF-8)") from None
    if not text.strip():
        raise PolicyError(f"{name}: is empty; write at least version: 1")
    data, node = parse(text, name, is_json=path.suffix == ".json")
    return Source(name, data, node, path, foreign)


def parse(text: str, name: str, *, is_json: bool) -> tuple[Any, Any]:
    """The data, and the YAML node that knows its lines."""
    values = None
    if is_json:
        try:
            values = json.loads(text, parse_constant=_no_constant)
        except json.JSONDecodeError as error:
            raise PolicyError(f"{name}:{error.lineno}: no JSON: {error.msg}") from None
        except (RecursionError, ValueError):
            raise PolicyError(f"{name}: no JSON that can be read") from None
        text = _as_yaml(text)
    kind = "JSON" if is_json else "YAML"
    try:
        _check_depth(text, name)
        loader = _Loader(text)
        node = loader.get_single_node()
        data = loader.construct_document(node) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f":{mark.line + 1}" if mark is not None else ""
        raise PolicyError(f"{name}{line}: no {kind}: {error.problem}") from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise PolicyError(f"{name}: no {kind}: {' '.join(str(error).split())[:200]}") from None
    return values if is_json else data, node


def _as_yaml(text: str) -> str:
    """JSON as libyaml reads it, line for line: no tabs between the tokens, no surrogate pairs."""
    return _PAIR.sub(lambda found: json.loads(f'"{found[0]}"') if found[1] else found[0], text.replace("\t", " "))


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _check_depth(text: str, name: str) -> None:
    """Nobody nests a policy like that, and libyaml's composer overruns the stack on it."""
    depth = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _DEEPEST:
                line = f":{event.start_mark.line + 1}" if event.start_mark else ""
                raise PolicyError(f"{name}{line}: no YAML: nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
