"""Merge the files of a policy into one document, and remember where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from acctgate.policy.chain import Chain
from acctgate.policy.merged import Merged, Origin
from acctgate.policy.source import Keys, Source

_LISTS = ("extends", "rule_modules", "waivers")
_MAPPINGS = ("rules", "accounts", "groups")


def merge(chain: Chain) -> Merged:
    """Merge the files, the most basic first."""
    merged = Merged(chain)
    invalid: set[str] = set()
    for source in chain.sources:
        version = source.data.get("version")
        if "version" not in source.data or type(version) is not int or version != 1:
            invalid.add("version")
            merged.document.pop("version", None)
            merged.origins[("version",)] = Origin(version, source, ("version",))
            if "version" in source.data:
                merged.document["version"] = version
        for key, value in source.data.items():
            if key in invalid:
                continue
            if not _well_formed(key, value):
                invalid.add(key)
                _replace(merged, key, Origin(value, source, (key,)))
            elif value is not None:
                _add(merged, merged.document, source, (key,), value)
    return merged


def _well_formed(key: str, value: Any) -> bool:
    if key == "extends":
        return (isinstance(value, list) and bool(value)) or isinstance(value, str)
    if key in _LISTS:
        return value is None or isinstance(value, list)
    return key not in _MAPPINGS or value is None or isinstance(value, dict)


def _replace(merged: Merged, key: str, origin: Origin) -> None:
    for keys in [keys for keys in merged.origins if keys[0] == key]:
        del merged.origins[keys]
    merged.document[key] = origin.value
    merged.origins[(key,)] = origin


def _add(merged: Merged, document: dict[str, Any], source: Source, path: Keys, value: Any) -> None:
    """Add a value to the document, or to a group in it. `path` is where the file, and the document, have it."""
    key = str(path[-1])
    if key in _LISTS:
        items = document.setdefault(key, [])
        for item, keys in _items(path, value):
            merged.origins[*path, len(items)] = Origin(item, source, keys)
            items.append(item)
    elif key == "rules":
        entries = document.setdefault(key, {})
        for rule, entry in value.items():
            _add_rule(merged, entries, source, (*path, rule), entry)
    elif key == "groups":
        for name, entry in value.items():
            _add_group(merged, source, name, entry)
    elif key == "accounts":
        for account, entry in value.items():
            document.setdefault(key, {})[account] = entry
            before = merged.origins.get((key, account))
            over = before.source.name if before and before.source else None
            merged.origins[(key, account)] = Origin(entry, source, (key, account), over)
    else:
        document[key] = value
        merged.origins[path] = Origin(value, source, path)


def _items(path: Keys, value: Any) -> Iterator[tuple[Any, Keys]]:
    if isinstance(value, list):
        yield from ((item, (*path, index)) for index, item in enumerate(value))
    else:
        yield value, path


def _add_rule(merged: Merged, entries: dict[str, Any], source: Source, path: Keys, entry: Any) -> None:
    """Add a rule's entry to `entries`. `path` is where the file, and the document, have it."""
    rule = str(path[-1])
    if rule in entries and not isinstance(entries[rule], Mapping):
        return  # stays, so that validation reports it
    merged.origins[path] = Origin(entry, source, path)
    if entry is not None and not isinstance(entry, dict):
        entries[rule] = entry
        return
    values = entries.setdefault(rule, {})
    for name, value in (entry or {}).items():
        keys: Keys = (*path, name)
        before = merged.origins.get(keys)
        over = before.source.name if before and before.source and before.value != value else None
        values[name] = value
        merged.origins[keys] = Origin(value, source, keys, over)


def _add_group(merged: Merged, source: Source, name: str, entry: Any) -> None:
    """Add a group: rules value by value, waivers to those that it has, anything else in place of what it has."""
    groups, path = merged.document.setdefault("groups", {}), ("groups", name)
    if name in groups and not isinstance(groups[name], dict):
        return  # stays, so that validation reports it
    merged.origins[path] = Origin(entry, source, path)
    if not isinstance(entry, dict):
        groups[name] = entry
        return
    group = groups.setdefault(name, {})
    for key, value in entry.items():
        merges = key in ("rules", "waivers")
        if merges and (value is None or not _well_formed(key, group.get(key))):
            continue  # what is there already stays, so that validation reports it
        if merges and _well_formed(key, value):
            _add(merged, group, source, (*path, key), value)
        else:
            group[key] = value
            merged.origins[*path, key] = Origin(value, source, (*path, key))
