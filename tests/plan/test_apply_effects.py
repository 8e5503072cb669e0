"""What planned resources do to the settings of a section."""

from __future__ import annotations

from typing import Final

import pytest

from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.model.snapshot_document import setting_names
from acctgate.plan.overlay import overlay

DECLARED: Final = {"LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 5}


@pytest.mark.parametrize("recorded", [[], None])
def test_an_empty_list_that_nobody_sets_stays_as_it_is_read(recorded: list[str] | None) -> None:
    """The API leaves it out, so that it is absent with and without a plan."""
    live = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": {}}})
    before = {**DECLARED, "LoginSessionDuration": 8, "VerificationTypes": recorded}
    after = overlay(live, [PlannedChange("this", "update", DECLARED, before)])
    assert "VerificationTypes" not in str(after.document)
    assert after.read(("SecurityPreference", "LoginProfilePreference", "LoginSessionDuration")) == 5


@pytest.mark.parametrize("planned", [[], [PlannedChange("this", "create", DECLARED)]], ids=["nothing", "a-resource"])
@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ({"SecurityPreference": {"code": "NoPermission", "message": "no"}}, "GetSecurityPreference failed with NoPerm"),
        ({}, "SecurityPreference was not read"),
    ],
    ids=["denied", "not-read"],
)
def test_the_reason_stays_with_a_setting_that_no_resource_has(
    planned: list[PlannedChange], errors: dict[str, object], reason: str
) -> None:
    """Every setting of a section that was not read is unknown for the same reason, whether a resource can set it."""
    live = Snapshot.from_document({"version": 1, "errors": errors})
    after = overlay(live, planned)
    settings = [name.split(".") for name in setting_names() if name.startswith("SecurityPreference.")]
    found = [after.read(tuple(path)) for path in settings]
    reasons = [value.reason for value in found if isinstance(value, Unknown)]
    assert len(reasons) > 10 - 2 * len(planned)
    assert [each for each in reasons if reason not in each and "this" not in each] == []


def test_plans_of_two_root_modules_may_use_one_name() -> None:
    """Naming both alike, "X and X contradict each other", would say nothing."""
    live = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": {}}})
    changes = [PlannedChange("x.this", "create", {**DECLARED, "LoginSessionDuration": hours}) for hours in (5, 8)]
    hours = overlay(live, changes).read(("SecurityPreference", "LoginProfilePreference", "LoginSessionDuration"))
    assert isinstance(hours, Unknown)
    assert hours.reason.startswith("2 resources named x.this contradict each other (5 or 8)")
