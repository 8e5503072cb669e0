"""Old reports of compliance packs that data sources have read are generated again only if the policy says so."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest

from acctgate.crossguard.account_details import renew_reports
from acctgate.crossguard.background_reader import BackgroundReader, PackReports
from acctgate.crossguard.configuration import AccountSettings
from acctgate.crossguard.source_types import PACK_REPORTS
from acctgate.crossguard.stack_accounts import StackAccount, StackResource
from acctgate.demo import DemoServer
from acctgate.model.optional_sections import Extras, Renewal
from acctgate.model.snapshot import Snapshot
from acctgate.sources.live_account import LiveAccount
from tests.support import NOW

OLD = {"ReportStatus": "COMPLETE", "ReportCreateTimestamp": 1}
NEW = {"ReportStatus": "COMPLETE", "ReportCreateTimestamp": 2}
REPORTS: list[Any] = [{"CompliancePackId": "a", **OLD}, {"CompliancePackId": "b", "ReportStatus": "NONE"}, OLD, "x"]
WEEKLY = Renewal(timedelta(7), NOW)
SOURCE = StackResource(PACK_REPORTS.pulumi_type, "urn:reports", {"role_arn": "acs:ram::1:role/r"})


class _Reader(BackgroundReader):
    """Generates a report of the pack `a`, and remembers what it was asked for."""

    def __init__(self, account: str | None, renewal: Renewal | None = WEEKLY) -> None:
        super().__init__(AccountSettings(), extras=Extras(renewal=renewal))
        object.__setattr__(self, "account", account)
        object.__setattr__(self, "asked", [])

    def start_reports(
        self, arguments: Mapping[str, str], packs: tuple[str, ...], renewal: Renewal
    ) -> Future[PackReports]:
        self.asked.append((dict(arguments), packs))  # type: ignore[attr-defined]
        future: Future[PackReports] = Future()
        future.set_result(PackReports(self.account, {"a": {"CompliancePackId": "a", **NEW}}))  # type: ignore[attr-defined]
        return future


def _renewed(reader: BackgroundReader) -> Any:
    document = {"version": 1, "account_id": "1", "CompliancePackReports": REPORTS}
    account = StackAccount(Snapshot.from_document(document), {"CompliancePackReports": SOURCE.urn})
    renew_reports([account], [SOURCE], reader)
    return account.snapshot.document["CompliancePackReports"]


def test_old_reports_are_replaced() -> None:
    reader = _Reader("1")
    assert _renewed(reader) == [{"CompliancePackId": "a", **NEW}, *REPORTS[1:]]
    assert reader.asked == [({"role_arn": "acs:ram::1:role/r"}, ("a", "b"))]  # type: ignore[attr-defined]


def test_without_generate_nothing_is_asked_for() -> None:
    reader = _Reader("1", None)
    assert _renewed(reader) == REPORTS
    assert reader.asked == []  # type: ignore[attr-defined]


@pytest.mark.parametrize("account", ["2", None])
def test_reports_of_another_account_replace_nothing(account: str | None) -> None:
    assert _renewed(_Reader(account)) == REPORTS


def test_a_report_that_does_not_name_its_pack_replaces_that_of_the_pack(
    demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in demo.environment.items():
        monkeypatch.setenv(name, value)
    [report] = demo.account.pack_reports
    pack = report["CompliancePackId"]
    answer = {"ReportStatus": "COMPLETE", "ReportCreateTimestamp": 3}
    monkeypatch.setattr(LiveAccount, "compliance_pack_report", lambda *_: dict(answer))
    found = BackgroundReader(AccountSettings()).start_reports({}, (pack,), WEEKLY).result()
    assert found.reports == {pack: {"CompliancePackId": pack, **answer}}
