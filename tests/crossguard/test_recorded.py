"""The recorded state of a stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.recorded import recorded_resources, stack_candidates

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
    (tmp_path / "Pulumi.yaml").touch()
    monkeypatch.chdir(pack)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    assert list(stack_candidates("dev")) == [(tmp_path, "dev"), (pack, "organization/gate/dev")]
    monkeypatch.setenv(variables.PROJECT, str(pack))
    assert list(stack_candidates("acme/gate/dev")) == []
    (pack / "Pulumi.json").touch()
    assert list(stack_candidates("acme/gate/dev")) == [(pack, "acme/gate/dev")]
