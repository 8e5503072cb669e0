"""The recorded state of a stack."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from acctgate.crossguard import variables
from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand
from acctgate.crossguard.recorded_state import export_state, recorded_resources, stack_candidates, start_export

PROJECT = "name: gate\nruntime: python\n"
URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"


def test_a_resource_that_is_only_to_be_deleted_is_not_the_recorded_one() -> None:
    entries = [{"urn": URN, "inputs": {"loginSessionDuration": 6}}, {"urn": URN, "delete": True, "inputs": {}}]
    assert recorded_resources({"deployment": {"resources": entries}}) == {URN: entries[0]}


def test_a_password_policy_that_a_replacement_has_left_is_deleted_too() -> None:
    urn = "urn:pulumi:s::p::alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy::x"
    entries = [{"urn": urn, "custom": True}, {"urn": urn, "custom": True, "delete": True}]
    found = recorded_resources({"deployment": {"resources": entries}})
    assert found == {urn: entries[0], f"{urn} (old)": entries[1]}


@pytest.mark.parametrize("order", [1, -1], ids=["destroyed first", "retained first"])
def test_of_several_that_replacements_have_left_one_that_is_destroyed_counts(order: int) -> None:
    urn = "urn:pulumi:s::p::alicloud:ram/accountPasswordPolicy:AccountPasswordPolicy::x"
    entries = [{"urn": urn, "delete": True}, {"urn": urn, "delete": True, "retainOnDelete": True}]
    found = recorded_resources({"deployment": {"resources": entries[::order]}})
    assert found == {f"{urn} (old)": entries[0]}


def test_a_stack_without_resources() -> None:
    assert recorded_resources({"deployment": {"resources": None}}) == {}
    assert recorded_resources({"deployment": None}) == {}


def test_the_stack_is_looked_for_in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nowhere else: another folder may have another back end, with a stack of the same name."""
    (pack := tmp_path / "policies").mkdir()
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(pack)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    monkeypatch.delenv("PULUMI_ORGANIZATION", raising=False)
    assert list(stack_candidates("dev")) == [(tmp_path, "dev")]
    monkeypatch.setenv(variables.PROJECT, str(tmp_path.parent))
    assert list(stack_candidates("acme/gate/dev")) == []
    (pack / "Pulumi.json").write_text('{"name": "gate", "runtime": "nodejs"}')
    monkeypatch.setenv(variables.PROJECT, str(pack))
    assert list(stack_candidates("acme/gate/dev")) == [(pack, "acme/gate/dev")]


def test_the_stack_of_an_organization_is_not_that_of_the_default_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    monkeypatch.setenv("PULUMI_ORGANIZATION", "acme")
    assert list(stack_candidates("dev")) == [(tmp_path, "acme/gate/dev")]
    monkeypatch.setenv("PULUMI_ORGANIZATION", "organization")
    assert list(stack_candidates("dev")) == [(tmp_path, "dev")]


def test_a_project_of_another_name_is_not_the_one_that_is_deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Pulumi.yaml").write_text(PROJECT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PULUMI_PROJECT", "other")
    assert list(stack_candidates("dev")) == [(tmp_path, "organization/other/dev")]


@pytest.mark.parametrize(
    "output",
    [
        "[]",
        "null",
        '"stack"',
        "7",
        "{}",
        '{"deployment": []}',
        '{"deployment": "x"}',
        '{"deployment": 7}',
        '{"deployment": {"resources": {"urn": "x"}}}',
        '{"deployment": {"resources": "x"}}',
        '{"deployment": {"resources": [7]}}',
        '{"deployment": {"resources": [{}]}}',
        '{"deployment": {"resources": [{"urn": null}]}}',
        "",
        "warning: a new version is available",
        "[" * 100_000,
    ],
    ids=range(16),
)
def test_what_is_no_exported_stack_leaves_the_state_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    (tmp_path / "output").write_text(output)
    pulumi = tmp_path / "pulumi"
    pulumi.write_text(f'#!/bin/sh\nexec cat "{tmp_path / "output"}"\n')
    pulumi.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("PULUMI_PROJECT", "gate")
    monkeypatch.setenv("PULUMI_STACK", "dev")
    monkeypatch.delenv(variables.STATE, raising=False)
    assert export_state() is None
    (tmp_path / "output").write_text('{"version": 3, "deployment": {}}')
    assert export_state() == {}


def test_a_new_stack_in_place_of_a_deployed_one_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variables.STATE, variables.STATE_UNKNOWN)
    monkeypatch.setenv("PULUMI_STACK", "preview")
    monkeypatch.setattr("shutil.which", pytest.fail)
    assert export_state() is None


def test_the_state_is_exported_early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variables.STATE, variables.STATE_EMPTY)
    monkeypatch.setattr("acctgate.crossguard.recorded_state.find_command", EngineCommand)
    state = start_export()
    assert state is not None and state.result() == {}


@pytest.mark.parametrize("command", [EngineCommand(refresh=True), UNKNOWN_COMMAND])
def test_the_state_is_not_exported_early_if_a_refresh_may_change_it(
    monkeypatch: pytest.MonkeyPatch, command: EngineCommand
) -> None:
    monkeypatch.setattr("acctgate.crossguard.recorded_state.find_command", lambda: command)
    monkeypatch.setattr("acctgate.crossguard.recorded_state.export_state", pytest.fail)
    assert start_export() is None


PACK = """
import sys
from acctgate.crossguard import pack, recorded_state
from acctgate.crossguard.engine_command import EngineCommand

recorded_state.find_command = EngineCommand
pack.serve(sys.argv[1])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
def test_an_invalid_policy_is_reported_while_the_state_is_exported(tmp_path: Path) -> None:
    (engine := tmp_path / "pulumi").write_text("#!/bin/sh\nread line\n")  # as long as there is an input
    engine.chmod(0o755)
    (policy := tmp_path / "policy.yaml").write_text("version: 2\n")
    path = os.pathsep.join((str(tmp_path), os.environ["PATH"]))
    names = {"PATH": path, "PULUMI_STACK": "dev", "PULUMI_PROJECT": "gate", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment = {**os.environ, **names}
    environment.pop(variables.STATE, None)
    command = [sys.executable, "-c", PACK, str(policy)]
    with subprocess.Popen(command, env=environment, cwd=tmp_path, stdin=PIPE, stderr=PIPE) as process:
        assert process.stderr is not None
        assert process.wait(timeout=60) == 1
        assert b"policy.yaml:1: version" in process.stderr.read()
