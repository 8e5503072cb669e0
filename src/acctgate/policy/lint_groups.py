"""Find groups of a policy that loosen it, match no account or have no effect. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from acctgate.model.outcome import BINDING
from acctgate.policy.entry_moves import entry_moves
from acctgate.policy.groups import Condition, Group
from acctgate.policy.policy import Policy
from acctgate.policy.source import Keys
from acctgate.text import dotted, show

Found = tuple[Keys, str]
"""Where the file has a problem, and what it is."""


def lint_groups(policy: Policy, names: list[str], today: date) -> Iterator[Found]:
    """Yield the problems of the groups that the file itself has, of these names."""
    seen: dict[tuple[Condition, ...], str] = {}
    for group in policy.groups:
        if group.name in names:
            keys: Keys = ("groups", group.name)
            same = seen.get(group.match)
            if same is not None:
                yield keys, f"{dotted(keys)}: matches the same accounts as {same}; join the two"
            if not group.rules and not group.waivers:
                yield keys, f"{dotted(keys)}: has neither rules nor waivers; remove it"
            yield from _never(group, policy, (*keys, "match"))
            yield from _rules(group, policy, (*keys, "rules"))
            yield from _waivers(group, policy, today, (*keys, "waivers"))
        seen.setdefault(group.match, group.name)


def _never(group: Group, policy: Policy, keys: Keys) -> Iterator[Found]:
    """Find what no account can be: an ID whose alias is another one, and a folder with an empty name in its path."""
    by_key = {condition.key: condition for condition in group.match}
    ids, alias = by_key.get("id"), by_key.get("alias")
    if ids and alias:
        known = [policy.accounts[each].alias for each in ids.patterns if each in policy.accounts]
        if len(known) == len(ids.patterns) and not any(name is None or alias.holds([name]) for name in known):
            yield keys, f"{dotted(keys)}: can never match: under accounts, no such id has such an alias"
    for pattern in by_key["folder"].patterns if "folder" in by_key else ():
        if "//" in pattern:
            where = (*keys, "folder")
            yield where, f"{dotted(where)}: can never match: {show(pattern)} has a folder without a name"


def _rules(group: Group, policy: Policy, keys: Keys) -> Iterator[Found]:
    inside = policy.in_groups([group.name])
    if group.rules and BINDING.isdisjoint(entry["level"] for entry in inside.rules.values()):
        yield keys, f"{dotted(keys)}: no rule is mandatory in the group, so every account in it passes"
    for rule in policy.all_rules:
        if rule.id not in group.rules:
            continue
        where = (*keys, rule.id)
        before, after = policy.rules[rule.id], inside.rules[rule.id]
        looser = [move for move in entry_moves(rule, before, after) if move.direction not in ("stricter", "changed")]
        if before["level"] in BINDING and looser:
            notes = "; ".join(move.note for move in looser)
            yield where, f"{dotted(where)}: looser than the mandatory rule of the policy: {notes}"
        for key, value in group.rules[rule.id].items():
            if key != "level" and after["level"] == "disabled":
                yield (*where, key), f"{dotted((*where, key))}: has no effect: the rule is disabled"
            elif key != "level" and rule.is_trivial(key, value):
                yield (*where, key), f"{dotted((*where, key))}: {value} holds for every account; ask for more"


def _waivers(group: Group, policy: Policy, today: date, keys: Keys) -> Iterator[Found]:
    inside = policy.in_groups([group.name])
    for index, waiver in enumerate(group.waivers):
        where = (*keys, index)
        if waiver.expires < today:
            yield where, f"{dotted(where)}: expired on {waiver.expires.isoformat()} and no longer counts; remove it"
        elif inside.rules[waiver.rule]["level"] == "disabled":
            yield where, f"{dotted(where)}: {waiver.rule} is disabled: there is nothing to waive; remove it"
