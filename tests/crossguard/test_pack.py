"""The gate on the real engine: what is blocked, what passes, what cannot be proven."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pulumi_alicloud as alicloud
import pytest

from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference
from acctgate.demo import DemoAccount, DemoServer
from acctgate.demo.account import ACCESS_KEY_SECRET
from acctgate.evaluate.pipeline import evaluate
from acctgate.policy import load_policy
from acctgate.sources.live import read_account
from acctgate.sources.target import Target
from tests.support.engine import Stack, data_sources

pytestmark = pytest.mark.engine
MakeStack = Callable[..., Stack]
BLOCKING = {"login-mfa", "security-score", "root-access-keys", "root-mfa", "user-mfa", "password-strength"}


def test_the_demo_account_is_blocked_by_exactly_the_expected_rules(make_stack: MakeStack) -> None:
    run = make_stack(data_sources).run()
    assert not run.ok
    assert run.failed() == BLOCKING
    assert {rule for rule, level in run.violations if level == "mandatory"} == BLOCKING
    assert run.report is not None
    assert run.report["verdict"] == "fail"
    assert run.report["counts"]["pass"] == 12
    assert run.report["accounts"][0]["account"] == "1234567890123456"


def test_the_report_agrees_with_the_live_account_judged_without_pulumi(
    make_stack: MakeStack, demo: DemoServer, tmp_path: Path
) -> None:
    text = """version: 1
extends: strict
rules:
  login-mfa: {where_sso: skip}
  user-sso: {level: mandatory, require: true}
  access-key-networks: {level: mandatory, within: [10.0.0.0/8]}
