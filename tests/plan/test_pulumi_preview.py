"""The output of `pulumi preview --json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider_eras import NEWEST
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import overlay
from acctgate.plan.read import read_plan


def test_a_refreshed_provider_counts_as_it_will_be(tmp_path: Path) -> None:
    """A preview with a refresh shows the recorded provider first."""
    urn = "urn:pulumi:s::p::pulumi:providers:alicloud::mine"
    resource = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"

    def state(version: str) -> dict[str, Any]:
        return {"type": "pulumi:providers:alicloud", "inputs": {"version": version}}

    steps = [
        {"op": "refresh", "urn": urn, "oldState": state("3.80.0"), "newState": state("3.80.0")},
        {"op": "update", "urn": urn, "oldState": state("3.80.0"), "newState": state("4.0.0")},
        {"op": "create", "urn": resource, "newState": {"inputs": {}, "provider": f"{urn}::id"}},
    ]
    (tmp_path / "plan.json").write_text(json.dumps({"steps": steps}))
    [change] = read_plan(str(tmp_path / "plan.json"))
    assert change.provider.eras == NEWEST


def _preference(name: str, ticket: bool) -> dict[str, Any]:
    urn = f"urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::{name}"
    provider = "urn:pulumi:s::p::pulumi:providers:alicloud::default_4_0_0::id"
    inputs = {"enableSaveMfaTicket": ticket, "loginSessionDuration": 1}
    return {"urn": urn, "newState": {"inputs": inputs, "provider": provider}}


@pytest.mark.parametrize(
    ("operations", "recorded"),
    [
        (("import", "update"), {}),
        (("import-replacement", "update"), {}),
        (("update",), {"refreshBeforeUpdate": True}),
    ],
    ids=["imported", "replaced", "refreshed"],
)
def test_what_the_deploy_records_first_may_be_what_another_resource_has_set(
    tmp_path: Path, operations: tuple[str, ...], recorded: dict[str, Any]
) -> None:
    """In a deploy, `second` may change the account before `first` is recorded, and `first` then changes it back."""
    first, second = _preference("first", False), _preference("second", True)
    old = {"outputs": {"enableSaveMfaTicket": False, "loginSessionDuration": 24}, **recorded}
    steps = [{**first, "op": each, **({"oldState": old} if each == "update" else {})} for each in operations]
    account = {"LoginProfilePreference": {"EnableSaveMFATicket": False, "LoginSessionDuration": 24}}
    live = Snapshot.from_document({"version": 1, "SecurityPreference": account})
    setting = ("SecurityPreference", "LoginProfilePreference", "EnableSaveMFATicket")

    def after(*steps: dict[str, Any]) -> Any:
        (tmp_path / "plan.json").write_text(json.dumps({"steps": steps}))
        changes = [each for each in read_plan(str(tmp_path / "plan.json")) if isinstance(each, PlannedChange)]
        return overlay(live, changes).read(setting)

    both = after(*steps, {**second, "op": "create"})
    assert isinstance(both, Unknown)
    assert "first and second contradict each other" in both.reason
    assert after(*steps) is False
