"""The output of `pulumi preview --json`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from acctgate.model.provider_eras import NEWEST
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
