"""Planned resources other than a SecurityPreference, as the policy pack sees them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import pulumi
import pulumi_alicloud as alicloud
import pytest

from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand
from acctgate.crossguard.planned_others import planned_others
from acctgate.crossguard.planned_preference import Declared
from acctgate.crossguard.recorded_state import recorded_resources
from acctgate.demo import DemoServer
from acctgate.model.resource_types import PASSWORD_POLICIES, bridged_type
from tests.support.engine import Run, Stack, data_sources
from tests.support.plugin import AnyResource, serve

USER: Final = "urn:pulumi:s::p::alicloud:ram/user:User::ada"
BUCKET: Final = "urn:pulumi:s::p::alicloud:oss/bucket:Bucket::logs"
PROVIDER: Final = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_1"
INPUTS: Final = {"name": "ada", "force": True}
PLAIN: Final = EngineCommand()
STRICT: Final[dict[str, Any]] = {"mfa_operation_for_login": "mandatory", "login_session_duration": 6}
UNKNOWN: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"


def recorded(urn: str = USER, **more: Any) -> dict[str, Any]:
    """Return a state that has the resource."""
    inputs = {**INPUTS, "__defaults": []}
    return {urn: {"urn": urn, "custom": True, "provider": f"{PROVIDER}::id", "inputs": inputs, **more}}


def declared(inputs: dict[str, Any] | None = None, **more: Any) -> Declared:
    """Return the resource as the program declares it."""
    return Declared(USER, INPUTS if inputs is None else inputs, PROVIDER, **more)


@pytest.mark.parametrize(
    ("resource", "state", "command", "operation"),
    [
        (declared(), {}, PLAIN, "create"),
        (declared(), recorded(), PLAIN, None),
        (declared({**INPUTS, "password": "new"}), recorded(), PLAIN, None),
        (declared({**INPUTS, "force": False}), recorded(), PLAIN, "update"),
        (declared({**INPUTS, "comments": UNKNOWN}), recorded(), PLAIN, "unknown"),
        (declared(), recorded(), EngineCommand(refresh=True), "unknown"),
        (declared(), recorded(taint=True), PLAIN, "unknown"),
        (declared(), recorded(pendingReplacement=True), PLAIN, "unknown"),
        (declared(), recorded(replacementTrigger="1"), PLAIN, "unknown"),
        (declared(), recorded(replaceWith=["urn"]), PLAIN, "unknown"),
        (declared(), recorded(), EngineCommand(replaced=("**",)), "unknown"),
        (declared(), recorded(provider="urn:pulumi:s::p::pulumi:providers:alicloud::other::id"), PLAIN, "unknown"),
        (declared(), {}, EngineCommand(targets=("**::other",)), None),
        (declared(), {}, EngineCommand(targets=("**::other",), dependents=True), "unknown"),
        (declared(), {}, EngineCommand(stored=True), None),
        (declared(aliases=("urn:other",)), {}, PLAIN, "unknown"),
        (declared(aliases=(USER,)), recorded(), EngineCommand(targets=("**::other",)), None),
        (declared(), None, PLAIN, "unknown"),
        (declared(), recorded(), UNKNOWN_COMMAND, "unknown"),
        (None, recorded(), PLAIN, "delete"),
        (None, recorded(retainOnDelete=True), PLAIN, None),
        (None, recorded(external=True), PLAIN, None),
        (None, recorded(), EngineCommand(excludes=(USER,)), None),
        (None, recorded(), EngineCommand(excludes=("**::other",), dependents=True), "unknown"),
        (None, recorded(), EngineCommand(stored=True), None),
        (None, recorded(BUCKET), PLAIN, None),
    ],
)
def test_the_operation(resource: Declared | None, state: Any, command: EngineCommand, operation: str | None) -> None:
    found = list(planned_others({USER: resource} if resource else {}, state, command, {}))
    assert [(change.kind, change.operation) for change in found] == (
        [("alicloud_ram_user", operation)] if operation else []
    )


def test_previewed_outputs_show_a_replacement() -> None:
    for id_ in (UNKNOWN, ""):
        [change] = planned_others({USER: declared()}, recorded(id="1"), PLAIN, {USER: {"name": "ada", "id": id_}})
        assert change.operation == "unknown"
    assert not list(planned_others({USER: declared()}, recorded(id="1"), PLAIN, {USER: {"name": "ada", "id": "1"}}))


@pytest.mark.parametrize(
    ("more", "operation"), [({}, "delete"), ({"retainOnDelete": True}, None)], ids=["destroyed", "retained"]
)
def test_what_an_import_of_another_id_replaces_is_deleted(more: dict[str, Any], operation: str | None) -> None:
    outputs = {USER: {"name": "ada", "id": "2"}}
    for resource in (declared(), declared({**INPUTS, "force": False})):  # what is imported need not be what is recorded
        found = planned_others({USER: resource}, recorded(id="1", **more), PLAIN, outputs)
        assert [change.operation for change in found] == ([operation] if operation else [])
    assert not list(planned_others({USER: declared()}, recorded(id="2", **more), PLAIN, outputs))


PASSWORDS: Final = "urn:pulumi:s::p::alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy::passwords"


@pytest.mark.parametrize(
    ("length", "before", "effect"),
    [(14, None, ("sets", 14)), (14, 8, ("sets", 14)), (None, 14, ("sets", 12)), (UNKNOWN, 8, ("unknown", None))],
    ids=["create", "update", "delete", "unknown"],
)
def test_a_password_policy_has_values(length: Any, before: int | None, effect: Any) -> None:
    resource = Declared(PASSWORDS, {"minimumPasswordLength": length}, PROVIDER)
    state = recorded(PASSWORDS, inputs={"minimumPasswordLength": before}) if before else {}
    [change] = planned_others({PASSWORDS: resource} if length else {}, state, PLAIN, {})
    found = change.effects()["MinimumPasswordLength"]
    assert (found.kind, found.value) == effect


@pytest.mark.parametrize(
    ("length", "ignored", "operation"),
    [(14, False, None), (8, False, "update"), (8, True, "unknown"), (14, True, None)],
)
def test_an_update_repairs_drift_that_an_earlier_refresh_recorded(
    length: int, ignored: bool, operation: str | None
) -> None:
    inputs = {"minimumPasswordLength": 14}
    ignoring = ("minimumPasswordLength",) if ignored else ()
    state = recorded(PASSWORDS, inputs=inputs, outputs={"minimumPasswordLength": length})
    resource = Declared(PASSWORDS, inputs, PROVIDER, ignored=ignoring)
    found = [change.operation for change in planned_others({PASSWORDS: resource}, state, PLAIN, {})]
    assert found == ([operation] if operation else [])


@pytest.mark.parametrize(
    ("identifier", "ignored", "operation"),
    [
        ("1", True, "unknown"),
        ("1", False, "create"),
        ("", True, "unknown"),
        (UNKNOWN, True, "create"),
        (None, True, "create"),
    ],
)
def test_an_import_leaves_what_is_ignored(identifier: str | None, ignored: bool, operation: str) -> None:
    inputs = {"minimumPasswordLength": 14}
    resource = Declared(PASSWORDS, inputs, PROVIDER, ignored=("minimumPasswordLength",) if ignored else ())
    outputs = {"minimumPasswordLength": 8, **({} if identifier is None else {"id": identifier})}
    [change] = planned_others({PASSWORDS: resource}, {}, PLAIN, {PASSWORDS: outputs})
    assert change.operation == operation


@pytest.mark.parametrize(
    ("aliases", "operations"), [((USER,), set()), (("urn:other",), {"unknown"})], ids=["recorded", "not-recorded"]
)
def test_a_renamed_resource_is_not_deleted(aliases: tuple[str, ...], operations: set[str]) -> None:
    renamed = Declared(USER.replace("ada", "eve"), INPUTS, PROVIDER, aliases=aliases)
    changes = planned_others({renamed.urn: renamed}, recorded(), PLAIN, {})
    assert {change.operation for change in changes} == operations


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        (PLAIN, "delete"),
        (EngineCommand(targets=(USER,)), "delete"),
        (EngineCommand(targets=("**::other",)), None),
        (EngineCommand(excludes=(USER,)), None),
    ],
    ids=["all", "targeted", "not targeted", "excluded"],
)
def test_what_a_replacement_has_left_is_targeted_by_its_urn(command: EngineCommand, operation: str | None) -> None:
    left = {**recorded()[USER], "delete": True}
    state = recorded_resources({"deployment": {"resources": [recorded()[USER], left]}})
    found = planned_others({USER: declared()}, state, command, {})
    assert [(change.name, change.operation) for change in found] == ([("ada (old)", operation)] if operation else [])


def test_a_deleted_resource_belongs_to_its_recorded_provider() -> None:
    role = {"assumeRole": {"roleArn": "acs:ram::2222222222222222:role/deploy"}}
    [change] = planned_others({}, {**recorded(), PROVIDER: {"urn": PROVIDER, "inputs": role}}, PLAIN, {})
    assert change.provider.account_id == "2222222222222222"
    assert change.given >= {"name", "force"}


# --- on the real engine ---

POLICY: Final = """
version: 1
rules:
  account-identity: {level: mandatory}
  password-strength: {level: advisory, minimum: low}
  user-mfa: {level: advisory, minimum_ratio: 0.5}
  root-access-keys: {level: advisory, maximum: 0}
  unused-access-keys: {level: advisory, maximum: 9}
  old-root-access-keys: {level: advisory, maximum: 9}
  compliance-report: {level: advisory, max_age_days: 3650}
  security-score: {level: advisory, minimum: 1}
