"""Which plugin made a plan of Pulumi: the engine runs another version than the requested one if it finds one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.other_change import OtherChange
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_TERRAFORM
from acctgate.model.provider_eras import ERAS
from acctgate.model.resource_types import OTHER_TYPES, PASSWORD_POLICIES, bridged_type
from acctgate.plan.provider_plugin import ALICLOUD_PLUGIN, STAND_IN_VERSION
from acctgate.plan.read import read_plan

URN: Final = "urn:pulumi:test::gate::alicloud:ram/securityPreference:SecurityPreference::pref"
DEFAULT: Final = "urn:pulumi:test::gate::pulumi:providers:alicloud::default_{}"
ON_PATH: Final = "warning: using pulumi-resource-alicloud from $PATH at {}\n"
OLDER: Final = (
    "warning: resource plugin alicloud is expected to have version >=4.0.0, but has {}; "
    "the wrong version may be on your path, or this may be a bug in the plugin\n"
)
PATH: Final = ON_PATH.format("/opt/tools/pulumi-resource-alicloud")
MASKS: Final = {"loginNetworkMasks": "10.0.0.0/8"}
ALL: Final = {
    "allowUserToChangePassword": True,
    "allowUserToManageAccessKeys": False,
    "allowUserToManageMfaDevices": False,
    "enableSaveMfaTicket": False,
    "loginNetworkMasks": "",
    "loginSessionDuration": 6,
}


def put_on_path(monkeypatch: pytest.MonkeyPatch, folder: Path, answer: str) -> str:
    """Put a plugin on PATH that answers with a version, and return its path."""
    plugin = folder / ALICLOUD_PLUGIN
    plugin.write_text(f"#!/bin/sh\necho '{answer}'\n")
    plugin.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return str(plugin)


def read_one(folder: Path, document: dict[str, Any]) -> PlannedChange:
    (folder / "plan.json").write_text(json.dumps(document))
    [change] = read_plan(str(folder / "plan.json"))
    assert isinstance(change, PlannedChange)
    return change


def preview(*messages: str, version: str = "4_0_0", **inputs: Any) -> dict[str, Any]:
    """Return a preview that updates the session of a resource with masks."""
    state = {"provider": f"{DEFAULT.format(version)}::id", "inputs": {**MASKS, "loginSessionDuration": 8, **inputs}}
    old = {**state, "inputs": {**MASKS, "loginSessionDuration": 6, **inputs}}
    step = {"op": "update", "urn": URN, "newState": state, "oldState": old, "diffReasons": ["loginSessionDuration"]}
    return {"steps": [step], "diagnostics": [{"severity": "warning", "message": each} for each in messages]}


def saved_plan(version: str = "4_0_0", **state: Any) -> dict[str, Any]:
    """Return an update plan of the same update."""
    update = {"loginSessionDuration": 8}
    names: dict[str, list[str]] = {"loginSessionDuration": [], "loginNetworkMasks": []}
    goal = {"inputDiff": {"updates": update}, "propertyDependencies": names}
    goal["provider"] = f"{DEFAULT.format(version)}::id"
    plan = {"goal": goal, "steps": ["update"], "state": {"id": "", **MASKS, **update, **state}}
    return {"resourcePlans": {URN: plan}}


@pytest.mark.parametrize(
    ("messages", "version", "eras"),
    [
        ([], "3_76_0", ERAS[:1]),
        ([PATH], "4_0_0", ERAS[3:]),  # the engine would warn of an older one
        ([PATH], "3_105_0", ERAS[2:]),
        ([PATH], "3_76_0", ERAS),
        ([PATH, OLDER.format("3.92.0")], "4_0_0", (ERAS[1], ERAS[3])),  # the program can write such a line
        ([OLDER.format("3.103.0")], "4_0_0", ERAS[2:]),
        ([PATH, OLDER.format("3.76.0"), OLDER.format("3.92.0")], "4_0_0", (*ERAS[:2], ERAS[3])),
        ([PATH, OLDER.format("")], "4_0_0", ERAS),
        ([PATH, OLDER.format("0.0.0")], "4_0_0", ERAS),
        (["warning: using pulumi-resource-aws from $PATH at /opt/pulumi-resource-aws\n"], "4_0_0", ERAS[3:]),
    ],
)
def test_the_warnings_of_a_preview_show_its_plugin(
    tmp_path: Path, messages: list[str], version: str, eras: tuple[Any, ...]
) -> None:
    assert read_one(tmp_path, preview(*messages, version=version)).provider.eras == eras


def test_a_plugin_knows_what_the_program_declares(tmp_path: Path) -> None:
    """It refuses other attributes. What is recorded, another plugin may have written."""
    document = preview(PATH, OLDER.format("3.92.0"), version="3_105_0", maxIdleDaysForUsers=90)
    assert read_one(tmp_path, document).provider.eras == ERAS[2:]
    document = preview(PATH, OLDER.format("3.92.0"), version="3_105_0")
    document["steps"][0]["oldState"]["outputs"] = {"maxIdleDaysForUsers": 90}
    assert read_one(tmp_path, document).provider.eras == ERAS[1:]


def test_the_reason_and_the_way_out_are_in_the_message(tmp_path: Path) -> None:
    note = read_one(tmp_path, preview(PATH, version="3_105_0")).effects()["LoginNetworkMasks"].note
    assert "the engine ran /opt/tools/pulumi-resource-alicloud from PATH, which may be newer than requested; " in note
    assert note.endswith("set PULUMI_IGNORE_AMBIENT_PLUGINS=true, or judge the plan on the machine that made it")
    note = read_one(tmp_path, preview(OLDER.format("3.103.0"))).effects()["LoginNetworkMasks"].note
    assert "the engine ran another plugin than the requested one, which calls itself 3.103.0; " in note


def test_versions_that_agree_leave_nothing_unknown(tmp_path: Path) -> None:
    effects = read_one(tmp_path, preview(PATH, version="3_105_0")).effects()
    assert (effects["LoginSessionDuration"].kind, effects["LoginSessionDuration"].value) == ("sets", 8)
    assert effects["LoginNetworkMasks"].kind == "either"


def test_a_silent_engine_does_not_warn_of_an_older_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_DEV", "true")
    assert read_one(tmp_path, preview(PATH)).provider.eras == ERAS


@pytest.mark.parametrize(
    ("answer", "eras"), [("v3.92.0", ERAS[1:3]), ("v4.1.0", ERAS[2:]), ("dirty", ERAS), (STAND_IN_VERSION, ERAS[2:3])]
)
def test_the_plugin_of_this_machine_is_possible_beside_the_requested_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, eras: tuple[Any, ...]
) -> None:
    path = put_on_path(monkeypatch, tmp_path, answer)
    assert read_one(tmp_path, preview(ON_PATH.format(path), version="3_105_0")).provider.eras == eras


def test_no_warning_hides_an_attached_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "alicloud:1234")
    assert read_one(tmp_path, preview(PATH, version="4_0_0")).provider.eras == ERAS


def test_a_path_of_a_plan_is_never_run(tmp_path: Path) -> None:
    plugin, mark = tmp_path / ALICLOUD_PLUGIN, tmp_path / "ran"
    plugin.write_text(f"#!/bin/sh\ntouch {mark}\necho v4.0.0\n")
    plugin.chmod(0o755)
    assert read_one(tmp_path, preview(ON_PATH.format(plugin), version="3_105_0")).provider.eras == ERAS[2:]
    assert not mark.exists()


@pytest.mark.parametrize(
    ("answer", "eras"), [("v3.103.0", ERAS[2:]), ("v4.1.0", ERAS[3:]), ("", ERAS), (STAND_IN_VERSION, ERAS[3:])]
)
def test_a_saved_plan_may_be_made_with_the_plugin_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, eras: tuple[Any, ...]
) -> None:
    path = put_on_path(monkeypatch, tmp_path, answer)
    change = read_one(tmp_path, saved_plan())
    assert change.provider.eras == eras
    if len(eras) > 1:
        note = change.effects()["LoginNetworkMasks"].note
        assert f"a saved plan does not show whether the engine ran {path}" in note
        assert "; use `pulumi preview --json`, " in note
    monkeypatch.setenv("PULUMI_IGNORE_AMBIENT_PLUGINS", "true")
    assert read_one(tmp_path, saved_plan()).provider.eras == ERAS[3:]


def test_planned_outputs_show_an_older_or_newer_plugin(tmp_path: Path) -> None:
    second: dict[str, Any] = {**ALL, "mfaOperationForLogin": "adaptive", "verificationTypes": []}
    assert read_one(tmp_path, saved_plan(**second)).provider.eras == ERAS[3:]  # too little to be whole
    second |= dict.fromkeys(
        ("allowUserToLoginWithPasskey", "allowUserToManagePersonalDingTalk", "operationForRiskLogin"), ""
    )
    assert read_one(tmp_path, saved_plan(**second)).provider.eras == (ERAS[1], ERAS[3])
    third: dict[str, Any] = {**second, "maxIdleDaysForUsers": 0, "maxIdleDaysForAccessKeys": 0}
    assert read_one(tmp_path, saved_plan(**third)).provider.eras == ERAS[3:]
    assert read_one(tmp_path, saved_plan("3_92_0", **third)).provider.eras == ERAS[1:]


@pytest.mark.parametrize("document", [preview(version="3_105_0"), saved_plan("3_105_0")])
def test_the_environment_substitutes_a_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, document: dict[str, Any]
) -> None:
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "aws:1")
    assert read_one(tmp_path, document).provider.eras == ERAS[2:3]
    monkeypatch.setenv("PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH", "1")
    change = read_one(tmp_path, document)
    assert change.provider.eras == ERAS[2:]
    assert "PULUMI_ENABLE_LEGACY_PLUGIN_SEARCH" in change.effects()["LoginNetworkMasks"].note
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "aws:1,alicloud:2")
    change = read_one(tmp_path, document)
    assert change.provider.eras == ERAS
    assert "PULUMI_DEBUG_PROVIDERS names another plugin; unset it" in change.effects()["LoginNetworkMasks"].note


@pytest.mark.parametrize("document", [preview(), saved_plan()])
def test_a_project_file_beside_the_plan_brings_a_plugin(tmp_path: Path, document: dict[str, Any]) -> None:
    file = tmp_path / "Pulumi.yaml"
    settings = {"name": "gate", "plugins": {"providers": [{"name": "alicloud", "path": "bin"}]}}
    file.write_text(json.dumps({**settings, "name": "other"}))
    assert read_one(tmp_path, document).foreign is None
    file.write_text(json.dumps(settings))
    change = read_one(tmp_path, document)
    assert change.foreign == "the project file takes the plugin from bin; remove that entry"
    assert {effect.kind for effect in change.effects().values()} == {"unknown"}


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"__internal": {}}, None),
        ({"__internal": {"pluginDownloadURL": "https://evil.example"}}, "its provider comes from https://evil.example"),
        ({"pluginDownloadURL": "https://evil.example"}, "its provider comes from https://evil.example"),
        ({"__internal": {"name": "evil"}}, "its provider is the package evil"),
        ({"__internal": {"parameterization": "e30="}}, "its provider is the package of another plugin"),
        ({"__internal": "[secret]"}, "the plan does not show where its provider comes from"),
    ],
)
def test_a_provider_of_another_source_is_foreign(tmp_path: Path, inputs: dict[str, Any], why: str | None) -> None:
    urn = DEFAULT.format("4_0_0").replace("default_4_0_0", "prov")
    document = preview()
    document["steps"][0]["newState"]["provider"] = f"{urn}::id"
    state = {"type": "pulumi:providers:alicloud", "inputs": {"version": "4.0.0", **inputs}}
    document["steps"].append({"op": "same", "urn": urn, "newState": state})
    found = read_one(tmp_path, document).foreign
    assert (found or "").startswith(why or "") and bool(found) == bool(why)


@pytest.mark.parametrize(
    ("options", "credentials"),
    [
        ({}, None),
        ({"envVarMappings": {}}, None),
        (
            {"envVarMappings": {"PROD_KEY_ID": "ALIBABA_CLOUD_ACCESS_KEY_ID"}},
            "the environment variables that envVarMappings renames",
        ),
    ],
    ids=["no options", "no mappings", "mappings"],
)
def test_a_provider_with_renamed_variables_has_other_credentials(
    tmp_path: Path, options: dict[str, Any], credentials: str | None
) -> None:
    urn = DEFAULT.format("4_0_0").replace("default_4_0_0", "prov")
    document = preview()
    document["steps"][0]["newState"]["provider"] = f"{urn}::id"
    state = {"type": "pulumi:providers:alicloud", "inputs": {"version": "4.0.0", "__internal": options}}
    document["steps"].append({"op": "same", "urn": urn, "newState": state})
    assert read_one(tmp_path, document).provider.credentials == credentials


@pytest.mark.parametrize(
    ("name", "foreign"),
    [
        ("4_0_0", False),
        ("4_0_0_alpha_1", False),
        ("4_0_0_https_/evil.example/x", True),
        ("4_0_0_github_/api.github.com/evil", True),
    ],
)
def test_a_default_provider_of_another_source_is_foreign(tmp_path: Path, name: str, foreign: bool) -> None:
    change = read_one(tmp_path, preview(version=name))
    assert (change.foreign is not None) == foreign
    assert change.provider.version == "4.0.0"


def test_bridged_types() -> None:
    assert bridged_type(PREFERENCE_TERRAFORM) == "alicloud:index/ramSecurityPreference:RamSecurityPreference"


@pytest.mark.parametrize("operation", ["create", "update", "delete", "same"])
@pytest.mark.parametrize("kind", OTHER_TYPES.values())
def test_a_look_alike_of_another_type_is_unknown(tmp_path: Path, kind: str, operation: str) -> None:
    urn = f"urn:pulumi:test::gate::{bridged_type(kind)}::x"
    state = {"type": bridged_type(kind), "inputs": {"minimumPasswordLength": 32}}
    (tmp_path / "plan.json").write_text(json.dumps({"steps": [{"op": operation, "urn": urn, "newState": state}]}))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert isinstance(change, OtherChange)
    assert change.kind == kind and change.perhaps_repairs
    assert change.foreign and change.foreign.startswith(f"its type is {bridged_type(kind)}; use alicloud:")
    kinds = {effect.kind for effect in change.effects().values()}
    assert kinds == ({"unknown"} if kind in PASSWORD_POLICIES and operation != "same" else set())
