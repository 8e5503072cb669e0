"""security-score against a baseline: how far the score may drop, and the counts that moved with it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.crossguard.judged_stack import JudgedStack
from acctgate.crossguard.stack_accounts import StackAccount
from acctgate.evaluate.baseline import Baseline
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.report_document import Report
from acctgate.model.snapshot import Snapshot
from tests.support import NOW, judge, outcomes_of, policy_of
from tests.support.process import run_here

NO_SCORE = "the baseline has no security score of the account, so its drop is unknown"
NO_BASELINE_ID = (
    "the baseline has no account ID, so it may be of another account; make it of a snapshot with an account_id, or live"
)
NO_ID = "the account has no ID, so the baseline may be of another account; check a snapshot with an account_id, or live"
ONE, TWO = "1111111111111111", "2222222222222222"


def account(score: Any, account_id: str | None = ONE, **counts: Any) -> dict[str, Any]:
    info = {"Score": score, "AccountSecurityPracticeUserInfo": {"RootWithAccessKey": 0, **counts}}
    return {"version": 1, "account_id": account_id, "AccountSecurityPracticeInfo": info}


@pytest.mark.parametrize(
    ("before", "after", "outcome", "message"),
    [
        (account(90), account(85), "pass", "the security score is 85; 5 points lower than in the baseline (90)"),
        (
            account(90),
            account(84, RootWithAccessKey=1),
            "fail",
            "the security score is 84; 6 points lower than in the baseline (90); RootWithAccessKey 1 was 0",
        ),
        (account(84), account(85), "pass", "the security score is 85; 1 point higher than in the baseline (84)"),
        (account(84), account(84, RootWithAccessKey=1), "pass", "the security score is 84; the baseline has the same"),
        (
            account("?"),
            account(84),
            "unknown",
            f"unknown: {NO_SCORE} (worse than in the baseline)",
        ),
        (account(90, None), account(88), "unknown", f"unknown: {NO_BASELINE_ID}"),
        (account(90, None), account(50), "fail", f"the security score is 50; {NO_BASELINE_ID}"),
        (account(90), account(88, None), "unknown", f"unknown: {NO_ID}"),
        (account(90, None), account(90, None), "unknown", f"unknown: {NO_ID}"),
        (account(90, TWO), account(84), "unknown", f"unknown: {NO_SCORE}"),
        (account(90, TWO), account(50), "fail", f"the security score is 50; {NO_SCORE}"),
        (account(70), account(50), "fail", "the security score is 50; 20 points lower than in the baseline (70)"),
    ],
)
def test_the_score_may_drop_so_far(before: dict[str, Any], after: dict[str, Any], outcome: str, message: str) -> None:
    policy = policy_of({"security-score": {"minimum": 60, "max_drop": 5}})
    baseline = Baseline.of(Report(1, "pass", (judge(before, policy),), {}), "base.json")
    [report] = evaluate([Snapshot.from_document(after)], policy, NOW, baseline=baseline)
    [found] = outcomes_of(report, "security-score")
    assert (found.outcome, found.message) == (outcome, message)


def test_nothing_is_compared_with_a_baseline_that_may_be_of_another_account() -> None:
    policy = policy_of({"security-score": {"minimum": 60}})
    baseline = Baseline.of(Report(1, "pass", (judge(account(90, None), policy),), {}), "base.json")
    [report] = evaluate([Snapshot.from_document(account(70))], policy, NOW, baseline=baseline)
    [found] = outcomes_of(report, "security-score")
    assert (found.outcome, found.message) == ("pass", "the security score is 70")


def test_without_a_baseline_it_says_that_it_does_nothing() -> None:
    [found] = outcomes_of(
        judge(account(61), policy_of({"security-score": {"minimum": 60, "max_drop": 5}})), "security-score"
    )
    message = "the security score is 61; there is no baseline to compare it with (max_drop)"
    assert (found.outcome, found.message) == ("pass", message)


WAIVER = f"waivers: [{{rule: security-score, account: '{ONE}', reason: r, owner: o, expires: 2099-01-01}}]\n"


def test_a_baseline_is_a_report_or_a_snapshot_and_a_waiver_covers_a_drop(tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nrules: {security-score: {minimum: 60, max_drop: 5}}\n")
    (tmp_path / "before.json").write_text("\n".join(map(json.dumps, (account(90), account(90, TWO)))))
    (tmp_path / "now.json").write_text("\n".join(map(json.dumps, (account(70), account(90, TWO)))))
    check = ("check", "--policy", policy, "--format", "json", "--snapshot")
    (tmp_path / "report.json").write_text(run_here(*check, tmp_path / "before.json").stdout)
    now = tmp_path / "now.json"
    assert run_here(*check, now, "--baseline", tmp_path / "before.json").status == 1
    assert run_here(*check, now, "--baseline", tmp_path / "report.json", "--jobs", "2").status == 1, "worker processes"
    policy.write_text(policy.read_text() + WAIVER)
    done = run_here(*check, now, "--baseline", tmp_path / "report.json")
    message = json.loads(done.stdout)["accounts"][0]["outcomes"][9]["message"]
    assert done.status == 0 and "20 points lower" in message and "waived by o" in message


def test_the_pack_compares_and_waives_nothing() -> None:
    policy = policy_of({"security-score": {"minimum": 60, "max_drop": 5}, "root-access-keys": {"maximum": 0}})
    before = judge(account(90, RootWithAccessKey=1), policy)
    baseline = Baseline.of(Report(1, "fail", (before,), {}), "base.json")
    now = StackAccount(Snapshot.from_document(account(70, RootWithAccessKey=1)), {})
    evaluation = evaluate([now.snapshot], policy, NOW, planned=[], earlier=baseline)
    [found] = JudgedStack.of(evaluation, evaluation, [now]).accounts
    assert {o.rule: o.outcome for o in found.report.outcomes if o.level != "disabled"} == {
        "security-score": "fail",
        "root-access-keys": "fail",
    }
