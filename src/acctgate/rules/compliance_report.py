"""The reports of the account's compliance packs are complete and fresh.

Cloud Config judges an account against a compliance pack; the report of that judgement is made on request.
GetCompliancePackReport tells whether there is one and how old it is, not what it says. An account without
packs has nothing to judge; each pack is judged on its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final, Required

from annotated_types import Ge, Le

from acctgate.model.snapshot import Path, Snapshot, Unknown, explain
from acctgate.rules.base import Judgement, Rule, RuleEntry, entry, undecided
from acctgate.text import dotted

SECTION: Final = "CompliancePackReports"
_CLOCK_SKEW: Final = timedelta(minutes=15)
_SHOWN: Final = ("CompliancePackId", "ReportStatus", "ReportCreateTimestamp")


@entry
class Parameters(RuleEntry, total=False):
    """How old a report may be."""

    max_age_days: Required[Annotated[int, Ge(1), Le(3650)]]
    """The oldest that is allowed, in days since ReportCreateTimestamp, at least 1."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ComplianceReport(Rule[Parameters]):
    """One judgement for each pack."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """A section that could not be read, or not wholly, adds a judgement of its own."""
        reports = account.read((SECTION,))
        if isinstance(reports, Unknown):
            return [undecided(reports)]
        judged = [_judge(account, (SECTION, index), want, now) for index in range(len(reports))]
        if error := account.errors.get(SECTION):
            judged.append(undecided(Unknown(explain(error, "GetCompliancePackReport"))))
        return judged or [Judgement("skipped", "the account has no compliance pack", [])]


def _judge(account: Snapshot, path: Path, want: Parameters, now: datetime) -> Judgement:
    report = account.raw(path)
    actual = {key: report[key] for key in _SHOWN if key in report} if isinstance(report, dict) else report
    pack = account.read((*path, "CompliancePackId"))
    name = "a pack" if isinstance(pack, Unknown) else pack
    outcome, message = _verdict(account, path, name, want, now)
    return Judgement(outcome, message, actual, dotted((*path, "ReportStatus")))


def _verdict(account: Snapshot, path: Path, name: str, want: Parameters, now: datetime) -> Any:
    status = account.read((*path, "ReportStatus"))
    if isinstance(status, Unknown):
        error = account.errors.get(f"{SECTION}.{name}")
        return "unknown", f"not provable: {explain(error, name) if error else status.reason}"
    if status != "COMPLETE":
        return "fail", f"the report of {name} is {status}"
    created = account.read((*path, "ReportCreateTimestamp"))
    if isinstance(created, Unknown):
        return "unknown", f"not provable: {created.reason}"
    try:
        age = now - datetime.fromtimestamp(created / 1000, UTC)
    except (OverflowError, OSError, ValueError):
        return "unknown", f"not provable: ReportCreateTimestamp of {name} is no time"
    if age < -_CLOCK_SKEW:
        return "unknown", f"not provable: the report of {name} is from the future"
    days = max(age, timedelta()) / timedelta(days=1)
    return "pass" if days <= want["max_age_days"] else "fail", f"the report of {name} is {days:.1f} days old"


RULE = ComplianceReport(
    id="compliance-report",
    title="Fresh compliance pack reports",
    doc=__doc__,
    severity="low",
    setting=f"{SECTION}.ReportStatus",
    parameters=Parameters,
    expected=lambda want: f"COMPLETE, at most {want['max_age_days']} days old",
    remediation="Make a new report with GenerateCompliancePackReport, or in the Cloud Config console "
    "(Compliance Package, Report).",
)
