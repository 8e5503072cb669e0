"""A change of a group is stricter or looser for the accounts in it, alone or with other groups."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.diff import compare_policies
from tests.support import NOW, policy_of

BASE: Any = {"session-duration": {"max_hours": 12}, "root-mfa": {}}
PROD: Any = {"match": {"folder": "/prod"}, "rules": {"session-duration": {"max_hours": 4}}}
TEAM: Any = {"match": {"tag": {"team": "x"}}, "rules": {"session-duration": {"max_hours": 8}}}
WAIVER: Any = {"rule": "root-mfa", "reason": "r", "owner": "o", "expires": "2027-01-01"}


def hours(group: Any, hours: int, **more: Any) -> Any:
    return {**group, "rules": {"session-duration": {"max_hours": hours, **more}}}


@pytest.mark.parametrize(
    ("before", "after", "wanted"),
    [
        ({}, {}, []),
        ({"p": PROD}, {"p": PROD}, []),
        ({}, {"p": PROD}, [("groups.p: session-duration", "stricter")]),
        ({"p": PROD}, {}, [("groups.p: session-duration", "looser")]),
        ({}, {"p": hours(PROD, 20)}, [("groups.p: session-duration", "looser")]),
        ({"p": PROD}, {"p": hours(PROD, 6)}, [("groups.p: session-duration", "looser")]),
        ({"p": PROD}, {"p": hours(PROD, 2, level="advisory")}, [("groups.p: session-duration", "mixed")]),
        ({"p": PROD}, {"p": {**PROD, "match": {"folder": "/prod/eu"}}}, [("groups.p.match", "looser")]),
        ({"p": PROD, "t": TEAM}, {"t": TEAM, "p": PROD}, [("groups", "looser")]),
        ({}, {"p": {"match": PROD["match"], "waivers": [WAIVER]}}, [("groups.p: root-mfa", "looser")]),
        ({"p": {"match": PROD["match"], "waivers": [WAIVER]}}, {}, [("groups.p: root-mfa", "stricter")]),
        # Stricter than outside of groups, but it overrides what is stricter still.
        (
            {"p": PROD},
            {"p": PROD, "t": TEAM},
            [("groups.p+t: session-duration", "looser"), ("groups.t: session-duration", "stricter")],
        ),
        ({"t": TEAM}, {"t": TEAM, "p": PROD}, [("groups.p: session-duration", "stricter")]),
    ],
)
def test_changes_of_groups(before: Any, after: Any, wanted: list[tuple[str, str]]) -> None:
    changes = compare_policies(policy_of(BASE, groups=before), policy_of(BASE, groups=after), NOW.date())
    assert sorted((change.rule, change.direction) for change in changes) == wanted


def test_a_change_outside_of_groups_is_not_repeated() -> None:
    groups = {"p": {"match": PROD["match"], "rules": {"session-duration": {"level": "advisory"}}}}
    changed = {**BASE, "session-duration": {"max_hours": 20}}
    changes = compare_policies(policy_of(BASE, groups=groups), policy_of(changed, groups=groups), NOW.date())
    assert [change.rule for change in changes] == ["session-duration"]


def test_too_many_combinations_count_as_looser() -> None:
    rules = ({"max_addresses": 9}, {"max_public_addresses": 9}, {"level": "advisory"})
    groups = {
        f"{number}-{index}": {"match": {"folder": f"/{number}"}, "rules": {"network-masks": entry}}
        for number in range(9)
        for index, entry in enumerate([*rules, {"within": [f"10.{number}.0.0/16"]}, {"max_addresses": number + 1}])
    }
    before = policy_of({"network-masks": {}}, groups=groups)
    after = policy_of({"network-masks": {"max_addresses": 8}}, groups=groups)
    changes = {change.rule: change.direction for change in compare_policies(before, after, NOW.date())}
    assert changes == {"network-masks": "stricter", "groups: network-masks": "looser"}
