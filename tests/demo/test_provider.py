"""The stand-in for the alicloud plugin, with real pulumi_alicloud resources: what it sends, records and refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pulumi_alicloud as alicloud
import pytest

from acctgate.demo import DemoAccount, DemoServer
from acctgate.model.preference_keys import PREFERENCE_TYPE
from tests.support.engine import Run, Stack

pytestmark = pytest.mark.engine
MakeStack = Callable[..., Stack]
OTHER = "2222222222222222"


class Recorder(DemoServer):
    """A demo account that notes what SetSecurityPreference is called with."""

    def __init__(self, *accounts: DemoAccount) -> None:
        super().__init__(*accounts)
        self.sent: list[dict[str, str]] = []

    def _SetSecurityPreference(self, account: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
        self.sent.append(dict(parameters))
        return super()._SetSecurityPreference(account, parameters)

    @property
    def login(self) -> dict[str, Any]:
        """The settings that most tests change."""
        group: dict[str, Any] = self.account.preference["LoginProfilePreference"]
        return group


@pytest.fixture
def demo() -> Iterator[Recorder]:
    with Recorder(DemoAccount(), DemoAccount(account_id=OTHER)) as server:
        yield server


def resource(**settings: Any) -> Callable[[], None]:
    """Return a program with the account's SecurityPreference and nothing else."""

    def program() -> None:
        alicloud.ram.SecurityPreference("pref", **settings)

    return program


def up(make_stack: MakeStack, **settings: Any) -> Stack:
    """Deploy it, without the pack."""
    stack = make_stack(resource(**settings))
    done(stack.run("up", pack=False))
    return stack


def done(run: Run) -> Run:
    """Hold that it went well."""
    assert run.ok, run.output
    return run


def outputs(stack: Stack) -> dict[str, Any]:
    """Return the resource's recorded state."""
    deployment = stack.stack.export_stack().deployment
    assert deployment is not None
    resources = deployment["resources"]
    [found] = [resource["outputs"] for resource in resources if resource["type"] == PREFERENCE_TYPE]
    return dict(found)


def test_create_sends_only_what_is_set(make_stack: MakeStack, demo: Recorder) -> None:
    demo.login["LoginSessionDuration"] = 24
    stack = up(make_stack, mfa_operation_for_login="mandatory", allow_user_to_change_password=False)
    assert demo.sent == [{"MFAOperationForLogin": "mandatory", "AllowUserToChangePassword": "false"}]
    assert demo.login["MFAOperationForLogin"] == "mandatory"
    assert demo.login["AllowUserToChangePassword"] is False
    assert (demo.login["LoginNetworkMasks"], demo.login["LoginSessionDuration"]) == ("", 6), "left out: reset"
    assert demo.login["OperationForRiskLogin"] == "autonomous", "an omitted setting is unchanged"
    recorded = outputs(stack)
    assert (recorded["loginSessionDuration"], recorded["operationForRiskLogin"]) == (6, "autonomous")


def test_every_setting_arrives_and_comes_back(make_stack: MakeStack, demo: Recorder) -> None:
    settings: dict[str, Any] = {
        "mfa_operation_for_login": "mandatory",
        "enable_save_mfa_ticket": True,
        "operation_for_risk_login": "enforceVerify",
        "login_session_duration": 8,
        "login_network_masks": "10.0.0.0/8;192.168.0.0/16",
        "allow_user_to_change_password": False,
        "allow_user_to_login_with_passkey": False,
        "allow_user_to_manage_access_keys": True,
        "allow_user_to_manage_mfa_devices": True,
        "allow_user_to_manage_personal_ding_talk": False,
        "max_idle_days_for_users": 90,
        "max_idle_days_for_access_keys": 30,
        "verification_types": ["sms", "email"],
    }
    stack = up(make_stack, **settings)
    assert len(demo.sent[0]) == len(settings)
    assert outputs(stack)["id"] == "1234567890123456", "the account's id"
    assert demo.account.preference["AccessKeyPreference"] == {
        "AllowUserToManageAccessKeys": True,
        "AllowUserToManageServiceCredentials": False,  # which no provider can set
    }
    assert demo.account.preference["MaxIdleDays"] == {"MaxIdleDaysForUsers": 90, "MaxIdleDaysForAccessKeys": 30}
    assert demo.account.preference["VerificationPreference"] == {"VerificationTypes": ["sms", "email"]}
    assert outputs(stack)["verificationTypes"] == ["sms", "email"]
    done(stack.run("refresh"))
    assert done(stack.run(pack=False)).operations["pref"] == "same"


