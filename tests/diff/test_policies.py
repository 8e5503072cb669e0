"""What names and waivers for users change between two policies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

import pytest

from acctgate.diff import compare_policies
from acctgate.model.diff_document import PolicyChange
from acctgate.policy import Policy
from acctgate.policy.policy import Waiver
from tests.support import NOW, policy_of

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
