"""The verdict on accounts: the content of a report (version 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from acctgate.model.control import Change, FrameworkReport, FrameworkResult, FrameworkTotal
from acctgate.model.diff import AccountDiff
from acctgate.model.judged_by import JudgedBy, PolicyIdentity, ReadAs
from acctgate.model.member import Member
from acctgate.model.organization import OrganizationSummary
from acctgate.model.outcome import RESULTS, BaselineNote, Outcome, Result, Verdict, verdict_of, worst
from acctgate.model.since import Day, Since
from acctgate.model.waiver import WaiverNotice
from acctgate.reading import nests_too_deeply
from acctgate.redact import one_line
from acctgate.text import and_more


@dataclass(frozen=True, slots=True)
class AccountReport:
    """The verdict on one account."""

    account: str | None
    """The account's ID, None if it is unknown."""
    verdict: Verdict
    outcomes: tuple[Outcome, ...]
    alias: str | None = None
    unreadable: str | None = None
    """Why the account could not be read at all, None if some of it was. Each outcome repeats it."""
    taken_at: str | None = None
    """When the account was read (ISO 8601), None if it is unknown."""
    diff: AccountDiff | None = None
    """What the deployment changes, None without a plan, or if it changes nothing."""
    read_as: ReadAs | None = None
    """How it was read, None if it is unknown."""
    age_notice: str | None = None
    """A note about its age. None if it is not old, or if the policy limits the age."""
    not_read: str | None = None
    """Why nothing could be read of an account that is known, None if something was. Each outcome repeats it."""
    stale: bool = False
    """Whether it is older than allowed, so that it is unknown: a baseline does not excuse that."""
    member: Member | None = None
    """The account in its organization, None if nothing is known of that."""
    groups: tuple[str, ...] = ()
    """The policy's groups that it is in, whose rules and waivers count."""
    possible_groups: tuple[str, ...] = ()
    """The groups that it may be in. A rule passes only if it passes with each of them; their waivers do not count."""
    frameworks: tuple[FrameworkReport, ...] = ()
    """The controls of the frameworks that `--framework` names. They count for the verdict."""

    repair: str | None = None
    """The resources that would satisfy the policy after the deployment, as a block of code in Markdown."""

    def with_outcomes(
        self, outcomes: tuple[Outcome, ...], frameworks: tuple[FrameworkReport, ...] | None = None
    ) -> AccountReport:
        """Return the report with other outcomes of rules, and of controls if given, and their verdict."""
        frameworks = self.frameworks if frameworks is None else frameworks
        verdict = verdict_of(outcomes)
        for framework in frameworks:
            verdict = worst(verdict, framework.verdict)
        return replace(self, outcomes=outcomes, frameworks=frameworks, verdict=verdict)

    @property
    def control_outcomes(self) -> tuple[Outcome, ...]:
        """One outcome for each control, for formats that list outcomes."""
        return tuple(each.as_outcome(one.framework) for one in self.frameworks for each in one.controls)

    def map_outcomes(self, change: Change) -> AccountReport:
        """Return the report with changed outcomes, of its rules and of each control, and their verdict."""
        return self.with_outcomes(change(self.outcomes), tuple(each.map_outcomes(change) for each in self.frameworks))


@dataclass(slots=True)
class Summary:
    """The totals over all accounts. Add accounts as they are judged."""

    verdict: Verdict = "pass"
    counts: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    snapshots: int = 0
    """How many snapshots were judged. An account may have several."""
    unidentified_accounts: int = 0
    """How many of these have no account ID."""
    account_ids: set[str] = field(default_factory=set)
    """The IDs of the other accounts."""
    waivers: tuple[WaiverNotice, ...] = ()
    """Waivers that need attention. Known only after the last account."""
    not_read: list[str] = field(default_factory=list)
    """The IDs of the accounts of which nothing could be read."""
    organization: OrganizationSummary | None = None
    """How many accounts of an organization were read, None if it is not known which there are."""
    since: Since | None = None
    """What changed since an earlier run. Known only after the last account."""
    days: tuple[Day, ...] = ()
    """How the accounts stood on each day of the history. Known only after the last account."""
    old_snapshots: int = 0
    """How many snapshots have a notice about their age."""
    frameworks: dict[str, FrameworkTotal] = field(default_factory=dict)
    """The controls of each framework, by its id."""
    _first_old: str = ""

    @property
    def age_notice(self) -> str | None:
        """Return the notice about the first old snapshot, with the number of others; None if there is none."""
        return f"{self._first_old}{and_more(self.old_snapshots - 1)}" if self.old_snapshots else None

    @property
    def accounts(self) -> int:
        """Return the number of accounts. Each account without an ID counts as another one."""
        return len(self.account_ids) + self.unidentified_accounts

    def describe(self) -> str:
        """Return what was judged, with what result: `2 accounts, 42 outcomes: 40 pass, 2 fail`."""
        accounts = _number(self.accounts, "account")
        if self.snapshots != self.accounts:
            accounts = f"{_number(self.snapshots, 'snapshot')} of {accounts}"
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)
        return f"{accounts}, {_number(sum(self.counts.values()), 'outcome')}{': ' if counts else ''}{counts}"

    def add(self, report: AccountReport) -> None:
        """Add the report on one account."""
        self.snapshots += 1
        if report.account is None:
            self.unidentified_accounts += 1
        else:
            self.account_ids.add(report.account)
            if report.not_read is not None:
                self.not_read.append(report.account)
        self.verdict = worst(self.verdict, report.verdict)
        if report.age_notice is not None:
            self._first_old = self._first_old or one_line(f"account {report.account or 'unknown'}: {report.age_notice}")
            self.old_snapshots += 1
        for outcome in report.outcomes:
            self.counts[outcome.outcome] += 1
        for framework in report.frameworks:
            self.frameworks.setdefault(framework.framework, FrameworkTotal()).add(framework, report.account)


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


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def read_report(text: str | bytes) -> Report:
    """Parse a report (version 1) from its JSON.

    Raises:
        ValueError: It is not a report. The message is one line.
    """
    if nests_too_deeply(text if isinstance(text, str) else text.decode("utf-8", errors="replace")):
        raise ValueError("not a report (version 1): nested too deeply")
    try:
        report = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"not a report (version 1): {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    return replace(report, accounts=tuple(map(_with_baseline_notes, report.accounts)))


def read_account(line: str) -> AccountReport:
    """Parse a line of an NDJSON report.

    Raises:
        ValueError: It is not the report on an account. The message is one line.
    """
    try:
        return _with_baseline_notes(_account_adapter().validate_json(line))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"not a report (version 1): {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


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
