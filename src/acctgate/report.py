"""The verdict and its type: what a report (version 1) says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, get_args

Level = Literal["mandatory", "advisory", "disabled", "remediate"]
"""How binding a rule is, in Pulumi's words. `remediate` binds as `mandatory` does."""

Severity = Literal["low", "medium", "high", "critical"]
"""How much harm a violation can do."""

Result = Literal["pass", "fail", "unknown", "waived", "skipped"]
"""What became of a rule. `skipped`: disabled, or nothing there to judge."""

Verdict = Literal["pass", "fail", "unknown"]
"""Over mandatory rules only: fail where one fails, else unknown where one could not be decided."""

RESULTS: Final[tuple[Result, ...]] = ("pass", "fail", "unknown", "waived", "skipped")
BINDING: Final[frozenset[Level]] = frozenset({"mandatory", "remediate"})


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the working directory."""

    file: str
    line: int


Places = Mapping[str, Place]
"""Rule id → the line of the policy file that asks for it."""


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """Who waived a violation, why, and until when (the last day, UTC)."""

    reason: str
    owner: str
    expires: str
    """Empty: it is no waiver, a baseline has the violation already."""
    outcome: Result | None = None
    """What is waived: fail or unknown."""


WaiverState = Literal["expired", "ending", "unused"]
"""expired: it no longer counts; ending: its last day is near; unused: nothing that it covers is violated."""


@dataclass(frozen=True, slots=True)
class WaiverNotice:
    """A waiver that wants attention, and why."""

    state: WaiverState
    rule: str
    account: str | None
    """None: it covers every account."""
    reason: str
    owner: str
    expires: str
    """The last day on which it counts (UTC)."""
    message: str
    """What is the matter with it, and what to do."""
    place: Place | None = None
    """Where it is written; None where that is no file of the user's."""

    @property
    def located(self) -> str:
        """The message, with where the waiver is written."""
        return f"{self.place.file}:{self.place.line}: {self.message}" if self.place else self.message


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What one rule says of one account (compliance-report: of one pack).

    Compared by identity: one outcome serves every account in which the rule reads the same values.
    """

    rule: str
    outcome: Result
    level: Level
    severity: Severity
    setting: str
    """The setting that decided: section and keys, with dots."""
    expected: str
    """What the policy wants, in words."""
    actual: Any
    """The value as the API gave it, None where it is absent."""
    message: str
    remediation: str
    waiver: WaiverNote | None = None
    place: Place | None = None
    """Where the program declares the resource that decides, None where that is not known."""

    @property
    def binding(self) -> bool:
        """Whether this outcome counts for the verdict."""
        return self.level in BINDING


Direction = Literal["stricter", "looser", "mixed", "changed", "unknown"]
"""Where a value moved. mixed: stricter in one way and looser in another; changed: neither; unknown: it can no
longer be told."""

Flip = Literal["newly-failing", "newly-unknown", "repaired", "still-failing", "still-unknown", "waived", "dropped"]
"""What became of a verdict. waived: it would fail, but for a waiver; dropped: it failed and is no longer judged."""

FLIPS: Final[tuple[Flip, ...]] = get_args(Flip)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that moves."""

    setting: str
    before: Any
    """The value before, None where there was none."""
    after: Any
    direction: Direction
    note: str
    """The move in words, where the values alone do not tell."""
    rule: str | None = None
    """The rule that judges it, None where none does."""
    expected: str | None = None
    """What the policy wants of it."""


@dataclass(frozen=True, slots=True)
class RuleFlip:
    """A rule whose verdict flips, or that goes on failing."""

    rule: str
    level: Level
    flip: Flip
    before: Result | None
    """None where the account or the rule was not there before."""
    after: Result | None
    message: str

    @property
    def binding(self) -> bool:
        """Whether it counts for the exit status."""
        return self.level in BINDING


@dataclass(frozen=True, slots=True)
class AccountDiff:
    """What moved in one account."""

    account: str | None
    alias: str | None
    before: Verdict | None
    """The verdict before, None where the account was not there."""
    after: Verdict | None
    settings: tuple[SettingChange, ...]
    rules: tuple[RuleFlip, ...]


@dataclass(frozen=True, slots=True)
class AccountReport:
    """The verdict on one account."""

    account: str | None
    """The account's id, None where it is not known."""
    verdict: Verdict
    outcomes: tuple[Outcome, ...]
    alias: str | None = None
    unreadable: str | None = None
    """Why nothing could be read of the account, where that is so. Each outcome says it too."""
    taken_at: str | None = None
    """When it was read (ISO 8601), None where that is not known."""
    diff: AccountDiff | None = None
    """What a deploy moves, None where there is no plan or it moves nothing."""


@dataclass(slots=True)
class Summary:
    """What a report says over all accounts. It grows as the accounts come."""

    verdict: Verdict = "pass"
    counts: dict[Result, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    snapshots: int = 0
    """How often an account was judged."""
    nameless: int = 0
    """How many of these do not say of which account they are."""
    named: set[str] = field(default_factory=set)
    """The accounts that have a name."""
    waivers: tuple[WaiverNotice, ...] = ()
    """The waivers that want attention. Known only after the last account."""

    @property
    def accounts(self) -> int:
        """How many accounts there are. One without a name is another one."""
        return len(self.named) + self.nameless

    @property
    def told(self) -> str:
        """What was judged, and what became of it, in words: `2 accounts, 42 outcomes: 40 pass, 2 fail`."""
        accounts = _number(self.accounts, "account")
        about = accounts if self.snapshots == self.accounts else f"{_number(self.snapshots, 'snapshot')} of {accounts}"
        counts = ", ".join(f"{count:,} {name}" for name, count in self.counts.items() if count)
        return f"{about}, {_number(sum(self.counts.values()), 'outcome')}{': ' if counts else ''}{counts}"

    def add(self, report: AccountReport) -> None:
        """Count one more account."""
        self.snapshots += 1
        if report.account is None:
            self.nameless += 1
        else:
            self.named.add(report.account)
        self.verdict = worst(self.verdict, report.verdict)
        for outcome in report.outcomes:
            self.counts[outcome.outcome] += 1


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report (version 1), as `--format json` writes it."""

    version: Literal[1]
    verdict: Verdict
    accounts: tuple[AccountReport, ...]
    counts: Mapping[Result, int]
    waivers: tuple[WaiverNotice, ...] = ()
    """The waivers that want attention."""


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def worst(first: Verdict, second: Verdict) -> Verdict:
    """fail over unknown over pass."""
    return "fail" if "fail" in (first, second) else "unknown" if "unknown" in (first, second) else "pass"


def verdict_of(outcomes: tuple[Outcome, ...]) -> Verdict:
    """The verdict over the mandatory outcomes."""
    verdict: Verdict = "pass"
    for outcome in outcomes:
        if outcome.outcome == "fail" and outcome.binding:
            return "fail"
        if outcome.outcome == "unknown" and outcome.binding:
            verdict = "unknown"
    return verdict


def read_report(text: str | bytes) -> Report:
    """A report (version 1) from its JSON.

    Raises:
        ValueError: It is none. The text is one line.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(Report).validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"no report (version 1): {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
