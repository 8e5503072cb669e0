"""Groups: which accounts they match, what cannot be told, and what counts in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from acctgate.policy.groups import in_folder
from acctgate.policy.identity import digest
from tests.support import written_policy

PROD: Any = {"folder": "/prod/payments", "tags": {"env": "prod"}, "labels": {"team": "x"}}


def matches(tmp_path: Path, match: str, **document: Any) -> tuple[bool | None, str]:
    """Return whether a group with this `match` has the account, and why."""
    text = f'version: 1\naccounts: {{"5": {{alias: listed}}}}\ngroups: {{a: {{match: {match}}}}}'
    policy = written_policy(tmp_path / "p.yaml", text)
    [found] = policy.memberships(Snapshot.from_document({"version": 1, **document}))
    return found.holds, found.reason


@pytest.mark.parametrize(
    ("pattern", "folder", "wanted"),
    [
        ("/prod", "/prod", True),
        ("/prod/*", "/prod", True),
        ("/prod/", "/prod/payments/eu", True),
        ("/prod", "/production", False),
        ("/prod*", "/production/x", True),
        ("/*/payments", "/prod/payments/eu", True),
        ("/*/payments", "/prod/eu/payments", False),
        ("/prod/payments", "/prod", False),
        ("/", "/", True),
        ("/", "/prod", True),
        ("/*", "/", True),
        ("/Prod", "/prod", False),
        ("/a.b", "/axb", False),
        ("/prod", "prod/x/", True),
    ],
)
def test_a_folder_includes_those_below_it(pattern: str, folder: str, wanted: bool) -> None:
    assert in_folder(pattern, folder) is wanted


@pytest.mark.parametrize(
    ("match", "wanted", "reason"),
    [
        ("{folder: /prod/*}", True, "folder /prod/payments"),
        ("{folder: [/dev, /prod]}", True, "folder /prod/payments"),
        ("{folder: /dev}", False, "folder /prod/payments"),
        ("{tag: {env: [live, prod]}}", True, "tag env prod"),
        ("{tag: {env: dev}}", False, "tag env prod"),
        ("{tag: {team: x}}", False, "no tag team"),
        ("{tag: {env: '*'}, label: {team: x}}", True, "tag env prod; label team x"),
        ("{tag: {env: prod}, label: {team: y}}", False, "label team x"),
        ("{folder: /prod, id: '5'}", True, "folder /prod/payments; id 5"),
        ("{alias: 'pay*'}", True, "alias payments, listed"),
        ("{alias: listed}", True, "alias payments, listed"),
        ("{alias: other}", False, "alias payments, listed"),
    ],
)
def test_every_key_must_hold_and_of_a_list_one_value(tmp_path: Path, match: str, wanted: bool, reason: str) -> None:
    assert matches(tmp_path, match, account_id="5", alias="payments", member=PROD) == (wanted, reason)


@pytest.mark.parametrize(
    ("match", "document", "wanted", "reason"),
    [
        ("{folder: /prod}", {}, None, "its folder is not known"),
        ("{folder: /prod}", {"member": {"tags": {}}}, None, "its folder is not known"),
        ("{tag: {env: prod}}", {"member": {"folder": "/prod"}}, None, "its tag env is not known"),
        ("{label: {team: x}}", {"member": {"tags": {"team": "x"}}}, None, "its label team is not known"),
        ("{id: '5'}", {}, None, "its id is not known"),
        ("{id: '5'}", {"account_id": "0"}, None, "its id is not known"),
        ("{alias: prod}", {"account_id": "6"}, None, "its alias is not known"),
        ("{alias: listed}", {"account_id": "5"}, True, "alias listed"),
        # What is known to differ decides, whatever the rest is.
        ("{folder: /prod, id: '5'}", {"account_id": "6"}, False, "id 6"),
        ("{folder: /prod, tag: {env: x}}", {"member": {"tags": {}}}, False, "no tag env"),
    ],
)
def test_what_the_snapshot_does_not_say_is_unknown(
    tmp_path: Path, match: str, document: dict[str, Any], wanted: bool | None, reason: str
) -> None:
    assert matches(tmp_path, match, **document) == (wanted, reason)


GROUPS = """
version: 1
rules: {session-duration: {max_hours: 12}, root-mfa: {level: advisory}}
groups:
  a: {match: {folder: /a}, rules: {session-duration: {max_hours: 4}, user-mfa: {minimum_ratio: 1}}}
  b: {match: {folder: /b}, rules: {session-duration: {level: advisory, max_hours: 8}, root-mfa: {level: disabled}}}
  c: {match: {folder: /c}, rules: {user-mfa: {level: advisory, minimum_ratio: 0.5}}}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    return written_policy(tmp_path / "p.yaml", GROUPS)


