"""Plans that are incomplete, and documents that people take for plans: refused with the remedy."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.model.planned_change import PlannedChange
from acctgate.reading import SourceError
from tests.support import HERE, preferences

TERRAFORM: Final = json.loads((HERE / "plans" / "terraform" / "create.json").read_text(encoding="utf-8"))
TEXT: Final = json.dumps(TERRAFORM)
URN: Final = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"
EVENT: Final = json.dumps({"sequence": 0, "timestamp": 1, "preludeEvent": {"config": {}}})


def _read(folder: Path, text: str) -> list[PlannedChange]:
    (folder / "plan.json").write_text(text)
    return preferences(folder / "plan.json")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"[command]/usr/bin/terraform show -json tfplan\n{TEXT}\n::debug::done\n", "terraform_wrapper: false"),
        (f"{TEXT}\n\n::debug::Terraform exited with code 0.\n", "setup-terraform wrapper"),
        (f"Previewing update (dev)\n{TEXT}", "text before the JSON object"),
        (f"{TEXT}\nDone.\n", "text after the JSON object"),
        (f"{EVENT}\n{EVENT}\n", "engine event log"),
        (EVENT, "PULUMI_ENABLE_STREAMING_JSON_PREVIEW"),
        ('{"format_version": "1.0"}', "contains no plan"),
        ("null", "contains no plan"),
    ],
)
def test_the_message_has_the_remedy(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SourceError) as error:
        _read(tmp_path, text)
    assert reason in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("changes", [None, [], [{"address": "x", "type": "aws_s3_bucket", "change": {}}]])
def test_a_planned_resource_without_a_change_is_refused(tmp_path: Path, changes: Any) -> None:
    values = {
        "address": "alicloud_ram_security_preference.this",
        "mode": "managed",
        "type": "alicloud_ram_security_preference",
        "values": {},
    }
    document = {**TERRAFORM, "resource_changes": changes, "planned_values": {"root_module": {"resources": [values]}}}
    with pytest.raises(SourceError, match="the plan is incomplete"):
        _read(tmp_path, json.dumps(document))


def test_values_that_are_nested_deeply_are_refused_in_one_line(tmp_path: Path) -> None:
    for depth in (400, 900, 980, 20_000):
        values = "[" * depth + "]" * depth
        text = f'{{"format_version": "1.2", "resource_changes": [], "planned_values": {values}}}'
        try:
            assert _read(tmp_path, text) == []
        except SourceError as error:
            assert str(error).count("nested too deeply") == str(error).count("plan.json") == 1


def test_a_deferred_change_repairs_nothing_for_certain(tmp_path: Path) -> None:
    changes = [{"reason": "provider_config_unknown", "resource_change": TERRAFORM["resource_changes"][0]}]
    document = {key: value for key, value in TERRAFORM.items() if key not in ("resource_changes", "planned_values")}
    (change,) = _read(tmp_path, json.dumps({**document, "deferred_changes": changes}))
    effect = change.effects()["MFAOperationForLogin"]
    assert effect.kind == "either"
    assert "the plan defers it to a later run" in effect.note


@pytest.mark.parametrize(
    ("source", "foreign"),
    [
        ("registry.terraform.io/aliyun/alicloud", False),
        ("registry.opentofu.org/aliyun/alicloud", False),
        ("registry.terraform.io/hashicorp/alicloud", False),
        ("registry.terraform.io/evil/alicloud", True),
        ("evil.example.com/aliyun/alicloud", True),
        ({}, True),
    ],
)
def test_a_look_alike_provider_is_unknown(tmp_path: Path, source: Any, foreign: bool) -> None:
    change = {**TERRAFORM["resource_changes"][0], "provider_name": source}
    (found,) = _read(tmp_path, json.dumps({**TERRAFORM, "resource_changes": [change]}))
    assert {effect.kind for effect in found.effects().values()} == {"unknown"} if foreign else found.foreign is None


def test_a_bridged_token_is_unknown(tmp_path: Path) -> None:
    urn = URN.replace("ram/securityPreference:SecurityPreference", "index/ramSecurityPreference:RamSecurityPreference")
    kind = urn.split("::")[2]
    step = {"op": "create", "urn": urn, "newState": {"type": kind, "inputs": {"mfaOperationForLogin": "mandatory"}}}
    (found,) = _read(tmp_path, json.dumps({"steps": [step]}))
    assert {effect.kind for effect in found.effects().values()} == {"unknown"}


def test_a_pure_import_sends_nothing(tmp_path: Path) -> None:
    goal = {"id": "1500000000000001", "inputDiff": {"adds": {"mfaOperationForLogin": "mandatory"}}}
    (found,) = _read(tmp_path, json.dumps({"resourcePlans": {URN: {"goal": goal}}}))
    assert found.effects()["MFAOperationForLogin"].kind == "leaves"
    with pytest.raises(SourceError, match="is incomplete"):
        _read(tmp_path, json.dumps({"resourcePlans": {URN: {"goal": {**goal, "id": None}}}}))