"""


_UNSEEN: Final = (
    "does not see whether replaceOnChanges, replaceWith or import is new; deploy it with retainOnDelete first"
)
_REPLACING: Final = {"replace_on_changes": ["*"]}
_RETAINED: Final = {"retain_on_delete": True}


@pytest.mark.engine
@pytest.mark.parametrize(
    ("text", "before", "after", "reason", "length"),
    [
        ("AccountPasswordPolicy('passwords')", {}, {}, "", 14),
        ("", {}, {}, _UNSEEN, 14),
        ("replace_on_changes=['*']", {}, _REPLACING, _UNSEEN, 12),
        ("replace_on_changes=['*']", _RETAINED, {**_RETAINED, **_REPLACING}, "", 14),
    ],
    ids=["updates", "updates-without-text", "replaces", "replaces-what-is-retained"],
)
def test_a_password_policy_is_laid_over_the_account(
    make_stack: Callable[..., Stack],
    demo: DemoServer,
    tmp_path: Path,
    text: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    reason: str,
    length: int,
) -> None:
    """The program runs in this process, so the pack sees its text only in the folder of the project."""
    demo.account.comply()
    policy = """
version: 1
rules: {password-length: {minimum: 14}, password-age: {max_days: 90}}
"""

    def stack(options: Mapping[str, Any], **settings: Any) -> Stack:
        def run() -> None:
            data_sources()
            if settings:
                alicloud.ram.AccountPasswordPolicy("passwords", **settings, opts=pulumi.ResourceOptions(**options))

        return make_stack(run, policy=policy)

    short = stack(before, minimum_password_length=10, max_password_age=30)
    (tmp_path / "work" / "program.py").write_text(text)
    planned = short.run()
    assert planned.failed() == {"password-length"}
    assert planned.report is not None
    [outcome] = [o for o in planned.report["accounts"][0]["outcomes"] if o["rule"] == "password-length"]
    assert outcome["message"].endswith("planned by passwords (now 14)")
    assert short.run("up", pack=False).ok
    assert demo.account.password_policy["MinimumPasswordLength"] == 10
    longer = stack(after, minimum_password_length=14, max_password_age=30)
    repairing = longer.run()
    assert repairing.ok is not bool(reason), repairing.output
    assert reason in repairing.output
    assert longer.run("up", pack=False).ok
    assert demo.account.password_policy["MinimumPasswordLength"] == length
    removed = stack({}).run()
    reset = set() if before else {"password-length", "password-age"}
    assert removed.failed() == reset, "destroying it resets the account"


def program(*names: str) -> Callable[[], None]:
    """Return a program with the data sources and these resources."""

    def run() -> None:
        ram = alicloud.ram
        data_sources()
        make: dict[str, Callable[[], Any]] = {
            "ada": lambda: ram.User("ada", name="ada"),
            "console": lambda: ram.LoginProfile("console", user_name="ada", password="secret"),
            "device": lambda: pulumi.CustomResource(
                "alicloud:ram/virtualMfaDevice:VirtualMfaDevice",
                "device",
                {"name": "ada"},
                pulumi.ResourceOptions(version="4.0.0"),
            ),
            "root-key": lambda: ram.AccessKey("root-key", status="Active"),
            "ada-key": lambda: ram.AccessKey("ada-key", user_name="ada"),
            "passwords": lambda: ram.AccountPasswordPolicy("passwords", minimum_password_length=14),
            "packs-of-cis": lambda: alicloud.cfg.CompliancePack(
                "packs-of-cis", compliance_pack_name="cis", description="cis", risk_level=1
            ),
        }
        for name in names:
            make[name]()

    return run


EVERYTHING: Final = ("ada", "console", "device", "root-key", "ada-key", "passwords", "packs-of-cis")


def named(run: Run) -> dict[str, set[str]]:
    """Return the unknown rules, each with the resources that its message names."""
    assert run.report is not None, run.output
    unknown = [o for account in run.report["accounts"] for o in account["outcomes"] if o["outcome"] == "unknown"]
    return {o["rule"]: {name for name in EVERYTHING if f" {name} (" in o["message"]} for o in unknown}


@pytest.mark.engine
def test_what_they_change_is_unknown_and_named(
    make_stack: Callable[..., Stack], demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    demo.account.comply()
    with serve(AnyResource()) as plugin:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", plugin)

        def stack(*names: str) -> Stack:
            return make_stack(program(*names), policy=POLICY, PULUMI_DEBUG_PROVIDERS=plugin)

        created = stack(*EVERYTHING).run()
        done = stack(*EVERYTHING).run("up", pack=False)
        assert done.ok, done.output
        unchanged = stack(*EVERYTHING).run()
        deleted = stack("ada", "console").run()
    assert named(created) == {
        "user-mfa": {"ada", "console", "device"},
        "root-access-keys": {"root-key"},
        "password-strength": {"passwords"},
        "compliance-report": {"packs-of-cis"},
    }
    assert {rule for rule, _ in created.violations} >= {"user-mfa", "root-access-keys", "password-strength"}
    assert named(unchanged) == {}
    assert named(deleted) == {
        "user-mfa": {"device"},
        "root-access-keys": {"root-key"},
        "unused-access-keys": {"ada-key"},
        "old-root-access-keys": {"root-key"},
        "password-strength": {"passwords"},
        "compliance-report": {"packs-of-cis"},
    }


@pytest.mark.engine
def test_look_alikes_are_unknown(
    make_stack: Callable[..., Stack], demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine loads the plugin of a provider that comes from a URL, and any plugin can serve a bridged type."""

    def look_alikes() -> None:
        data_sources()
        elsewhere = pulumi.ResourceOptions(plugin_download_url="https://plugins.example")
        evil = pulumi.ResourceOptions(provider=alicloud.Provider("evil", opts=elsewhere))
        alicloud.ram.SecurityPreference("pref", **STRICT, opts=evil)
        kind = bridged_type(PASSWORD_POLICIES[0])
        pulumi.CustomResource(kind, "passwords", {"minimumPasswordLength": 32})

    demo.account.comply()
    with serve(AnyResource()) as plugin:
        monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", plugin)
        policy = "version: 1\nrules: {login-mfa: {require: mandatory}, password-length: {minimum: 8}}\n"
        run = make_stack(look_alikes, policy=policy, PULUMI_DEBUG_PROVIDERS=plugin).run()
    assert run.report is not None, run.output
    found = {o["rule"]: o["message"] for o in run.report["accounts"][0]["outcomes"] if o["outcome"] == "unknown"}
    assert found.keys() == {"login-mfa", "password-length"}
    assert "pref does is unknown: its provider comes from https://plugins.example" in found["login-mfa"]
    assert f"passwords does is unknown: its type is {bridged_type(PASSWORD_POLICIES[0])}; " in found["password-length"]