"""
    run = make_stack(data_sources, policy=text).run()
    report = run.report
    assert report is not None
    assert run.failed() == BLOCKING | {"user-sso", "access-key-networks"}
    now = datetime.now(UTC)
    (tmp_path / "strict.yaml").write_text(text)
    policy = load_policy(tmp_path / "strict.yaml")
    [judged] = evaluate([read_account(Target(endpoint=demo.endpoint), now)], policy, now)
    reported = [(o["rule"], o["outcome"], o["actual"]) for o in report["accounts"][0]["outcomes"]]
    expected = [(o.rule, o.outcome, o.actual) for o in judged.outcomes]
    assert [each[:2] for each in reported] == [each[:2] for each in expected]
    assert [each for each in reported if each[1] != "skipped"] == [each for each in expected if each[1] != "skipped"]


def test_a_compliant_account_passes(make_stack: MakeStack, demo: DemoServer) -> None:
    demo.account.comply()
    run = make_stack(data_sources).run()
    assert run.ok, run.output
    assert run.report is not None
    assert run.report["verdict"] == "pass"
    assert run.failed() == run.failed("unknown") == set()


@pytest.mark.parametrize("compliant", [True, False])
def test_a_denied_api_makes_its_rules_unknown_and_leaves_the_others_judged(
    make_stack: MakeStack, demo: DemoServer, compliant: bool
) -> None:
    demo.denied = {"GetSecurityPreference"}
    if compliant:
        demo.account.comply()
    run = make_stack(data_sources).run()
    assert not run.ok
    assert run.report is not None
    assert run.failed("unknown") == {
        "login-mfa",
        "mfa-ticket",
        "session-duration",
        "network-masks",
        "manage-access-keys",
    }
    assert run.report["verdict"] == ("unknown" if compliant else "fail")
    assert run.failed() == (set() if compliant else BLOCKING - {"login-mfa"})
    message = next(o["message"] for o in run.report["accounts"][0]["outcomes"] if o["rule"] == "login-mfa")
    assert "NoPermission" in message
    assert "ram:GetSecurityPreference" in message
    assert "request id" in message
    assert ("login-mfa", "mandatory") in run.violations


def test_a_denied_identity_leaves_the_account_judged_without_a_name(make_stack: MakeStack, demo: DemoServer) -> None:
    demo.denied = {"GetCallerIdentity"}
    run = make_stack(data_sources).run()
    assert run.report is not None
    assert [account["account"] for account in run.report["accounts"]] == [None]
    assert run.failed() == BLOCKING


def test_an_account_that_cannot_be_read_proves_nothing(make_stack: MakeStack) -> None:
    run = make_stack(lambda: None, ACCTGATE_ENDPOINT="127.0.0.1:1").run()
    assert not run.ok
    assert run.report is not None
    assert run.report["verdict"] == "unknown"
    assert run.report["counts"]["pass"] == 0


def test_drift_after_an_up_is_shown_by_pulumi_and_blocked(make_stack: MakeStack, demo: DemoServer) -> None:
    demo.account.comply()
    stack = make_stack(data_sources)
    first = stack.run("up")
    assert first.ok, first.output
    again = stack.run()
    assert again.operations["preference"] == "same"
    demo.account.preference["LoginProfilePreference"]["LoginSessionDuration"] = 24
    drifted = stack.run(diff=True)
    assert not drifted.ok
    assert drifted.failed() == {"session-duration"}
    assert drifted.operations["preference"] == "update"
    assert "LoginSessionDuration" in drifted.output
    assert "6 => 24" in drifted.output.replace("    ", " ")


def test_refresh_and_destroy_change_nothing_in_the_account(make_stack: MakeStack, demo: DemoServer) -> None:
    demo.account.comply()
    stack = make_stack(data_sources)
    assert stack.run("up").ok
    before = json.dumps(demo.account.preference)
    demo.account.practice["Score"] = 90
    assert stack.run("refresh").ok
    state = json.dumps(stack.stack.export_stack().deployment)
    assert '"Score": 90' in state
    assert stack.run("destroy").ok
    assert json.dumps(demo.account.preference) == before
    assert demo.calls["SetSecurityPreference"] == 0
    assert "acctgate" not in json.dumps(stack.stack.export_stack().deployment)


def test_the_state_has_no_credential_and_no_signed_url(make_stack: MakeStack, demo: DemoServer) -> None:
    stack = make_stack(data_sources, policy="version: 1\n")
    run = stack.run("up")
    assert run.ok, run.output
    state = json.dumps(stack.stack.export_stack().deployment) + run.output + json.dumps(run.report)
    assert "cp-fdc8626622af00f9" in state
    for secret in (ACCESS_KEY_SECRET, "Signature", "OSSAccessKeyId", "ReportUrl", "Expires="):
        assert secret not in state
    assert demo.calls["GetCompliancePackReport"] >= 1


def test_policy_pack_config_overrides_the_policy_file(make_stack: MakeStack) -> None:
    stack = make_stack(data_sources)
    stack.pack_config = stack.folder / "config.json"
    config: dict[str, Any] = {
        "security-score": {"minimum": 60},
        "session-duration": {"max_hours": 5},
        "root-mfa": "advisory",
        "user-mfa": "disabled",
        "login-mfa": {"enforcementLevel": "mandatory", "require": "adaptive"},
        "network-masks": {"within": ["192.168.0.0/16"]},
    }
    stack.pack_config.write_text(json.dumps(config))
    run = stack.run()
    assert run.failed() == {"session-duration", "network-masks", "root-access-keys", "password-strength"}
    assert "root-mfa" in run.failed(level="advisory")
    assert "user-mfa" in run.failed("skipped", "disabled")
    assert run.report is not None
    expected = {o["rule"]: o["expected"] for o in run.report["accounts"][0]["outcomes"]}
    assert expected["session-duration"] == "at most 5 hours"
    assert expected["security-score"] == "at least 60"


def test_policy_pack_config_overrides_groups_even_with_what_counts_in_one(make_stack: MakeStack) -> None:
    """The engine sends a declared level and default as if they had been given; so of such rules none is declared."""
    text = """
