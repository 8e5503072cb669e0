"""The verdict on accounts, one by one and in total."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.control import Change, FrameworkReport, FrameworkTotal
from acctgate.model.diff import AccountDiff
from acctgate.model.judged_by import ReadAs
from acctgate.model.member import Member
from acctgate.model.organization import OrganizationSummary
from acctgate.model.outcome import RESULTS, Outcome, Result, Verdict, verdict_of, worst
from acctgate.redact import one_line
from acctgate.text import and_more, and_more_zh, plural

if TYPE_CHECKING:
    from acctgate.model.since import Day, Since
    from acctgate.model.waiver_notice import WaiverNotice


@dataclass(slots=True)  # not frozen, for speed; see Outcome
class AccountReport:
    """The verdict on one account."""

    account: Final[str | None]
    """The account's ID, None if it is unknown."""
    verdict: Final[Verdict]
    outcomes: Final[tuple[Outcome, ...]]
    alias: Final[str | None] = None
    unreadable: Final[str | None] = None
    """Why the account could not be read at all, None if some of it was. Each outcome repeats it."""
    taken_at: Final[str | None] = None
    """When the account was read (ISO 8601), None if it is unknown."""
    diff: Final[AccountDiff | None] = None
    """What the deployment changes, None without a plan, or if it changes nothing."""
    read_as: Final[ReadAs | None] = None
    """How it was read, None if it is unknown."""
    age_notice: Final[str | None] = None
    """A note about its age. None if it is not old, or if the policy limits the age."""
    not_read: Final[str | None] = None
    """Why nothing could be read of an account that is known, None if something was. Each outcome repeats it."""
    stale: Final[bool] = False
    """Whether it is older than allowed, so that it is unknown: a baseline does not excuse that."""
    member: Final[Member | None] = None
    """The account in its organization, None if nothing is known of that."""
    groups: Final[tuple[str, ...]] = ()
    """The policy's groups that it is in, whose rules and waivers count."""
    possible_groups: Final[tuple[str, ...]] = ()
    """The groups that it may be in. A rule passes only if it passes with each of them; their waivers do not count."""
    frameworks: Final[tuple[FrameworkReport, ...]] = ()
    """The controls of the frameworks that `--framework` names. They count for the verdict."""

    repair: Final[str | None] = None
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
        others = self.old_snapshots - 1
        more = Bilingual(and_more(others), and_more_zh(others))
        return fill(Words("{}{}", "{}{}"), self._first_old, more) if self.old_snapshots else None

    @property
    def accounts(self) -> int:
        """Return the number of accounts. Each account without an ID counts as another one."""
        return len(self.account_ids) + self.unidentified_accounts

    def describe(self) -> str:
        """Return what was judged, with what result: `2 accounts, 42 outcomes: 40 pass, 2 fail`."""
        accounts = plural(self.accounts, "account")
        if self.snapshots != self.accounts:
            accounts = f"{plural(self.snapshots, 'snapshot')} of {accounts}"
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)
        return f"{accounts}, {plural(sum(self.counts.values()), 'outcome')}{': ' if counts else ''}{counts}"

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
            self._first_old = self._first_old or age_notice_of(report)
            self.old_snapshots += 1
        for outcome in report.outcomes:
            self.counts[outcome.outcome] += 1
        for framework in report.frameworks:
            self.frameworks.setdefault(framework.framework, FrameworkTotal()).add(framework, report.account)

    def merge(self, later: Summary) -> None:
        """Add the totals over later accounts that were judged without frameworks."""
        self.snapshots += later.snapshots
        self.unidentified_accounts += later.unidentified_accounts
        self.account_ids |= later.account_ids
        self.not_read += later.not_read
        self.verdict = worst(self.verdict, later.verdict)
        self._first_old = self._first_old or later._first_old
        self.old_snapshots += later.old_snapshots
        for result, count in later.counts.items():
            self.counts[result] += count


def age_notice_of(report: AccountReport) -> str:
    """Return the notice about the age of an account with its name, empty if there is none."""
    account = one_line(report.account) if report.account else Bilingual("unknown", "未知")
    return fill(Words("account {}: {}", "账号 {}：{}"), account, report.age_notice) if report.age_notice else ""
