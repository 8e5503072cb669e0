"""Write a waiver into a policy file, or renew one, and leave every other character as it is.

Reviewers of a policy read its diff, so nothing is reformatted: a new entry goes after the last one, in the style of
the file; of a renewed one only the changed values are replaced. The result is parsed again before it is returned.
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
    if not _has_waivers(changed, source, [*(source.data.get("waivers") or ()), dict(entry)]):
        raise PolicyError(f"{source.name}: cannot insert a waiver; add it by hand: {_entry(entry, is_json=is_json)}")
    return changed


def with_renewed_waiver(text: str, source: Source, index: int, entry: Mapping[str, str]) -> str:
    """Return the text of a policy file in which one waiver has other values.

    Args:
        text: The text of the file.
        source: The same, parsed.
        index: Which of its waivers.
        entry: The waiver's new keys and values. What it has besides stays.

    Raises:
        PolicyError: It cannot be changed without changing anything else.
    """
    is_json = source.path.suffix == ".json"
    waivers = [dict(waiver) for waiver in source.data["waivers"]]
    new = {key: value for key, value in entry.items() if waivers[index].get(key) != value}
    waivers[index] |= new
    [node] = [value for key, value in source.node.value if key.value == "waivers"]
    changed = _renew(text, node.value[index], new, is_json=is_json)
    if not _has_waivers(changed, source, waivers):
        place, shown = source.place(("waivers", index)), _entry(new, is_json=is_json)
        raise PolicyError(f"{place}: cannot change this waiver; change it by hand: {shown}")
    return changed


def _has_waivers(text: str, source: Source, waivers: list[Any]) -> bool:
    """Return whether the text is the same policy with these waivers."""
    try:
        data, _ = parse(text, source.name, is_json=source.path.suffix == ".json")
    except PolicyError:
        return False
    return bool(data == {**source.data, "waivers": waivers})


def _renew(text: str, waiver: Any, new: Mapping[str, str], *, is_json: bool) -> str:
    """Return the text with new values in a waiver. Later parts of it are changed first, so that marks stay right."""
    scalars = {key.value: value for key, value in waiver.value}
    added = {key: value for key, value in new.items() if key not in scalars}
    if added:
        text = _add_keys(text, waiver, added, is_json=is_json)
    for key, node in sorted(scalars.items(), key=lambda item: -item[1].start_mark.index):
        if key in new:
            value = json.dumps(new[key], ensure_ascii=False) if is_json else _value(key, new[key])
            start, end = node.start_mark.index, node.end_mark.index
            line_end = _eol(text) if text[start:end].endswith("\n") else ""  # a block of text ends with its last line
            text = f"{text[:start]}{value}{line_end}{text[end:]}"
    return text


def _add_keys(text: str, waiver: Any, added: Mapping[str, str], *, is_json: bool) -> str:
    """Add keys at the end of a waiver: between its braces, or as lines of their own."""
    key, last = waiver.value[-1]
    entry = _entry(added, is_json=is_json)[1:-1]
    if waiver.flow_style:
        return _after(text, last, entry, key)
    indent = " " * key.start_mark.column
    for name, value in added.items():
        text = _line_after(text, _end(last), f"{indent}{name}: {_value(name, value)}")
    return text


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
