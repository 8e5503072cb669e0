"""What entries, names and waivers change between two policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, permutations
from typing import Any, Final, cast

import pytest

from acctgate.commands.test import find_examples, read_example
from acctgate.diff import compare_policies
from acctgate.model.diff_document import PolicyChange
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from acctgate.policy.entry_moves import entry_moves
from acctgate.policy.validate import entry_fault
from acctgate.policy.waiver import Waiver
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry
from acctgate.rules.support.order import combine
from tests.support import HERE, NOW, policy_of

POLICY: Final = policy_of({"user-mfa": {"minimum_ratio": 1.0}})
LAST: Final = NOW.date() + timedelta(days=9)


def changes(before: Policy, after: Policy) -> list[PolicyChange]:
    """Return what changed."""
    return list(compare_policies(before, after, NOW.date()))


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [
        (None, "hash", "looser"),
        ("hash", "clear", "looser"),
        (False, None, "looser"),
        ("clear", "hash", "stricter"),
        ("hash", False, "stricter"),
    ],
)
def test_more_names_are_looser(old: Any, new: Any, direction: str) -> None:
    (change,) = changes(replace(POLICY, names=old), replace(POLICY, names=new))
    assert (change.rule, change.direction) == ("names", direction)


def with_waivers(*users: str | None) -> Policy:
    """Return the policy with a waiver for each of these users; None is everybody."""
    return replace(POLICY, waivers=tuple(Waiver("user-mfa", "r", "o", LAST, user=user) for user in users))


@pytest.mark.parametrize(
    ("old", "new", "direction", "note"),
    [
        ([], ["ada@x"], "looser", "new waiver for one user of every account"),
        (["ada@x"], [None], "looser", "new waiver for every account"),
        (["ada@x"], ["bob@x"], "mixed", "new waiver for one user of every account"),
        ([None], ["ada@x"], "stricter", "a waiver for every account is gone or shorter"),
        (["ada@x", "bob@x"], ["ada@x"], "stricter", "a waiver for one user of every account is gone or shorter"),
    ],
)
def test_waivers_for_users(old: list[str | None], new: list[str | None], direction: str, note: str) -> None:
    (change,) = changes(with_waivers(*old), with_waivers(*new))
    assert (change.direction, note in change.note) == (direction, True)
    assert "ada@x" not in change.note


def test_a_policy_that_lets_reports_be_generated_is_looser() -> None:
    (change,) = changes(POLICY, replace(POLICY, generate=True))
    assert (change.rule, change.direction, change.after) == ("generate", "looser", "true")
    (change,) = changes(replace(POLICY, generate=True), POLICY)
    assert change.direction == "stricter"


def with_stacks(*stacks: str | None) -> Policy:
    """Return the policy with a waiver for each of these stacks; None is every stack."""
    return replace(POLICY, waivers=tuple(Waiver("user-mfa", "r", "o", LAST, stack=stack) for stack in stacks))


@pytest.mark.parametrize(
    ("old", "new", "direction", "note"),
    [
        ([], ["dev"], "looser", "new waiver for every account in stack dev"),
        ([None], ["dev"], "stricter", "a waiver for every account is gone or shorter"),
        (["dev"], [None], "looser", "new waiver for every account until"),
        (["dev"], ["payments/dev"], "stricter", "a waiver for every account in stack dev is gone"),
        (["acme/payments/dev"], ["payments/dev"], "looser", "new waiver for every account in stack payments/dev"),
        (["dev"], ["prod"], "mixed", "new waiver for every account in stack prod"),
    ],
)
def test_waivers_for_stacks(old: list[str | None], new: list[str | None], direction: str, note: str) -> None:
    (change,) = changes(with_stacks(*old), with_stacks(*new))
    assert (change.direction, note in change.note) == (direction, True)


FINDINGS: Final = {"fail", "unknown"}
EXAMPLES: Final = [
    example
    for found in find_examples(HERE / "rules", {rule.id for rule in RULES})
    if (example := read_example(HERE / "rules", *found)).entry and example.planned is None
]


def parts_of(entry: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the mandatory entries that have some of the parameters of an entry."""
    names = [name for name in entry if name != "level"]
    for count in range(len(names) + 1):
        for some in combinations(names, count):
            yield {"level": "mandatory", **{name: entry[name] for name in some}}


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES if any(each.rule == rule.id for each in EXAMPLES)], ids=lambda rule: rule.id
)
def test_no_example_passes_because_of_what_is_not_shown_as_looser(rule: Rule[Any]) -> None:
    """Switches apart: of two opposite ones, the stricter is defined by what is more secure."""
    examples = [example for example in EXAMPLES if example.rule == rule.id]
    entries: list[dict[str, Any]] = []
    for example in examples:
        entries += [part for part in parts_of(example.entry or {}) if part not in entries]
    entries = [entry for entry in entries if entry_fault(rule, entry) is None]
    accounts = [(Snapshot.from_document(example.snapshot), example.now or NOW) for example in examples]
    found = [[[each.outcome for each in rule.judgements(a, entry, now)] for a, now in accounts] for entry in entries]
    for (before, old), (after, new) in permutations(zip(entries, found, strict=True), 2):
        switched = any(isinstance(before.get(name), bool) for name in ("allow", "require"))
        moves = list(entry_moves(rule, cast(RuleEntry, before), cast(RuleEntry, after)))
        if switched or combine(moves).direction in ("looser", "mixed", "unknown"):
            continue
        for was, now in zip(old, new, strict=True):
            findings = [later for earlier, later in zip(was, now, strict=True) if earlier in FINDINGS]
            assert FINDINGS.issuperset(findings), (before, after)
