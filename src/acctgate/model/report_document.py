"""A whole report (version 1), and how it is read from JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, TypeVar

from pydantic import TypeAdapter, ValidationError

from acctgate.model.control_result import FrameworkResult
from acctgate.model.judged_by import JudgedBy, PolicyIdentity
from acctgate.model.organization import OrganizationSummary
from acctgate.model.outcome import BaselineNote, Outcome, Result, Verdict
from acctgate.model.report import AccountReport
from acctgate.model.since import Day, Since
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.reading import SourceError, read_text
from acctgate.strict_json import nests_too_deeply
from acctgate.text import dotted, expectation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunIdentity:
    """Which run of the Pulumi engine a report is about. None: unknown."""

    id: str | None = None
    """The id that `acctgate preview` gave the run."""
    project: str | None = None
    """The name of the Pulumi project."""
    stack: str | None = None
    """The name of the stack, without organization and project."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report (version 1), as `--format json` writes it."""

    version: Literal[1]
    verdict: Verdict
    accounts: tuple[AccountReport, ...]
    counts: Mapping[Result, int]
    waivers: tuple[WaiverNotice, ...] = ()
    """Waivers that need attention."""
    run: RunIdentity | None = None
    """The run of the engine, in a report that the policy pack wrote."""
    acctgate: str | None = None
    """The version of acctgate that judged."""
    judged_at: str | None = None
    """The time of judgement (UTC, ISO 8601)."""
    policy: PolicyIdentity | None = None
    """The policy that judged."""
    frameworks: tuple[FrameworkResult, ...] = ()
    """The controls of the frameworks that `--framework` names, over all accounts."""
    organization: OrganizationSummary | None = None
    """How many accounts of an organization were read."""
    since: Since | None = None
    """What changed since an earlier run."""
    days: tuple[Day, ...] = ()
    """How the accounts stood on each day of the history."""

    @property
    def judged_by(self) -> JudgedBy | None:
        """Return what judged, None in a report of an older acctgate."""
        if self.acctgate is None or self.judged_at is None or self.policy is None:
            return None
        return JudgedBy(self.acctgate, self.judged_at, self.policy)


def read_report(text: str | bytes) -> Report:
    """Parse a report (version 1) from its JSON.

    Raises:
        ValueError: It is not a report. The message is one line.
    """
    if nests_too_deeply(text if isinstance(text, str) else text.decode("utf-8", errors="replace")):
        raise ValueError("not a report (version 1): nested too deeply")
    report = _validated(_adapter(), text)
    return replace(report, accounts=tuple(map(_with_baseline_notes, report.accounts)))


def read_report_file(path: str) -> Report:
    """Read a report (version 1) from a file, or from standard input for "-".

    Raises:
        SourceError: The file cannot be read, or is not a report. The text is one line.
    """
    text = read_text(path)
    try:
        return read_report(text)
    except ValueError as error:
        raise SourceError(f"{path}: {error}") from None


def read_account(line: str) -> AccountReport:
    """Parse a line of an NDJSON report.

    Raises:
        ValueError: It is not the report on an account. The message is one line.
    """
    return _with_baseline_notes(_validated(_account_adapter(), line))


def _validated(adapter: TypeAdapter[T], text: str | bytes) -> T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        what = filter(None, (dotted(first["loc"]), expectation(first["msg"])))
        raise ValueError(f"not a report (version 1): {': '.join(what)}") from None


def _with_baseline_notes(report: AccountReport) -> AccountReport:
    """Read a baseline in a report: a waiver without an end, which older readers expect."""
    return report.map_outcomes(lambda outcomes: tuple(map(_with_baseline_note, outcomes)))


def _with_baseline_note(outcome: Outcome) -> Outcome:
    waiver = outcome.waiver
    if waiver is None or waiver.expires:
        return outcome
    note = outcome.baseline
    if note is None and waiver.outcome is not None:
        note = BaselineNote(waiver.reason.removeprefix("already in "), waiver.outcome)
    return replace(outcome, waiver=None, baseline=note)


@cache
def _account_adapter() -> TypeAdapter[AccountReport]:
    return TypeAdapter(AccountReport)


@cache
def _adapter() -> TypeAdapter[Report]:
    return TypeAdapter(Report)
