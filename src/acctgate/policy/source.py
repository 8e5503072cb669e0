"""A YAML or JSON file with the line of each of its keys, so that an error can name its place."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from acctgate.model.outcome import Place
from acctgate.policy.yaml_loader import Loader, as_yaml, check_aliases, check_depth
from acctgate.reading import InputError, open_input
from acctgate.strict_json import nests_too_deeply, refuse_constant
from acctgate.text import os_reason

Keys = tuple[str | int, ...]
"""The path of a value in a file: keys of mappings and indexes of lists."""

_MAX_BYTES = 1 << 20
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


class PolicyError(InputError):
    """The policy cannot be used. The text is one line: file, line, key, expectation."""


class MissingFileError(PolicyError):
    """A file that the policy extends, or one of its rule modules, is not there."""


@dataclass(frozen=True, slots=True)
class Source:
    """A parsed file."""

    name: str
    data: Any
    node: Any
    path: Path = Path()
    """The file's real path; paths in the file are relative to it."""
    foreign: bool = False
    """Whether it is a preset or belongs to a package, so that the user cannot change it."""

    def place(self, keys: Keys) -> str:
        """Return file:line of the deepest of the keys that the file has."""
        return f"{self.name}:{self.line(keys)}"

    def location(self, keys: Keys) -> Place:
        """Return the place with a file relative to the working directory, as pipelines need it."""
        path = Path(self.name)
        if path.is_absolute():
            here = Path.cwd()
            path = path.relative_to(here) if path.is_relative_to(here) else Path(path.name)
        return Place(path.as_posix(), self.line(keys))

    def line(self, keys: Keys) -> int:
        """Return the line of the deepest of the keys that the file has, from 1."""
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
    """Read a YAML or JSON file. A name other than its path marks it as foreign.

    Raises:
        PolicyError: The file cannot be read or parsed.
    """
    foreign, name = name is not None, name or str(path)
    try:
        with open_input(str(path.absolute())) as file:
            raw = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise PolicyError(f"{name}: {os_reason(error)}") from None
    if len(raw) > _MAX_BYTES:
        raise PolicyError(f"{name}: larger than 1 MiB; a policy is a short file")
    text = _decode(raw, name)
    if not text.strip():
        raise PolicyError(f"{name}: is empty; write at least version: 1")
    data, node = parse(text, name, is_json=path.suffix == ".json")
    return Source(name, data, node, path, foreign)


def _decode(raw: bytes, name: str) -> str:
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if raw.startswith(mark)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise PolicyError(f"{name}: not valid {encoding.removesuffix('-sig').upper()}") from None


def parse(text: str, name: str, *, is_json: bool) -> tuple[Any, Any]:
    """Return the data, and the YAML node that has its lines.

    Raises:
        PolicyError: The text is not valid YAML or JSON.
    """
    if not is_json:
        return _parse_yaml(text, name, "YAML")
    values = _parse_json(text, name)
    _, node = _parse_yaml(as_yaml(text), name, "JSON")
    return values, node


def _parse_json(text: str, name: str) -> Any:
    if nests_too_deeply(text):
        raise PolicyError(f"{name}: invalid JSON: nested too deeply")
    try:
        return json.loads(text, parse_constant=refuse_constant)
    except json.JSONDecodeError as error:
        raise PolicyError(f"{name}:{error.lineno}: invalid JSON: {error.msg}") from None
    except ValueError as error:
        raise PolicyError(f"{name}: invalid JSON: {' '.join(str(error).split())[:200]}") from None


def _parse_yaml(text: str, name: str, kind: str) -> tuple[Any, Any]:
    try:
        check_depth(text)
        loader = Loader(text)
        node = loader.get_single_node()
        if node is None:
            return None, None
        check_aliases(node)
        return loader.construct_document(node), node
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line_text = f":{mark.line + 1}" if mark is not None else ""
        raise PolicyError(f"{name}{line_text}: invalid {kind}: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyError(f"{name}: invalid {kind}: {' '.join(str(error).split())[:200]}") from None
