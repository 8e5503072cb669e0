"""The severity of a rule, as a policy and its groups override it: in every outcome, threshold and comparison."""

from __future__ import annotations

import json
from typing import Final

import pytest

from acctgate.diff import compare_policies
from acctgate.evaluate.controls import Controls
from acctgate.evaluate.fail_on import FailOn
from acctgate.evaluate.pipeline import evaluate
from acctgate.frameworks.framework import load_framework
from acctgate.model.outcome import Outcome
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy
from tests.support import NOW, outcomes_of, policy_of
from tests.support.reports import rendered

PROD: Final = {"match": {"folder": "/prod"}, "rules": {"session-duration": {"severity": "critical"}}}
LOWERED: Final = {"session-duration": {"max_hours": 4, "severity": "low"}}


def session(hours: int, folder: str | None = None) -> Snapshot:
    """Return an account with sessions of this length."""
    member = {"member": {"folder": folder}} if folder else {}
    login = {"LoginProfilePreference": {"LoginSessionDuration": hours}}
    return Snapshot.from_document({"version": 1, "account_id": "1", "SecurityPreference": login, **member})


def judged(policy: Policy, folder: str | None = None) -> Outcome:
    """Return the outcome of sessions of 20 hours."""
    (report,) = evaluate([session(20, folder)], policy, NOW)
    (found,) = outcomes_of(report, "session-duration")
    return found


def test_a_policy_overrides_the_severity_of_its_rule_only() -> None:
    assert judged(policy_of({"session-duration": {"max_hours": 4}})).severity == "medium"
    assert judged(policy_of(LOWERED)).severity == "low"


def test_a_group_overrides_it_for_its_accounts_and_an_unknown_group_counts_as_the_most_severe() -> None:
    policy = policy_of(LOWERED, groups={"prod": PROD})
    found = [judged(policy, folder).severity for folder in ("/prod/x", "/dev", None)]
    assert found == ["critical", "low", "critical"]
    wider = {**PROD, "rules": {"session-duration": {"max_hours": 24, "severity": "critical"}}}
    unproven = judged(policy_of(LOWERED, groups={"prod": wider}))
    assert (unproven.outcome, unproven.severity) == ("unknown", "critical")


def test_a_policy_that_disables_the_rule_has_no_severity_that_it_may_have() -> None:
    enabled = {"match": {"folder": "/prod"}, "rules": LOWERED}
    unproven = judged(policy_of({}, groups={"prod": enabled}))
    assert (unproven.outcome, unproven.severity) == ("unknown", "low")


def test_accounts_share_the_outcome_if_their_groups_are_not_known() -> None:
    policy = policy_of(LOWERED, groups={"prod": {**PROD, "rules": {"session-duration": {"max_hours": 2}}}})
    first, second = (outcomes_of(each, "session-duration") for each in evaluate([session(20)] * 2, policy, NOW))
    assert first[0] is second[0]


def test_the_threshold_uses_the_severity_of_the_policy() -> None:
    policy = policy_of(LOWERED)
    high = FailOn.of(["high"])
    assert not high.can_block(policy.levels())
    assert high.can_block(policy_of({"session-duration": {"max_hours": 4, "severity": "high"}}).levels())
    (report,) = evaluate([session(20)], policy, NOW, fail_on=FailOn.of(["medium"]))
    assert report.verdict == "pass"


@pytest.mark.parametrize(
    ("old", "new", "direction"),
    [(None, "low", "looser"), (None, "high", "stricter"), ("low", None, "stricter"), ("high", "medium", "looser")],
)
def test_a_lower_severity_is_looser(old: str | None, new: str | None, direction: str) -> None:
    before, after = (
        policy_of({"session-duration": {"max_hours": 4, **({"severity": given} if given else {})}})
        for given in (old, new)
    )
    (change,) = compare_policies(before, after, NOW.date())
    assert change.direction == direction
    assert change.note == f"severity {new or 'medium'} was {old or 'medium'}"


def test_the_own_severity_spelled_out_is_no_change() -> None:
    before = policy_of({"root-mfa": {}})
    assert compare_policies(before, policy_of({"root-mfa": {"severity": "critical"}}), NOW.date()) == ()


def test_a_framework_s_control_does_not_take_the_severity_for_a_parameter() -> None:
    framework = load_framework("cis-2.0")
    snapshot = Snapshot.from_document(
        {
            "version": 1,
            "AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": {"BindMfa": True}},
        }
    )
    results = [
        {each.id: each.outcome for each in Controls([framework], policy, NOW)(snapshot)[0].controls}["1.3"]
        for policy in (policy_of({"root-mfa": {}}), policy_of({"root-mfa": {"severity": "low"}}))
    ]
    assert results == ["pass", "pass"]


def test_sarif_scores_a_rule_by_the_most_severe_of_its_results() -> None:
    (run,) = json.loads(rendered("sarif", ([session(20)], policy_of(LOWERED))))["runs"]
    scores = {rule["id"]: rule["properties"]["security-severity"] for rule in run["tool"]["driver"]["rules"]}
    assert (scores["session-duration"], scores["root-mfa"]) == ("3.0", "9.5")
    assert run["results"][0]["properties"]["severity"] == "low"
