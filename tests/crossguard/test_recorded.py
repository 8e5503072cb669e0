"""The recorded state of a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.recorded import export_state, recorded_resources, stack_candidates

PROJECT = "name: gate\nruntime: python\n"
URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"


def test_a_resource_that_is_only_to_be_deleted_is_not_the_recorded_one() -> None:
    entries = [{"urn": URN, "inputs": {"loginSessionDuration": 6}}, {"urn": URN, "delete": True, "inputs": {}}]
    assert recorded_resources({"deployment": {"resources": entries}}) == {URN: entries[0]}


def test_a_stack_without_resources() -> None:
    assert recorded_resources({"deployment": {"resources": None}}) == {}
    assert recorded_resources({"deployment": None}) == {}


def test_the_stack_is_looked_for_in_the_project_and_then_by_its_full_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pack := tmp_path / "policies").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(pack)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    assert list(stack_candidates("dev")) == [(tmp_path, "dev"), (pack, "organization/gate/dev")]
    monkeypatch.setenv(variables.PROJECT, str(tmp_path.parent))
    assert list(stack_candidates("acme/gate/dev")) == []
    (pack / "Pulumi.json").write_text('{"name": "gate", "runtime": "nodejs"}')
    monkeypatch.setenv(variables.PROJECT, str(pack))
    assert list(stack_candidates("acme/gate/dev")) == [(pack, "acme/gate/dev")]


def test_a_project_of_another_name_is_not_the_one_that_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_PROJECT", "other")
    assert list(stack_candidates("dev")) == [(tmp_path, "organization/other/dev")]


def test_a_new_stack_in_place_of_a_deployed_one_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variables.STATE, variables.STATE_UNKNOWN)
    monkeypatch.setenv("PULUMI_STACK", "preview")
    monkeypatch.setattr("shutil.which", pytest.fail)
    assert export_state() is None
