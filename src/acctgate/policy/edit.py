"""Write a waiver into a policy file and leave every other character as it is.

A diff of a policy is read by people who must decide in a minute, so nothing is reformatted: the new entry is put
behind the last one, in the way of writing that the file has. The result is read again before it is handed out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import yaml

from acctgate.policy import yaml_flow
from acctgate.policy.source import PolicyError, Source, parse


def with_waiver(text: str, source: Source, entry: Mapping[str, str]) -> str:
    """The text of a policy file with one waiver more.

    Args:
        text: What the file says now.
        source: The same, parsed.
        entry: The waiver's keys and values, in their order.

    Raises:
        PolicyError: There is no place for it that leaves the rest as it is.
    """
    is_json = source.path.suffix == ".json"
    changed = _insert(text, source.node, entry, is_json=is_json)
    waivers = [*(source.data.get("waivers") or ()), dict(entry)]
    try:
        data, _ = parse(changed, source.name, is_json=is_json)
    except PolicyError:
        data = None
    if data != {**source.data, "waivers": waivers}:
        raise PolicyError(f"{source.name}: no place for a waiver can be found; write it by hand: {_flow(entry)}")
    return changed


def _insert(text: str, root: Any, entry: Mapping[str, str], *, is_json: bool) -> str:
    told = _flow(entry, is_json=is_json)
    waivers = next((value for key, value in root.value if key.value == "waivers"), None)
    if isinstance(waivers, yaml.SequenceNode) and waivers.value:
        last = waivers.value[-1]
        if waivers.flow_style:
            return _behind(text, last, told)
        return _line_behind(text, _end(last), f"{' ' * waivers.start_mark.column}- {told}")
    if waivers is not None:  # null or []: its value gives way
        start, end = waivers.start_mark.index, waivers.end_mark.index
        return f"{text[:start]}{' ' if start == end else ''}[{told}]{text[end:]}"
    if root.flow_style:
        key, value = root.value[-1]
        return _behind(text, value, f'"waivers": [{told}]' if is_json else f"waivers: [{told}]", key)
    lines = f"waivers:{_eol(text)}  - {told}{_eol(text)}"
    return f"{text}{'' if text.endswith(chr(10)) else _eol(text)}{lines}"


def _end(node: Any) -> int:
    """Where a node's text ends: for a block, libyaml's mark stands behind the blanks and comments that follow."""
    if not isinstance(node, (yaml.MappingNode, yaml.SequenceNode)) or node.flow_style:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end(last[1] if isinstance(last, tuple) else last)


def _behind(text: str, last: Any, new: str, key: Any = None) -> str:
    """Behind the last thing between brackets: on a line of its own where that one is (or its key)."""
    start, end = (key or last).start_mark, _end(last)
    alone = not text[: start.index].rpartition("\n")[2].strip() and start.line > 0
    return f"{text[:end]},{_eol(text) + ' ' * start.column if alone else ' '}{new}{text[end:]}"


def _line_behind(text: str, place: int, line: str) -> str:
    """A line behind the one in which `place` is, whose comment may go on to its end."""
    end = place if text[place - 1] == "\n" else text.find("\n", place) + 1
    if end == 0:
        return f"{text}{_eol(text)}{line}{_eol(text)}"
    return f"{text[:end]}{line}{_eol(text)}{text[end:]}"


def _eol(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _flow(entry: Mapping[str, str], *, is_json: bool = False) -> str:
    if is_json:
        return json.dumps(entry, ensure_ascii=False)
    # Rule and day as they are; all other text in quotes, whatever it is.
    told = {
        key: yaml_flow.dump(value) if key in ("rule", "expires") else yaml_flow.quoted(value)
        for key, value in entry.items()
    }
    return "{" + ", ".join(f"{key}: {value}" for key, value in told.items()) + "}"
