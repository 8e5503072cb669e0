"""Merge the files of a policy into one document, and remember where each value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from acctgate.policy.chain import Chain, RulesById
from acctgate.policy.source import Keys, Source

_LISTS = ("extends", "rule_modules", "waivers")
_MAPPINGS = ("rules", "accounts")


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, and the file that sets it."""

    value: Any
    source: Source | None = None
    """None: no file sets it; it is the default."""
    keys: Keys = ()
    """Where the file has it."""
    over: str | None = None
    """The file whose different value it overrides."""

    @property
    def line(self) -> int:
        """The line in the file, from 1; 0 for a default."""
        return self.source.line(self.keys) if self.source else 0

    @property
    def place(self) -> str:
        """`policies/policy.yaml:5`; a preset or a package's file by its name."""
        if self.source is None:
            return "by default"
        return self.source.name if self.source.foreign else self.source.place(self.keys)

    @property
    def description(self) -> str:
        """The place, and the file whose value it overrides."""
        return f"{self.place}, over {self.over}" if self.over else self.place


@dataclass(frozen=True, slots=True)
class Merged:
    """The effective policy as a document, not yet validated.

    A later file overrides an earlier one: rules value by value, accounts entry by entry; lists are joined. A value of
    the wrong type is never overridden, so that validation reports it.
    """

    chain: Chain
    document: dict[str, Any] = field(default_factory=dict)
    origins: dict[Keys, Origin] = field(default_factory=dict)
    """Path in the document → origin. Paths below a list's item are not listed; see `locate`."""

    @property
    def file(self) -> Source:
        """The file that extends the others."""
        return self.chain.file

    @property
    def all_rules(self) -> RulesById:
        """The rules that the policy can name."""
        return self.chain.all_rules

    def locate(self, keys: Keys) -> tuple[Source, Keys]:
        """Return the file that sets a value of the document, and the value's path in that file."""
        for length in range(len(keys), 0, -1):
            origin = self.origins.get(keys[:length])
            if origin is not None and origin.source is not None:
                return origin.source, (*origin.keys, *keys[length:])
        return self.file, keys

    def rules(self) -> dict[str, dict[str, Origin]]:
        """Return rule id → level and parameters, in the order of the rules. Rules that no file names are left out."""
        named: dict[str, dict[str, Origin]] = {rule: {} for rule in self.document.get("rules") or {}}
        for keys, origin in self.origins.items():
            if keys[0] == "rules" and len(keys) == 3:
                named[str(keys[1])][str(keys[2])] = origin
        default = Origin("mandatory")
        return {
            rule: {"level": named[rule].get("level", default), **named[rule]}
            for rule in self.all_rules
            if rule in named
        }

    def waivers(self) -> list[Origin]:
        """Return the waivers of all files, in their order."""
        return [origin for keys, origin in self.origins.items() if keys[0] == "waivers" and len(keys) == 2]

    def accounts(self) -> dict[str, Origin]:
        """Return account id → its entry."""
        found = {keys: origin for keys, origin in self.origins.items() if keys[0] == "accounts" and len(keys) == 2}
        return {str(keys[1]): origin for keys, origin in found.items()}


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
                _add(merged, source, key, value)
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


def _add(merged: Merged, source: Source, key: str, value: Any) -> None:
    if key in _LISTS:
        items = merged.document.setdefault(key, [])
        for item, keys in _items(key, value):
            merged.origins[(key, len(items))] = Origin(item, source, keys)
            items.append(item)
    elif key == "rules":
        for rule, entry in value.items():
            _add_rule(merged, source, rule, entry)
    elif key == "accounts":
        for account, entry in value.items():
            merged.document.setdefault(key, {})[account] = entry
            before = merged.origins.get((key, account))
            over = before.source.name if before and before.source else None
            merged.origins[(key, account)] = Origin(entry, source, (key, account), over)
    else:
        merged.document[key] = value
        merged.origins[(key,)] = Origin(value, source, (key,))


def _items(key: str, value: Any) -> Iterator[tuple[Any, Keys]]:
    if isinstance(value, list):
        yield from ((item, (key, index)) for index, item in enumerate(value))
    else:
        yield value, (key,)


def _add_rule(merged: Merged, source: Source, rule: str, entry: Any) -> None:
    entries = merged.document.setdefault("rules", {})
    if rule in entries and not isinstance(entries[rule], Mapping):
        return  # stays, so that validation reports it
    merged.origins[("rules", rule)] = Origin(entry, source, ("rules", rule))
    if entry is not None and not isinstance(entry, dict):
        entries[rule] = entry
        return
    values = entries.setdefault(rule, {})
    for name, value in (entry or {}).items():
        keys: Keys = ("rules", rule, name)
        before = merged.origins.get(keys)
        over = before.source.name if before and before.source and before.value != value else None
        values[name] = value
        merged.origins[keys] = Origin(value, source, keys, over)
