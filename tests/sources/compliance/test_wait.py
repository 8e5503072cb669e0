"""Waiting for a report: every status, back-off and the end of patience."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.packs import CompliancePacks
from acctgate.sources.compliance.wait import FIRST_PAUSE, MAX_PAUSE, NotGeneratedError, wait_for_report
from tests.support.compliance import Api, error, report


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.pauses: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def wait(*answers: Any, timeout: float = 600, generated: bool = False) -> tuple[Any, Clock, list[str]]:
    """Wait for a report that these answers describe."""
    clock, seen, packs = Clock(), list[str](), CompliancePacks(Api(*answers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("acctgate.sources.compliance.wait.time", clock)
        found = wait_for_report(packs, "cp-1", timeout=timeout, progress=seen.append, generated=generated)
    return found, clock, seen


def test_a_complete_report_is_returned_at_once() -> None:
    found, clock, _ = wait(report())
    assert (found.status, clock.pauses) == ("COMPLETE", [])


def test_the_pauses_grow_up_to_a_limit() -> None:
    _, clock, seen = wait(*[report("CREATING")] * 12, report())
    assert clock.pauses[0] == FIRST_PAUSE and clock.pauses == sorted(clock.pauses) and clock.pauses[-1] == MAX_PAUSE
    assert seen == ["CREATING"] * 12 + ["COMPLETE"]


@pytest.mark.parametrize("code", ["CompliancePackReportCreating", "ServiceUnavailable", "Throttling.User", "NoAnswer"])
def test_errors_that_pass_are_waited_out(code: str) -> None:
    found, clock, seen = wait(error(code), report())
    assert (found.status, clock.pauses, seen) == ("COMPLETE", [FIRST_PAUSE], [code, "COMPLETE"])


@pytest.mark.parametrize("code", ["Invalid.CompliancePackId.Value", "AccountNotExisted", "NoPermission"])
def test_other_errors_end_the_wait(code: str) -> None:
    with pytest.raises(CallError, match=code):
        wait(error(code))


def test_without_a_request_none_is_not_waited_for() -> None:
    with pytest.raises(NotGeneratedError, match="no report was generated"):
        wait(report("NONE"))
    found, _, _ = wait(report("NONE"), report("CREATING"), report(), generated=True)
    assert found.status == "COMPLETE"


def test_an_unknown_status_proves_nothing() -> None:
    with pytest.raises(NotGeneratedError, match="unknown ReportStatus EXPIRED"):
        wait(report("EXPIRED"))


def test_patience_ends() -> None:
    with pytest.raises(NotGeneratedError, match="within 10 seconds"):
        wait(*[report("CREATING")] * 20, timeout=10)


def test_a_pack_that_is_deleted_while_waiting_is_an_error() -> None:
    with pytest.raises(CallError, match=r"Invalid\.CompliancePackId\.Value"):
        wait(report("CREATING"), error("Invalid.CompliancePackId.Value"))
