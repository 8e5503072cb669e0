"""The effective policy as one document, with the file and line of each value."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any

from acctgate.model.outcome import Place
from acctgate.policy.chain import Chain, RulesById
from acctgate.policy.source import Keys, Source


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
    group: str | None = None
    """The group of accounts that it is for; None: all."""

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
    def location(self) -> Place | None:
        """The place in a file of the user's, None in any other."""
        return None if self.source is None or self.source.foreign else self.source.location(self.keys)

    @property
    def description(self) -> str:
        """The place, with the group, and what it overrides."""
        place = f"{self.place} (group {self.group})" if self.group else self.place
        return f"{place}, over {self.over}" if self.over else place


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

    def waivers(self, group: str | None = None) -> list[Origin]:
        """Return the waivers of all files, in their order; with a group, those of the group."""
        start: Keys = ("waivers",) if group is None else ("groups", group, "waivers")
        return [self.origins[keys] for keys in self._below(start)]

    def accounts(self) -> dict[str, Origin]:
        """Return account id → its entry."""
        return {str(keys[-1]): self.origins[keys] for keys in self._below(("accounts",))}

    def groups(self) -> dict[str, Origin]:
        """Return group → its entry, in the order in which later ones override earlier ones."""
        return {str(keys[-1]): self.origins[keys] for keys in self._below(("groups",))}

    def group_rules(self, group: str) -> dict[str, dict[str, Origin]]:
        """Return rule id → level and parameters that a group itself sets."""
        rules = self._below(("groups", group, "rules"))
        return {str(keys[-1]): {str(each[-1]): self.origins[each] for each in self._below(keys)} for keys in rules}

    def group_origin(self, rule: str) -> Origin | None:
        """Return the first place where a group names a rule, None if no group does."""
        naming = (keys for keys in self.origins if keys[::2] == ("groups", "rules") and keys[3:] == (rule,))
        return next((self.origins[keys] for keys in naming), None)

    def _below(self, start: Keys) -> list[Keys]:
        """Return the paths of the values directly below a path."""
        return [keys for keys in self.origins if keys[:-1] == start]

    def in_groups(self, names: Collection[str]) -> Merged:
        """Return what counts for accounts in exactly these groups: their values over those of the policy."""
        document = {key: value for key, value in self.document.items() if key != "groups"}
        document["rules"] = dict(document.get("rules") or {})
        document["waivers"] = list(document.get("waivers") or ())
        view = Merged(self.chain, document, {keys: self.origins[keys] for keys in self.origins if keys[0] != "groups"})
        for name in (name for name in self.groups() if name in names):
            for keys in (keys for keys in self.origins if keys[:2] == ("groups", name) and len(keys) > 3):
                _overlay(view, keys, replace(self.origins[keys], group=name))
        return view


def _overlay(view: Merged, keys: Keys, origin: Origin) -> None:
    """Put a group's value, which the merged policy has at `keys`, over what the view has."""
    if keys[2] == "waivers":
        view.origins["waivers", len(view.document["waivers"])] = origin
        view.document["waivers"].append(origin.value)
    elif keys[2] == "rules":
        path = keys[2:]
        before = view.origins.get(path)
        if len(path) == 3:
            rule, name = str(path[1]), str(path[2])
            over = before.place if before and before.source and before.value != origin.value else None
            view.document["rules"][rule] = {**(view.document["rules"].get(rule) or {}), name: origin.value}
            origin = replace(origin, over=over)
        else:
            view.document["rules"].setdefault(str(path[1]), dict(origin.value or {}))
        view.origins[path] = origin
