"""A YAML loader for policies: the numbers and switches of YAML 1.2 only, no dates, no duplicate keys."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable
from typing import Any, Final

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG: Final = "tag:yaml.org,2002:"
_SURROGATE_PAIR: Final = re.compile(r"\\(?:(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|.)")
_MAX_DEPTH: Final = 100
_MAX_VALUES: Final = 100_000

# YAML 1.1 reads 070 as 56, 0x10 as 16, 1:30 as 90 and `off` as false. Such a value stays text, which no number accepts.
_SCALARS: Final = {
    f"{_TAG}bool": (re.compile(r"true|True|TRUE|false|False|FALSE"), "tTfF"),
    f"{_TAG}int": (re.compile(r"[-+]?(0|[1-9][0-9]*)"), "-+0123456789"),
    f"{_TAG}float": (
        re.compile(
            r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
        ),
        "-+.0123456789",
    ),
}


class Loader(_Base):  # type: ignore[misc]
    """YAML as JSON would have it: dates stay text, and a duplicate key is an error."""

    yaml_implicit_resolvers = {  # noqa: RUF012
        first: [(tag, pattern) for tag, pattern in resolvers if tag not in (*_SCALARS, f"{_TAG}timestamp")]
        for first, resolvers in _Base.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a mapping that has a key twice."""
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<" and key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"duplicate key {key.value}", key.start_mark)
            seen.add(key.value if isinstance(key, yaml.ScalarNode) else repr(type(key)))
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return mapping

    def construct_checked(self, node: Any) -> Any:
        """Build a number or switch; an explicit tag (`!!int 070`) does not bring back YAML 1.1."""
        pattern, _ = _SCALARS[node.tag]
        if not isinstance(node, yaml.ScalarNode) or not pattern.fullmatch(node.value):
            kind = node.tag.removeprefix(_TAG)
            raise yaml.constructor.ConstructorError(None, None, f"not a YAML 1.2 {kind}", node.start_mark)
        return _Base.yaml_constructors[node.tag](self, node)


for _tag, (_pattern, _first) in _SCALARS.items():
    Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern.pattern})\Z"), list(_first))
    Loader.add_constructor(_tag, Loader.construct_checked)


def as_yaml(text: str) -> str:
    """Rewrite JSON so that libyaml reads it line for line: no tabs between tokens, no surrogate pairs."""

    def join_pair(found: re.Match[str]) -> str:
        return json.loads(f'"{found[0]}"') if found[1] else found[0]

    return _SURROGATE_PAIR.sub(join_pair, text.replace("\t", " "))


def check_depth(text: str) -> None:
    """Refuse text that nests too deeply: libyaml's composer would overrun the stack.

    Raises:
        yaml.MarkedYAMLError: It does.
    """
    depth = 0
    for event in yaml.parse(text, _Base):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > _MAX_DEPTH:
                mark: Any = event.start_mark
                raise yaml.MarkedYAMLError(problem="nested too deeply", problem_mark=mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def check_aliases(node: yaml.Node) -> None:
    """Refuse aliases that multiply to a huge document, or lead into themselves.

    Raises:
        yaml.MarkedYAMLError: They do.
    """
    _weigh(node, {})


def _weigh(node: yaml.Node, known: dict[int, tuple[int, int] | None]) -> tuple[int, int]:
    """Return how many values a node has, and how deeply they nest, with aliases resolved."""
    if id(node) in known:
        weight = known[id(node)]
        if weight is None:
            raise yaml.MarkedYAMLError(problem="an alias refers to itself", problem_mark=node.start_mark)
        return weight
    known[id(node)] = None
    size, depth = 1, 0
    for child in _children(node):
        child_size, child_depth = _weigh(child, known)
        size, depth = size + child_size, max(depth, child_depth + 1)
        if size > _MAX_VALUES or depth > _MAX_DEPTH:
            problem = "too many values" if size > _MAX_VALUES else "nested too deeply"
            raise yaml.MarkedYAMLError(problem=f"{problem} (aliases resolved)", problem_mark=child.start_mark)
    known[id(node)] = size, depth
    return size, depth


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [each for pair in node.value for each in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []
