"""GetCompliancePackReport (Config 2020-09-07): how recent the report of a compliance pack is.

The answer has no verdict, only a status, a time and a signed ReportUrl. That URL is a secret: acctgate drops it
when it reads the answer, so the model does not have it.
"""

from __future__ import annotations

from typing import Final, Literal

from typing_extensions import TypedDict

from acctgate.model.fields import Count, answer

SECTION: Final = "CompliancePackReports"


@answer
class CompliancePackReport(TypedDict, total=False):
    """The report of one compliance pack (GetCompliancePackReport, CompliancePackReport)."""

    CompliancePackId: str
    """The ID of the compliance pack."""
    AccountId: Count
    """The account that the pack belongs to. 0 means unknown."""
    ReportStatus: Literal["NONE", "CREATING", "COMPLETE"]
    """NONE (not generated), CREATING or COMPLETE."""
    ReportCreateTimestamp: Count
    """When the report was generated. Unit: milliseconds since 1970-01-01 UTC."""


def pack_id(value: object) -> str | None:
    """Return the ID of the compliance pack that an object is about, None if it names none."""
    found = value.get("CompliancePackId") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