@pytest.mark.parametrize(
    ("names", "rule", "wanted"),
    [
        ((), "session-duration", {"level": "mandatory", "max_hours": 12}),
        (("a",), "session-duration", {"level": "mandatory", "max_hours": 4}),
        (("b",), "session-duration", {"level": "advisory", "max_hours": 8}),
        (("b", "a"), "session-duration", {"level": "advisory", "max_hours": 8}),
        (("b",), "root-mfa", {"level": "disabled"}),
        ((), "user-mfa", {"level": "disabled"}),
        (("a",), "user-mfa", {"level": "mandatory", "minimum_ratio": 1}),
        (("a", "c"), "user-mfa", {"level": "advisory", "minimum_ratio": 0.5}),
    ],
)
def test_a_later_group_overrides_an_earlier_one(
    policy: Policy, names: tuple[str, ...], rule: str, wanted: dict[str, Any]
) -> None:
    assert dict(policy.in_groups(names).rules[rule]) == wanted


def test_values_of_several_groups_that_are_invalid_together_make_the_rule_unknown(policy: Policy) -> None:
    assert policy.in_groups(["a", "b", "c"]).unusable == {}
    broken = {"session-duration": {"max_hours": 40}}  # stands for a rule whose parameters contradict each other
    policy = replace(policy, groups=tuple(replace(group, rules=broken) for group in policy.groups))
    reason = policy.in_groups(["a", "b"]).unusable["session-duration"]
    assert reason.startswith('the groups "a" and "b" do not go together: rules.session-duration.max_hours: should be')
    reason = policy.in_groups(["a", "b", "c"]).unusable["session-duration"]
    assert reason.startswith('the groups "a", "b" and "c" do not go together: ')


def test_a_file_that_extends_another_changes_its_groups_value_by_value(tmp_path: Path, policy: Policy) -> None:
    text = """
version: 1
extends: p.yaml
groups:
  d: {match: {folder: /d}}
  a:
    match: {folder: /a2}
    rules: {session-duration: {max_hours: 2}}
    waivers: [{rule: root-mfa, reason: r, owner: o, expires: 2099-01-01}]
"""
    found = {group.name: group for group in written_policy(tmp_path / "q.yaml", text).groups}
    assert list(found) == ["a", "b", "c", "d"]
    assert found["a"].rules == {"session-duration": {"max_hours": 2}, "user-mfa": {"minimum_ratio": 1}}
    assert [condition.patterns for condition in found["a"].match] == [("/a2",)]
    assert [waiver.group for waiver in found["a"].waivers] == ["a"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/a", "/z"),
        ("max_hours: 4", "max_hours: 5"),
        ("  a:", "  z:"),
        ("level: advisory, max_hours: 8", "max_hours: 8"),
    ],
)
def test_the_digest_covers_groups(tmp_path: Path, policy: Policy, old: str, new: str) -> None:
    assert old in GROUPS
    changed = written_policy(tmp_path / "q.yaml", GROUPS.replace(old, new, 1))
    assert digest(changed) != digest(policy) == digest(written_policy(tmp_path / "r.yaml", GROUPS))


def test_the_sections_of_groups_are_read(tmp_path: Path) -> None:
    text = "version: 1\ngroups: {a: {match: {folder: /a}, rules: {password-length: {minimum: 14}}}}"
    assert written_policy(tmp_path / "p.yaml", text).sections == {"PasswordPolicy"}
