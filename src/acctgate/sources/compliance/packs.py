"""Compliance packs and their reports, of one account or of an account group.

An account group (aggregator) has the same calls under other names, with an AggregatorId.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Final

from acctgate.model.account_id import account_id_in
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError, expect, unexpected
from acctgate.sources.operations import (
    AGGREGATE_PACK_REPORT,
    AGGREGATE_PACKS,
    GENERATE_AGGREGATE_PACK_REPORT,
    GENERATE_PACK_REPORT,
    PACK_REPORT,
    PACKS,
    Call,
    Operation,
)
from acctgate.text import plural

PAGE_SIZE: Final = 100
MAX_PACKS: Final = 1000
CREATING: Final = "CompliancePackReportCreating"
"""The error code of a report that is being generated already."""


@dataclass(frozen=True, slots=True)
class Pack:
    """A compliance pack."""

    id: str
    name: str | None
    status: str | None
    """ACTIVE, CREATING or INACTIVE."""


@dataclass(frozen=True, slots=True)
class PackReport:
    """The state of a pack's report (GetCompliancePackReport)."""

    pack_id: str
    status: str
    """NONE, CREATING or COMPLETE; another value is passed on as it is."""
    created_ms: int | None
    """ReportCreateTimestamp: milliseconds since 1970-01-01 UTC."""
    account_id: str | None
    """None if the answer names no account; 0 is not an account id."""
    url: str | None
    """ReportUrl, signed. A secret: it is used for the download and never shown."""

    def __repr__(self) -> str:
        """Leave the signed URL out of logs and tracebacks."""
        return f"PackReport({self.pack_id!r}, {self.status!r}, created_ms={self.created_ms})"


@dataclass(frozen=True, slots=True)
class CompliancePacks:
    """The compliance packs that a caller can see."""

    call: Call
    aggregator_id: str | None = None
    """The account group's id; None reads the caller's own account."""

    def list_packs(self) -> list[Pack]:
        """Return all packs.

        Raises:
            CallError: A call failed, or the answer is incomplete: pages repeat, or do not add up to the total.
        """
        operation = AGGREGATE_PACKS if self.aggregator_id else PACKS
        packs: dict[str, Pack] = {}
        for page in range(1, MAX_PACKS // PAGE_SIZE + 1):
            found, total = self._page(operation, page)
            for pack in found:
                if pack.id in packs:
                    raise unexpected(operation, f"page {page} repeats the compliance pack {pack.id}")
                packs[pack.id] = pack
            if len(packs) > total:
                listed = plural(len(packs), "compliance pack")
                raise unexpected(operation, f"{listed} listed, but TotalCount is {total}")
            if len(packs) == total:
                return [*packs.values()]
            if not found:
                raise unexpected(operation, f"{len(packs)} of {plural(total, 'compliance pack')} listed")
        raise CallError(operation.name, {"code": "TooMany", "message": f"more than {MAX_PACKS} compliance packs"})

    def generate(self, pack_id: str) -> None:
        """Have Cloud Config generate a pack's report. This writes.

        A report that is being generated already is not an error.

        Raises:
            CallError: The call failed, or the answer is about another pack.
        """
        operation = GENERATE_AGGREGATE_PACK_REPORT if self.aggregator_id else GENERATE_PACK_REPORT
        # The same token never makes a second report, so a call can be repeated.
        query = {"CompliancePackId": pack_id, "ClientToken": f"acctgate-{uuid.uuid4()}"}
        try:
            answer = self.call(operation, self._query(query))
        except CallError as error:
            if error.error["code"] != CREATING:
                raise
            return
        found = expect(operation, answer, operation.answer_key, str)
        if found != pack_id:
            raise unexpected(operation, f"the answer is about pack {one_line(found)}")

    def report(self, pack_id: str) -> PackReport:
        """Return the state of a pack's report.

        Raises:
            CallError: The call failed, or the answer is about another pack.
        """
        operation = AGGREGATE_PACK_REPORT if self.aggregator_id else PACK_REPORT
        answer = self.call(operation, self._query({"CompliancePackId": pack_id}))
        report = expect(operation, answer, operation.answer_key, dict)
        if not isinstance(report.get("ReportStatus"), str):
            raise unexpected(operation, "the answer has no CompliancePackReport with a ReportStatus")
        if report.get("CompliancePackId", pack_id) != pack_id:
            raise unexpected(operation, f"the answer is about pack {one_line(report['CompliancePackId'])}")
        return PackReport(
            pack_id,
            report["ReportStatus"],
            _whole_number(report.get("ReportCreateTimestamp")),
            account_id_in(report.get("AccountId")),
            report["ReportUrl"] if isinstance(report.get("ReportUrl"), str) else None,
        )

    def _page(self, operation: Operation, page: int) -> tuple[list[Pack], int]:
        """Return the packs on one page, and the total."""
        answer = self.call(operation, self._query({"PageNumber": str(page), "PageSize": str(PAGE_SIZE)}))
        result = expect(operation, answer, operation.answer_key, dict)
        packs = expect(operation, result, "CompliancePacks", list)
        if result.get("PageNumber", page) != page:
            found = one_line(result["PageNumber"])
            raise unexpected(operation, f"page {page} was requested, but the answer is page {found}")
        return [_pack(operation, pack) for pack in packs], expect(operation, result, "TotalCount", int)

    def _query(self, query: dict[str, str]) -> dict[str, str]:
        return query | ({"AggregatorId": self.aggregator_id} if self.aggregator_id else {})


def _pack(operation: Operation, item: Any) -> Pack:
    pack_id = expect(operation, item, "CompliancePackId", str)
    name, status = item.get("CompliancePackName"), item.get("Status")
    return Pack(pack_id, name if isinstance(name, str) else None, status if isinstance(status, str) else None)


def _whole_number(value: Any) -> int | None:
    return value if type(value) is int and value >= 0 else None
