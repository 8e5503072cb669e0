"""What a deploy would make of the account: the nine scenarios, with real pulumi_alicloud resources."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_alicloud as alicloud
import pytest
from pulumi.output import Unknown

from acctgate.demo import DemoAccount, DemoServer
from acctgate.plan.provider_plugin import ALICLOUD_PLUGIN, STAND_IN_VERSION
from tests.support.engine import Run, Stack, data_sources

pytestmark = pytest.mark.engine
MakeStack = Callable[..., Stack]
GOOD: dict[str, Any] = {
    "mfa_operation_for_login": "mandatory",
    "login_network_masks": "10.0.0.0/8",
    "login_session_duration": 6,
}


def program(*, sources: bool = True, provider: str | None = None, **settings: Any) -> Callable[[], None]:
    """Return a program with the account's SecurityPreference, with or without the data sources."""

    def run() -> None:
        if sources:
            data_sources()
        options = None
        if provider:
            role = alicloud.ProviderAssumeRoleArgs(role_arn=provider)
            options = pulumi.ResourceOptions(provider=alicloud.Provider("other", assume_role=role))
        alicloud.ram.SecurityPreference("pref", **settings, opts=options)

    return run


def message(run: Run, rule: str) -> str:
    """Return a rule's outcome in the report."""
    assert run.report is not None, run.output
    [found] = [o["message"] for account in run.report["accounts"] for o in account["outcomes"] if o["rule"] == rule]
    return str(found)