def test_update_sends_what_changed_and_always_masks_and_duration(make_stack: MakeStack, demo: Recorder) -> None:
    first = {"mfa_operation_for_login": "adaptive", "login_network_masks": "10.0.0.0/8", "login_session_duration": 8}
    up(make_stack, **first, allow_user_to_change_password=True)
    up(make_stack, **first, allow_user_to_change_password=False)
    assert demo.sent[1] == {
        "AllowUserToChangePassword": "false",
        "LoginNetworkMasks": "10.0.0.0/8",
        "LoginSessionDuration": "8",
    }


def test_what_is_left_out_later_keeps_its_value_except_masks(make_stack: MakeStack, demo: Recorder) -> None:
    up(make_stack, mfa_operation_for_login="mandatory", login_network_masks="10.0.0.0/8", login_session_duration=8)
    stack = up(make_stack)
    assert demo.sent[1:] == [{"LoginSessionDuration": "8"}]
    assert demo.login["MFAOperationForLogin"] == "mandatory"
    assert (demo.login["LoginNetworkMasks"], demo.login["LoginSessionDuration"]) == ("", 8)
    assert done(stack.run(pack=False)).operations["pref"] == "same"


def test_delete_sends_nothing(make_stack: MakeStack, demo: Recorder) -> None:
    stack = up(make_stack, mfa_operation_for_login="mandatory")
    before = json.dumps(demo.account.preference)
    done(stack.run("destroy"))
    assert len(demo.sent) == 1
    assert json.dumps(demo.account.preference) == before


def test_the_dead_setting_is_never_sent(make_stack: MakeStack, demo: Recorder) -> None:
    stack = up(make_stack, enforce_mfa_for_login=True)
    assert outputs(stack)["enforceMfaForLogin"] is True
    assert done(stack.run(pack=False)).operations["pref"] == "same"
    up(make_stack, enforce_mfa_for_login=False, login_session_duration=4)
    assert demo.sent == [{}, {"LoginSessionDuration": "4"}]
    assert "EnforceMFAForLogin" not in demo.login


def test_a_preview_sends_nothing_and_does_not_know_what_is_left_out(make_stack: MakeStack, demo: Recorder) -> None:
    seen: dict[str, Any] = {}

    def program() -> None:
        preference = alicloud.ram.SecurityPreference("pref", login_session_duration=8)
        for name in ("login_session_duration", "mfa_operation_for_login"):
            getattr(preference, name).apply(lambda value, name=name: seen.update({name: value}))

    stack = make_stack(program)
    done(stack.run(pack=False))
    assert seen == {"login_session_duration": 8}
    assert demo.sent == []
    done(stack.run("up", pack=False))
    assert seen == {"login_session_duration": 8, "mfa_operation_for_login": "adaptive"}
    seen.clear()
    demo.login["MFAOperationForLogin"] = "mandatory"
    done(stack.run(pack=False))
    assert seen["mfa_operation_for_login"] == "adaptive", "from the state: nothing is planned, nothing is read"