version: 1
rules: {session-duration: {level: advisory, max_hours: 1}, root-access-keys: {maximum: 9}}
groups: {other: {match: {id: "5"}, rules: {session-duration: {level: mandatory, max_hours: 4}, root-mfa: {}}}}
"""
    stack = make_stack(data_sources, policy=text)
    run = stack.run()
    assert run.ok, run.output
    assert run.violations == [("session-duration-advisory", "advisory")]
    stack.pack_config = stack.folder / "config.json"
    given = {"session-duration": {"enforcementLevel": "mandatory", "max_hours": 1}, "root-mfa": "mandatory"}
    stack.pack_config.write_text(json.dumps(given))
    run = stack.run()
    assert not run.ok
    assert sorted(run.violations) == [("root-mfa", "mandatory"), ("session-duration", "mandatory")]
    assert run.report is not None and run.report["policy"]["overrides"] == [], "nothing is looser"


def test_a_wrong_policy_pack_config_is_refused_or_unknown_and_never_passes(make_stack: MakeStack) -> None:
    stack = make_stack(data_sources)
    stack.pack_config = stack.folder / "config.json"
    stack.pack_config.write_text('{"session-duration": {"max_hours": "six"}}')
    refused = stack.run()
    assert not refused.ok
    assert refused.report is None
    assert "max_hours" in refused.output
    stack.pack_config.write_text('{"network-masks": {"within": ["10.0.0.7/8"]}}')
    unknown = stack.run()
    assert not unknown.ok
    assert "network-masks" in unknown.failed("unknown")


def test_a_waiver_for_a_stack_counts_in_that_stack_only(make_stack: MakeStack) -> None:
    def program() -> None:
        data_sources()
        alicloud.ram.SecurityPreference("preference", mfa_operation_for_login="independent")

    rules = "{login-mfa: {require: mandatory}, root-mfa: {}, user-mfa: {minimum_ratio: 1}}"
    policy = f"version: 1\nrules: {rules}\nwaivers:\n"
    for rule, name in {"root-mfa": "gate/test", "login-mfa": "test", "user-mfa": "other/test"}.items():
        policy += f"  - {{rule: {rule}, stack: {name}, reason: r, owner: o, expires: 2099-01-31}}\n"
    done = make_stack(program, policy=policy, PULUMI_STACK="elsewhere").run()
    assert not done.ok
    assert done.failed("waived") == {"root-mfa", "login-mfa"}
    assert [rule for rule, _ in done.violations] == ["user-mfa"]
    assert "the waiver for stack other/test does not apply: this is stack organization/gate/test" in done.output
    assert done.report is not None
    assert [(notice["rule"], notice["state"]) for notice in done.report["waivers"]] == [("user-mfa", "unproven")]


def test_two_accounts_in_one_stack_are_judged_apart(make_stack: MakeStack, demo: DemoServer) -> None:
    other = DemoAccount(account_id="2222222222222222")
    other.comply()
    demo.accounts[other.account_id] = other

    def program() -> None:
        data_sources()
        role = "acs:ram::2222222222222222:role/audit"
        SecurityPreference("other-preference", role_arn=role)
        SecurityPracticeReport("other-practice", role_arn=role)
        CompliancePackReport("other-packs", role_arn=role)

    run = make_stack(program).run()
    assert run.report is not None
    verdicts = {account["account"]: account["verdict"] for account in run.report["accounts"]}
    assert verdicts == {"1234567890123456": "fail", "2222222222222222": "pass"}


def test_a_wrong_argument_is_one_clean_error(make_stack: MakeStack) -> None:
    run = make_stack(lambda: data_sources(region="nowhere/else")).run()
    assert not run.ok
    assert "invalid region" in run.output
    assert "Traceback" not in run.output
    assert run.report is None


def test_an_argument_that_is_not_known_yet_is_unknown(make_stack: MakeStack) -> None:
    def program() -> None:
        preference = alicloud.ram.SecurityPreference("new", login_network_masks="10.0.0.0/8", login_session_duration=6)
        data_sources(role_arn=preference.mfa_operation_for_login.apply(lambda mode: f"acs:{mode}"))

    run = make_stack(program).run()
    assert not run.ok, run.output
    assert run.report is not None, run.output
    unknown, _ = run.report["accounts"]  # the second is the account that the planned preference goes to
    assert (unknown["account"], unknown["verdict"]) == (None, "unknown")
    assert {"login-mfa", "security-score", "root-mfa"} <= run.failed("unknown")
