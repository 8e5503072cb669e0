"""Accounts are judged together as each is alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.evaluate.prepare import prepare, prepare_many
from acctgate.model.credential_report import Names
from acctgate.model.other_change import OtherChange
from acctgate.model.outcome import Place
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_preset
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from tests.support import NOW, policy_of
from tests.support.accounts import GOOD
from tests.support.strategies import SETTINGS

_ENFORCED = ("SecurityPreference", "LoginProfilePreference", "EnforceMFAForLogin")
_PLACE = Place("main.tf", 3)
_MASKS = ("SecurityPreference", "LoginProfilePreference", "LoginNetworkMasks")
_ERROR = {"code": "NoPermission", "message": "No."}
_ACCOUNTS = [
    Snapshot.from_document(GOOD),
    Snapshot.from_document({**GOOD, "account_id": "2"}),
    Snapshot.from_document({**GOOD, "account_id": "3", "SecurityPreference": {"LoginProfilePreference": 1}}),
    Snapshot.from_document({"version": 1, "errors": {"PasswordPolicy": _ERROR}}),
    Snapshot({"version": 1}, unreadable="nothing could be read"),
    Snapshot({**GOOD, "SecurityPreference": {"VerificationPreference": {"VerificationTypes": ["sms"]}}}),
    replace(Snapshot.from_document(GOOD), notes={_MASKS: "the plan sets it"}),
    Snapshot.from_document(GOOD),
]


@pytest.fixture
def together() -> Callable[[Sequence[Snapshot]], list[AccountReport]]:
    return prepare_many(load_preset("strict"), NOW)


def _plain(report: AccountReport) -> tuple[object, ...]:
    """Return the report with outcomes that can be compared: they are equal only if they are the same object."""
    return replace(report, outcomes=()), [asdict(each) for each in report.outcomes]


def test_each_account_is_judged_as_it_is_alone(
    together: Callable[[Sequence[Snapshot]], list[AccountReport]],
) -> None:
    alone = [prepare(load_preset("strict"), NOW)(account) for account in _ACCOUNTS]
    assert list(map(_plain, together(_ACCOUNTS))) == list(map(_plain, alone))


def test_accounts_share_outcomes_but_not_what_a_plan_adds_to_one(
    together: Callable[[Sequence[Snapshot]], list[AccountReport]],
) -> None:
    first, *_, planned, last = together(_ACCOUNTS)
    masks = [next(each for each in one.outcomes if each.rule == "network-masks") for one in (first, planned, last)]
    assert masks[0] is masks[2]
    assert masks[1].message == f"{masks[0].message}; the plan sets it"


def test_accounts_share_the_outcomes_of_disabled_rules() -> None:
    policy = load_preset("baseline")
    first, second = prepare_many(policy, NOW)(_ACCOUNTS[:2])
    own = {one.rule for one, other in zip(first.outcomes, second.outcomes, strict=True) if one is not other}
    assert any(policy.entry(rule.id)["level"] == "disabled" for rule in policy.all_rules)
    assert own == {"account-identity"}


def test_a_disabled_rule_mentions_a_change_to_any_of_its_settings() -> None:
    preset = load_preset("strict")
    policy = replace(preset, rules={**preset.rules, "login-mfa": {**preset.entry("login-mfa"), "level": "disabled"}})
    account = replace(Snapshot.from_document(GOOD), notes={_ENFORCED: "the plan sets it"}, places={_ENFORCED: _PLACE})
    found = next(each for each in prepare(policy, NOW)(account).outcomes if each.rule == "login-mfa")
    assert (found.outcome, found.message, found.place) == (
        "skipped",
        "the rule is disabled; the plan sets it",
        _PLACE,
    )


_PATHS = sorted({path for rule in RULES if isinstance(rule, SettingRule) for path in rule.paths})
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [0, 1, 1.0, True, False, 24, "", "mandatory", "10.0.0.0/8", "x" * 1001, [], ["a"], {}, None]
)
_SECTIONS = st.sampled_from(["SecurityPreference", "AccountSecurityPracticeInfo", "PasswordPolicy", "account_id"])
_MOVED = OtherChange("passwords", "alicloud_ram_account_password_policy", "update")


@st.composite
def _accounts(draw: st.DrawFn) -> Snapshot:
    """Draw an account with wrong and missing values, errors, its age, and what a plan does to it."""
    document = deepcopy(GOOD)
    for path, value in draw(st.dictionaries(st.sampled_from(_PATHS), _VALUES, max_size=3)).items():
        parent: Any = document
        for key in path[:-1]:
            parent = parent.setdefault(key, {}) if isinstance(parent, dict) else parent
        if isinstance(parent, dict):
            parent[path[-1]] = value
    for section in draw(st.sets(_SECTIONS, max_size=2)):
        document.setdefault("errors", {})[section] = {"code": "NoPermission", "message": draw(st.sampled_from("ab"))}
        if draw(st.booleans()):
            document.pop(section, None)
    document["account_id"] = draw(st.sampled_from(["1234567890123456", "1234567890123457"]))
    if folder := draw(st.sampled_from([None, "/prod", "/sandbox"])):
        document["member"] = {"folder": folder}
    document["taken_at"] = draw(st.sampled_from([NOW.isoformat(), "2020-01-01T00:00:00Z"]))
    account = Snapshot.from_document(document)
    if draw(st.booleans()):
        return account
    path = draw(st.sampled_from(_PATHS))
    return replace(
        account,
        notes=draw(st.sampled_from([{}, {path: "the plan sets it"}])),
        places=draw(st.sampled_from([{}, {path: _PLACE}])),
        moved=draw(st.sampled_from([(), (_MOVED,)])),
        unreadable=draw(st.sampled_from([None, "accounts.ndjson:3: invalid JSON"])),
    )


_GROUPS: dict[str, Any] = {
    "production": {"match": {"folder": "/prod"}, "rules": {"session-duration": {"max_hours": 4}}},
    "sandbox": {"match": {"folder": "/sandbox"}, "rules": {"login-mfa": {"require": "adaptive", "where_sso": "skip"}}},
}
_POLICIES = [load_preset("baseline"), load_preset("strict"), policy_of({}, extends="strict", groups=_GROUPS)]


@SETTINGS
@given(
    accounts=st.lists(_accounts(), min_size=2, max_size=3),
    policy=st.sampled_from(_POLICIES),
    max_age=st.sampled_from([None, 24.0]),
    names=st.sampled_from([None, "clear"]),
)
def test_no_account_has_the_outcome_of_another(
    accounts: list[Snapshot], policy: Policy, max_age: float | None, names: Names | None
) -> None:
    policy = replace(policy, max_age_hours=max_age, names=names)
    together = prepare_many(policy, NOW)(accounts)
    for account, report in zip(accounts, together, strict=True):
        assert list(map(repr, _plain(prepare(policy, NOW)(account)))) == list(map(repr, _plain(report)))
