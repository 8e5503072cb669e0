"""Compare the groups of two policies: what becomes stricter or looser for the accounts in them. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from acctgate.model.diff_document import PolicyChange
from acctgate.policy.groups import Condition, Group, Names, distinct_combinations
from acctgate.policy.policy import Policy
from acctgate.policy.waiver import Waiver
from acctgate.redact import one_line
from acctgate.rules.base import RuleEntry

MOST_STATES: Final = 256
"""Different pairs of entries of one rule that are compared. With more, the rule counts as looser."""


class GroupState(NamedTuple):
    """A rule's entry for the accounts in some groups, in both policies."""

    names: Names
    before: RuleEntry
    after: RuleEntry

    @property
    def label(self) -> str:
        """The groups, as a part of the name of a change."""
        return "groups." + "+".join(map(one_line, self.names))


def all_names(before: Policy, after: Policy) -> Names:
    """Return the names of the groups of both policies, in an order that is that of each, if they agree."""
    return tuple(dict.fromkeys(group.name for group in (*before.groups, *after.groups)))


def states(before: Policy, after: Policy, rule: str) -> list[GroupState] | None:
    """Return every pair of entries of a rule that accounts in groups can have; of equal pairs, that of fewest groups.

    Returns:
        The pairs, without that of accounts outside of groups; None if there are too many.
    """

    def state(names: Names) -> GroupState:
        return GroupState(names, _entry(before, rule, names), _entry(after, rule, names))

    naming = {group.name for group in (*before.groups, *after.groups) if rule in group.rules}
    groups = (name for name in all_names(before, after) if name in naming)
    found = distinct_combinations((), groups, lambda names: json.dumps(state(names)[1:], sort_keys=True), MOST_STATES)
    return None if found is None else list(map(state, found[1:]))


def _entry(policy: Policy, rule: str, names: Names) -> RuleEntry:
    if rule not in policy.rules:
        return RuleEntry(level="disabled")
    return policy.entry_in(rule, names)


def waivers(policy: Policy, group: str, rule: str) -> list[Waiver]:
    """Return the waivers of a group for a rule."""
    return [each for found in policy.groups if found.name == group for each in found.waivers if each.rule == rule]


def match_changes(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    """Yield the groups that match other accounts, and a changed order. Both count as looser."""
    old, new = ({group.name: group for group in policy.groups} for policy in (before, after))
    for name in old:
        if name in new and old[name].match != new[name].match:
            note = "it decides which accounts the group judges"
            label = f"groups.{one_line(name)}.match"
            yield PolicyChange(label, "looser", _match(old[name]), _match(new[name]), note)
    orders = [
        [group.name for group in policy.groups if group.name in old and group.name in new] for policy in (before, after)
    ]
    if orders[0] != orders[1]:
        was, now = (", ".join(map(one_line, order)) for order in orders)
        yield PolicyChange("groups", "looser", was, now, "their order decides which one overrides the others")


def _match(group: Group) -> str:
    return ", ".join(map(_condition, group.match))


def _condition(condition: Condition) -> str:
    return f"{condition.subject}: {_texts(condition.patterns)}"


def _texts(patterns: Sequence[str]) -> str:
    return " or ".join(map(one_line, patterns))