def test_refresh_reads_back(make_stack: MakeStack, demo: Recorder) -> None:
    stack = up(make_stack, mfa_operation_for_login="mandatory", login_network_masks="10.0.0.0/8")
    demo.login["MFAOperationForLogin"] = "independent"
    demo.login["LoginNetworkMasks"] = ""
    assert done(stack.run(pack=False)).operations["pref"] == "same"
    done(stack.run("refresh"))
    assert outputs(stack)["mfaOperationForLogin"] == "independent"
    assert done(stack.run(pack=False)).operations["pref"] == "update"
    done(stack.run("up", pack=False))
    assert (demo.login["MFAOperationForLogin"], demo.login["LoginNetworkMasks"]) == ("mandatory", "10.0.0.0/8")


def test_a_role_on_an_explicit_provider_leads_to_another_account(make_stack: MakeStack, demo: Recorder) -> None:
    def program() -> None:
        role = alicloud.ProviderAssumeRoleArgs(role_arn=f"acs:ram::{OTHER}:role/deploy")
        options = pulumi.ResourceOptions(provider=alicloud.Provider("other", assume_role=role))
        alicloud.ram.SecurityPreference("pref", login_session_duration=3, opts=options)

    before = json.dumps(demo.account.preference)
    done(make_stack(program).run("up", pack=False))
    assert demo.accounts[OTHER].preference["LoginProfilePreference"]["LoginSessionDuration"] == 3
    assert json.dumps(demo.account.preference) == before


def failed_with(run: Run, *parts: str) -> None:
    """Hold that it went wrong, and that the engine says so in one clear line."""
    assert not run.ok
    assert any(all(part in line for part in ("error: ", *parts)) for line in run.output.splitlines()), run.output


def test_another_resource_is_refused(make_stack: MakeStack) -> None:
    def program() -> None:
        alicloud.ram.Group("group")

    failed_with(
        make_stack(program).run(pack=False), "'group'", "alicloud:ram/group:Group", "use the real alicloud plugin"
    )


def test_a_function_is_refused(make_stack: MakeStack) -> None:
    def program() -> None:
        alicloud.get_account()

    run = make_stack(program).run(pack=False)
    assert not run.ok
    assert "alicloud:index/getAccount:getAccount; use the real alicloud plugin" in run.output


def test_a_denied_call_is_reported(make_stack: MakeStack, demo: Recorder) -> None:
    demo.denied = {"SetSecurityPreference"}
    run = make_stack(resource(login_session_duration=6)).run("up", pack=False)
    failed_with(run, "SetSecurityPreference", "NoPermission", "ram:SetSecurityPreference")


def test_without_the_demo_account_nothing_is_sent(make_stack: MakeStack, tmp_path: Path) -> None:
    run = make_stack(resource(login_session_duration=6), ACCTGATE_ENDPOINT="").run("up", pack=False)
    failed_with(run, "set ACCTGATE_ENDPOINT")


def _with_role(account: str, hours: int, *, secret: bool = False) -> Callable[[], None]:
    """Return a program whose provider assumes a role in an account."""

    def program() -> None:
        role = {"role_arn": f"acs:ram::{account}:role/deploy"}
        given: Any = pulumi.Output.secret(role) if secret else role
        provider = alicloud.Provider("prov", region="cn-shanghai", assume_role=given)
        options = pulumi.ResourceOptions(provider=provider)
        alicloud.ram.SecurityPreference("pref", login_session_duration=hours, opts=options)

    return program


def _hours(demo: Recorder) -> list[int]:
    accounts = demo.accounts.values()
    return [account.preference["LoginProfilePreference"]["LoginSessionDuration"] for account in accounts]


def test_a_provider_assumes_the_role_that_it_is_changed_to(make_stack: MakeStack, demo: Recorder) -> None:
    stack = make_stack(_with_role(demo.account.account_id, 8))
    done(stack.run("up", pack=False))
    stack.stack.workspace.program = _with_role(OTHER, 9)
    done(stack.run("up", pack=False))
    assert _hours(demo) == [8, 9]


def test_a_provider_assumes_a_secret_role(make_stack: MakeStack, demo: Recorder) -> None:
    done(make_stack(_with_role(OTHER, 9, secret=True)).run("up", pack=False))
    assert _hours(demo) == [6, 9]