@pytest.fixture
def weak(demo: DemoServer) -> DemoServer:
    """Serve an account that violates login-mfa and nothing else."""
    demo.account.comply()
    demo.account.preference["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    return demo


@pytest.fixture
def good(demo: DemoServer) -> DemoServer:
    """Serve a compliant account."""
    demo.account.comply()
    return demo


def test_a_live_violates_and_nothing_is_planned(make_stack: MakeStack, weak: DemoServer) -> None:
    run = make_stack(data_sources).run()
    assert not run.ok
    assert run.failed() == {"login-mfa"}


def test_b_live_violates_and_the_plan_repairs_it(make_stack: MakeStack, weak: DemoServer) -> None:
    stack = make_stack(program(**GOOD))
    run = stack.run()
    assert run.ok, run.output
    assert "planned by pref" in message(run, "login-mfa")
    assert 'now "adaptive"' in message(run, "login-mfa")
    deployed = stack.run("up")
    assert deployed.ok, deployed.output
    assert weak.account.preference["LoginProfilePreference"]["MFAOperationForLogin"] == "mandatory"
    assert make_stack(program(**GOOD)).run().ok


def test_c_live_complies_and_the_plan_weakens(make_stack: MakeStack, good: DemoServer) -> None:
    run = make_stack(program(**{**GOOD, "mfa_operation_for_login": "independent"})).run()
    assert not run.ok
    assert run.failed() == {"login-mfa"}
    assert 'now "mandatory"' in message(run, "login-mfa")
    assert [rule for rule, level in run.violations if level == "mandatory"] == ["login-mfa"], "said once"


def test_d_the_plan_leaves_out_masks(make_stack: MakeStack, good: DemoServer) -> None:
    settings = {name: value for name, value in GOOD.items() if name != "login_network_masks"}
    run = make_stack(program(**settings)).run()
    assert not run.ok
    assert run.failed() == {"network-masks"}
    assert "this deploy itself clears the masks" in message(run, "network-masks")


def test_e_a_planned_value_is_unknown(make_stack: MakeStack, good: DemoServer) -> None:
    def unknown() -> None:
        data_sources()
        first = alicloud.ram.SecurityPreference("first", **GOOD)
        mode = first.verification_types.apply(lambda _: "mandatory")
        alicloud.ram.SecurityPreference("second", **{**GOOD, "mfa_operation_for_login": mode})

    run = make_stack(unknown).run()
    assert not run.ok
    assert run.failed("unknown") == {"login-mfa"}
    assert run.failed() == set()
    assert message(run, "login-mfa").startswith("unknown: ")


def test_e_an_unknown_value_alone(make_stack: MakeStack, good: DemoServer) -> None:
    def unknown() -> None:
        data_sources()
        key = pulumi.Output.from_input("10.0.0.0/8")
        user = alicloud.ram.SecurityPreference("pref", **{**GOOD, "login_network_masks": key.apply(_unknown)})
        pulumi.export("id", user.id)

    run = make_stack(unknown).run()
    assert not run.ok
    assert run.failed("unknown") == {"network-masks"}
    assert "known only after the deploy" in message(run, "network-masks")


def _unknown(_: str) -> Any:
    return Unknown()  # type: ignore[no-untyped-call]


def test_f_skip_preview_is_no_way_round(make_stack: MakeStack, good: DemoServer) -> None:
    run = make_stack(program(**{**GOOD, "login_session_duration": 24})).run("up")  # up skips the preview here
    assert not run.ok
    assert good.calls["SetSecurityPreference"] == 0
    assert good.account.preference["LoginProfilePreference"]["LoginSessionDuration"] == 6
    assert ("session-duration", "mandatory") in run.violations


def test_g_only_the_dead_setting_is_set(make_stack: MakeStack, weak: DemoServer) -> None:
    settings = {name: value for name, value in GOOD.items() if name != "mfa_operation_for_login"}
    run = make_stack(program(**settings, enforce_mfa_for_login=True)).run()
    assert not run.ok
    assert run.failed() == {"dead-setting", "login-mfa"}
    assert "the provider ignores" in message(run, "dead-setting")


def test_h_an_unchanged_program_repairs_no_drift(make_stack: MakeStack, good: DemoServer) -> None:
    stack = make_stack(program(**GOOD))
    assert stack.run("up").ok
    good.account.preference["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    run = stack.run()
    assert run.operations["pref"] == "same"
    assert not run.ok
    assert run.failed() == {"login-mfa"}
    assert "does not send it" in message(run, "login-mfa")


def test_i_an_update_of_another_setting_repairs_no_drift(make_stack: MakeStack, good: DemoServer) -> None:
    assert make_stack(program(**GOOD)).run("up").ok
    good.account.preference["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    run = make_stack(program(**{**GOOD, "login_session_duration": 5})).run()
    assert run.operations["pref"] == "update"
    assert not run.ok
    assert run.failed() == {"login-mfa"}


def test_drift_of_masks_is_repaired_by_any_update(make_stack: MakeStack, good: DemoServer) -> None:
    """Of the plugin's requested version, that is. The engine uses an older one that is on PATH, which does not."""
    assert make_stack(program(**GOOD)).run("up").ok
    good.account.preference["LoginProfilePreference"]["LoginNetworkMasks"] = ""
    assert make_stack(program(**GOOD)).run().failed() == {"network-masks"}
    update = make_stack(program(**{**GOOD, "login_session_duration": 5}))
    assert update.run().ok
    plugin = update.folder / "bin" / ALICLOUD_PLUGIN
    plugin.write_text(plugin.read_text().replace(STAND_IN_VERSION, "v3.103.0"))
    assert update.run().failed() == {"network-masks"}


def test_without_data_sources_the_pack_reads_the_account_itself(make_stack: MakeStack, weak: DemoServer) -> None:
    blocked = make_stack(lambda: None).run()
    assert blocked.failed() == {"login-mfa"}
    assert blocked.report is not None
    assert blocked.report["accounts"][0]["account"] == "1234567890123456"
    assert weak.calls["GetSecurityPreference"] == 1
    repaired = make_stack(program(sources=False, **GOOD)).run()
    assert repaired.ok, repaired.output
    assert weak.calls["GetSecurityPreference"] == 2


def test_without_data_sources_a_role_tells_which_account(make_stack: MakeStack, good: DemoServer) -> None:
    other = DemoAccount(account_id="2222222222222222")
    good.accounts[other.account_id] = other
    role = "acs:ram::2222222222222222:role/deploy"
    run = make_stack(program(sources=False, provider=role, **GOOD)).run()
    assert run.report is not None
    assert [account["account"] for account in run.report["accounts"]] == ["2222222222222222"]
    assert "login-mfa" not in run.failed()
    assert "security-score" in run.failed()


def test_a_snapshot_file_can_take_the_account_s_place(make_stack: MakeStack, weak: DemoServer) -> None:
    stack = make_stack(program(sources=False, **GOOD))
    snapshot = stack.folder / "snapshot.json"
    sections = {"SecurityPreference": weak.account.preference, "AccountSecurityPracticeInfo": weak.account.practice}
    snapshot.write_text(json.dumps({"version": 1, "CompliancePackReports": [], **sections}))
    stack.pack_config = stack.folder / "config.json"
    stack.pack_config.write_text(json.dumps({"account": {"snapshot": str(snapshot)}}))
    run = stack.run()
    assert run.ok, run.output
    assert weak.calls["GetSecurityPreference"] == 0


def test_a_planned_resource_of_another_account_is_never_ignored(make_stack: MakeStack, good: DemoServer) -> None:
    role = "acs:ram::2222222222222222:role/deploy"
    run = make_stack(program(provider=role, **GOOD)).run()
    assert not run.ok
    assert run.report is not None
    verdicts = {account["account"]: account["verdict"] for account in run.report["accounts"]}
    assert verdicts == {"1234567890123456": "pass", "2222222222222222": "unknown"}


def test_two_planned_preferences_contradict_each_other(make_stack: MakeStack, good: DemoServer) -> None:
    def two() -> None:
        data_sources()
        alicloud.ram.SecurityPreference("one", **GOOD)
        alicloud.ram.SecurityPreference("two", **{**GOOD, "login_network_masks": "10.1.0.0/16"})

    run = make_stack(two).run()
    assert not run.ok
    assert run.failed("unknown") == {"network-masks"}
    assert "one and two contradict each other" in message(run, "network-masks")


def test_remediate_repairs_the_planned_resource(make_stack: MakeStack, weak: DemoServer) -> None:
    policy = """
version: 1
rules:
  login-mfa: {level: remediate, require: mandatory}
  network-masks: {level: remediate, within: [10.0.0.0/8]}
  session-duration: {level: remediate, max_hours: 8}
  password-length: {level: remediate, minimum: 14}
  password-characters: {level: remediate, require: [symbols]}
  password-age: {level: remediate, max_days: 90}
"""
    weak.account.password_policy |= {"MinimumPasswordLength": 14, "RequireSymbols": True, "MaxPasswordAge": 90}

    def declare() -> None:
        program(mfa_operation_for_login="independent", login_session_duration=24)()
        alicloud.ram.PasswordPolicy(
            "passwords", minimum_password_length=8, require_symbols=False, max_password_age=0, hard_expiry=True
        )

    stack = make_stack(declare, policy=policy)
    run = stack.run()
    assert run.ok, run.output
    assert stack.run("up").ok
    login = weak.account.preference["LoginProfilePreference"]
    assert login["MFAOperationForLogin"] == "mandatory"
    assert login["LoginNetworkMasks"] == "10.0.0.0/8"
    assert login["LoginSessionDuration"] == 8
    passwords = weak.account.password_policy
    assert (passwords["MinimumPasswordLength"], passwords["MaxPasswordAge"]) == (14, 90)
    assert (passwords["RequireSymbols"], passwords["HardExpire"]) == (True, True)
