"""Reports of compliance packs are generated while an account is read only if that is asked for, and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acctgate.demo import DemoServer
from acctgate.model.optional_sections import Extras, Renewal
from acctgate.model.snapshot import Snapshot
from acctgate.sources.live import read_account
from acctgate.sources.operations import GENERATE_PACK_REPORT
from acctgate.sources.target import Target
from tests.support.demo import demo_server

NOW = datetime(2026, 11, 26, tzinfo=UTC)
GENERATE = GENERATE_PACK_REPORT.name
WEEK = timedelta(days=7)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve a demo account whose one report is old, and do not wait."""
    monkeypatch.setattr("acctgate.sources.compliance.wait.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("acctgate.sources.retry._BACKOFF", 0.001)
    with demo_server(monkeypatch) as running:
        yield running


def _read(
    server: DemoServer, max_age: timedelta | None = WEEK, accounts: frozenset[str] | None = None
) -> tuple[dict[str, Any], Snapshot]:
    now = datetime.now(UTC)
    renewal = Renewal(max_age, now, accounts) if max_age else None
    found = read_account(Target(endpoint=server.endpoint), now, None, Extras(frozenset(), None, renewal))
    [report] = found.document["CompliancePackReports"]
    return report, found


def test_an_old_report_is_generated_again_once(server: DemoServer) -> None:
    before, _ = _read(server, None)
    assert server.calls[GENERATE] == 0, "nobody asked for it"
    report, found = _read(server)
    assert report["ReportStatus"] == "COMPLETE"
    assert report["ReportCreateTimestamp"] > before["ReportCreateTimestamp"]
    assert "ReportUrl" not in report
    assert not found.errors
    assert _read(server)[0] == report
    assert server.calls[GENERATE] == 1


def test_a_missing_report_is_generated(server: DemoServer) -> None:
    server.account.pack_reports[0]["ReportStatus"] = "NONE"
    assert _read(server)[0]["ReportStatus"] == "COMPLETE"
    assert server.calls[GENERATE] == 1


def test_a_report_that_is_being_generated_is_awaited(server: DemoServer) -> None:
    server.account.pack_reports[0]["ReportStatus"] = "CREATING"

    def complete(status: str) -> None:
        if server.calls["GetCompliancePackReport"] > 2:
            server.account.pack_reports[0]["ReportStatus"] = "COMPLETE"

    found = read_account(Target(endpoint=server.endpoint), NOW, complete, Extras(frozenset(), None, Renewal(WEEK, NOW)))
    assert found.document["CompliancePackReports"][0]["ReportStatus"] == "COMPLETE"
    assert server.calls[GENERATE] == 0


def test_a_report_is_generated_only_in_an_account_that_is_meant(server: DemoServer) -> None:
    before, _ = _read(server, None)
    assert _read(server, accounts=frozenset({"1000000000000001"}))[0] == before
    server.denied.add("GetCallerIdentity")
    assert _read(server, accounts=frozenset({server.account.account_id}))[0] == before
    assert server.calls[GENERATE] == 0, "it was not known whose account it is"
    server.denied.clear()
    assert _read(server, accounts=frozenset({server.account.account_id}))[0] != before
    assert server.calls[GENERATE] == 1


def test_without_permission_the_old_report_stays_and_a_line_says_why(
    server: DemoServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = _read(server, None)
    server.denied.add(GENERATE)
    assert _read(server)[0] == before
    assert f"the report was not renewed: {GENERATE} failed with NoPermission" in capsys.readouterr().err


def test_waiting_ends_before_the_account_is_given_up(
    server: DemoServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("acctgate.sources.live.SECONDS", -30.0)  # nothing remains for waiting
    server.account.pack_reports[0]["ReportStatus"] = "CREATING"
    assert _read(server)[0]["ReportStatus"] == "CREATING"
    assert "the report was not complete within 0 seconds" in capsys.readouterr().err


def _created(days: float) -> int:
    return int((NOW - timedelta(days=days)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("report", "due"),
    [
        ({"ReportStatus": "NONE"}, True),
        ({"ReportStatus": "CREATING"}, True),
        ({"ReportStatus": "COMPLETE", "ReportCreateTimestamp": _created(7.1)}, True),
        ({"ReportStatus": "COMPLETE", "ReportCreateTimestamp": _created(6.9)}, False),
        ({"ReportStatus": "COMPLETE", "ReportCreateTimestamp": "old"}, False),
        ({"ReportStatus": "COMPLETE"}, False),
        ({"ReportStatus": "OTHER"}, False),
        ({}, False),
    ],
)
def test_what_is_due(report: dict[str, Any], due: bool) -> None:
    assert Renewal(WEEK, NOW).is_due(report) is due
