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


def with_waiver(text: str, source: Source, entry: Mapping[str, str], group: str | None = None) -> str:
    """Return the text of a policy file with another waiver.

    Args:
        text: The text of the file.
        source: The same, parsed.
        entry: The waiver's keys and values, in their order.
        group: The group of the file that gets the waiver, None for the policy outside of groups.

    Raises:
        PolicyError: It cannot be inserted without changing anything else.
    """
    is_json = source.path.suffix == ".json"
    waivers = [*waivers_of(source, group), dict(entry)]
    changed = _insert(text, _owner(source, group), entry, is_json=is_json)
    if not _has_waivers(changed, source, waivers, group):
        raise PolicyError(f"{source.name}: cannot insert a waiver; add it by hand: {_entry(entry, is_json=is_json)}")
    return changed


def with_renewed_waiver(
    text: str, source: Source, index: int, entry: Mapping[str, str], group: str | None = None
) -> str:
    """Return the text of a policy file in which one waiver has other values.

    Args:
        text: The text of the file.
        source: The same, parsed.
        index: Which of its waivers.
        entry: The waiver's new keys and values. What it has besides stays.
        group: The group of the file that has the waiver, None for the policy outside of groups.

    Raises:
        PolicyError: It cannot be changed without changing anything else.
    """
    is_json = source.path.suffix == ".json"
    waivers = [dict(waiver) for waiver in waivers_of(source, group)]
    new = {key: value for key, value in entry.items() if waivers[index].get(key) != value}
    waivers[index] |= new
    node = _value_of(_owner(source, group), "waivers")
    changed = _renew(text, node.value[index], new, is_json=is_json)
    if not _has_waivers(changed, source, waivers, group):
        keys = ("waivers", index) if group is None else ("groups", group, "waivers", index)
        place, shown = source.place(keys), _entry(new, is_json=is_json)
        raise PolicyError(f"{place}: cannot change this waiver; change it by hand: {shown}")
    return changed


def waivers_of(source: Source, group: str | None) -> list[Any]:
    """Return the waivers that a file has itself: of one of its groups, or outside of groups."""
    owner = source.data if group is None else source.data["groups"][group]
    return owner.get("waivers") or []


def _owner(source: Source, group: str | None) -> Any:
    """Return the node of the mapping that has the waivers, or gets them."""
    return source.node if group is None else _value_of(_value_of(source.node, "groups"), group)


def _value_of(mapping: Any, name: str) -> Any:
    """Return the node of a mapping's value, None if the mapping itself does not have it."""
    return next((value for key, value in getattr(mapping, "value", ()) if key.value == name), None)


def _has_waivers(text: str, source: Source, waivers: list[Any], group: str | None) -> bool:
    """Return whether the text is the same policy with these waivers."""
    try:
        data, _ = parse(text, source.name, is_json=source.path.suffix == ".json")
    except PolicyError:
        return False
    groups = source.data.get("groups") or {}
    changed = (
        {"waivers": waivers} if group is None else {"groups": {**groups, group: {**groups[group], "waivers": waivers}}}
    )
    return bool(data == {**source.data, **changed})


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


def _insert(text: str, owner: Any, entry: Mapping[str, str], *, is_json: bool) -> str:
    """Return the text with an entry in the mapping that owns the waivers."""
    new = _entry(entry, is_json=is_json)
    waivers = _value_of(owner, "waivers")
    if isinstance(waivers, yaml.SequenceNode) and waivers.value:
        last = waivers.value[-1]
        if waivers.flow_style:
            return _after(text, last, new)
        return _line_after(text, _end(last), f"{' ' * waivers.start_mark.column}- {new}")
    if waivers is not None:  # null or []: replace the value
        start, end = waivers.start_mark.index, waivers.end_mark.index
        return f"{text[:start]}{' ' if start == end else ''}[{new}]{text[end:]}"
    if owner.flow_style:
        key, value = owner.value[-1]
        return _after(text, value, f'"waivers": [{new}]' if is_json else f"waivers: [{new}]", key)
    indent = " " * owner.start_mark.column
    end = _end(owner) if indent else len(text)  # outside of groups: behind the comments at the end of the file
    return _line_after(text, end, f"{indent}waivers:{_eol(text)}{indent}  - {new}")


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
    """Insert a line, or several, after the one that has the index: a comment may follow there."""
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
