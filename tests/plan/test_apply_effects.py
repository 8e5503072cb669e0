"""What planned resources do to the settings of a section."""

from __future__ import annotations

from typing import Final

import pytest

from acctgate.model.planned_change import PlannedChange
from acctgate.model.snapshot import Snapshot, Unknown
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


def test_plans_of_two_root_modules_may_use_one_name() -> None:
    """Naming both alike, "X and X contradict each other", would say nothing."""
    live = Snapshot.from_document({"version": 1, "SecurityPreference": {"LoginProfilePreference": {}}})
    changes = [PlannedChange("x.this", "create", {**DECLARED, "LoginSessionDuration": hours}) for hours in (5, 8)]
    hours = overlay(live, changes).read(("SecurityPreference", "LoginProfilePreference", "LoginSessionDuration"))
    assert isinstance(hours, Unknown)
    assert hours.reason.startswith("2 resources named x.this contradict each other (5 or 8)")
