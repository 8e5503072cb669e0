"""Write a waiver into a policy file and leave every other character as it is.

Reviewers of a policy read its diff, so nothing is reformatted: the new entry goes after the last one, in the style of
the file. The result is parsed again before it is returned.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from acctgate.policy import yaml_flow
from acctgate.policy.source import PolicyError, Source, parse


def with_waiver(text: str, source: Source, entry: Mapping[str, str]) -> str:
    """Return the text of a policy file with another waiver.

    Args:
        text: The text of the file.
        source: The same, parsed.
        entry: The waiver's keys and values, in their order.

    Raises:
        PolicyError: It cannot be inserted without changing anything else.
    """
    is_json = source.path.suffix == ".json"
    changed = _insert(text, source.node, entry, is_json=is_json)
    waivers = [*(source.data.get("waivers") or ()), dict(entry)]
    try:
        data, _ = parse(changed, source.name, is_json=is_json)
    except PolicyError:
        data = None
    if data != {**source.data, "waivers": waivers}:
        raise PolicyError(f"{source.name}: cannot insert a waiver; add it by hand: {_entry(entry, is_json=is_json)}")
    return changed


def _insert(text: str, root: Any, entry: Mapping[str, str], *, is_json: bool) -> str:
    new = _entry(entry, is_json=is_json)
    waivers = next((value for key, value in root.value if key.value == "waivers"), None)
    if isinstance(waivers, yaml.SequenceNode) and waivers.value:
        last = waivers.value[-1]
        if waivers.flow_style:
            return _after(text, last, new)
        return _line_after(text, _end(last), f"{' ' * waivers.start_mark.column}- {new}")
    if waivers is not None:  # null or []: replace the value
        start, end = waivers.start_mark.index, waivers.end_mark.index
        return f"{text[:start]}{' ' if start == end else ''}[{new}]{text[end:]}"
    if root.flow_style:
        key, value = root.value[-1]
        return _after(text, value, f'"waivers": [{new}]' if is_json else f"waivers: [{new}]", key)
    lines = f"waivers:{_eol(text)}  - {new}{_eol(text)}"
    return f"{text}{'' if text.endswith(chr(10)) else _eol(text)}{lines}"


def _end(node: Any) -> int:
    """Return where a node's text ends. libyaml's end mark of a block includes the blanks and comments after it."""
    if not isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _after(text: str, last: Any, new: str, key: Any = None) -> str:
    """Insert after the last item between brackets: on a line of its own if that item (or its key) has one."""
    start, end = (key or last).start_mark, _end(last)
    alone = not text[: start.index].rpartition("\n")[2].strip() and start.line > 0
    return f"{text[:end]},{_eol(text) + ' ' * start.column if alone else ' '}{new}{text[end:]}"


def _line_after(text: str, index: int, line: str) -> str:
    """Insert a line after the one that has the index: a comment may follow there."""
    end = index if text[index - 1] == "\n" else text.find("\n", index) + 1
    if end == 0:
        return f"{text}{_eol(text)}{line}{_eol(text)}"
    return f"{text[:end]}{line}{_eol(text)}{text[end:]}"


def _eol(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _entry(entry: Mapping[str, str], *, is_json: bool) -> str:
    if is_json:
        return json.dumps(entry, ensure_ascii=False)
    return "{" + ", ".join(f"{key}: {_value(key, value)}" for key, value in entry.items()) + "}"


def _value(key: str, value: str) -> str:
    """Quote free text always; a rule and a date need no quotes."""
    return yaml_flow.dump(value) if key in ("rule", "expires") else yaml_flow.quoted(value)
