"""The outcome of one rule for one account, with its levels, severities, results and verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from acctgate.language import Bilingual, Words, fill, words_of

Level = Literal["mandatory", "advisory", "disabled", "remediate"]
"""Pulumi's enforcement levels. `remediate` is as binding as `mandatory`."""

Severity = Literal["low", "medium", "high", "critical"]
"""The severity of a violation."""
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""The least severe first."""
MOST_SEVERE_FIRST: Final = SEVERITIES[::-1]

Result = Literal["pass", "fail", "unknown", "waived", "skipped"]
"""The result of a rule. `skipped`: disabled, or nothing to judge."""

Verdict = Literal["pass", "fail", "unknown"]
"""Over mandatory rules only: fail if one fails, otherwise unknown if one is unknown."""

RESULTS: Final[tuple[Result, ...]] = ("pass", "fail", "unknown", "waived", "skipped")
WORST_FIRST: Final[tuple[Result, ...]] = ("fail", "unknown", "waived", "pass", "skipped")
LEVEL_RANK: Final[Mapping[Level, int]] = {"disabled": 0, "advisory": 1, "mandatory": 2, "remediate": 2}
"""How binding each level is."""
BINDING: Final[frozenset[Level]] = frozenset({"mandatory", "remediate"})
_UNKNOWN: Final = Words("unknown: {}", "无法判定：{}")
_NO_REASON: Final = Words(_UNKNOWN.en.format(""), _UNKNOWN.zh.format(""))


def worst(first: Verdict, second: Verdict) -> Verdict:
    """Return the worse verdict: fail, then unknown, then pass."""
    return "fail" if "fail" in (first, second) else "unknown" if "unknown" in (first, second) else "pass"


def unknown_message(reason: str) -> str:
    """Return the message of an outcome that is unknown for this reason."""
    return fill(_UNKNOWN, reason)


def reason_of(message: str) -> str:
    """Return an outcome's message without the prefix that unknown outcomes have."""
    english, chinese = words_of(message)
    for prefix in _NO_REASON:  # a message of a user's own rule has the English one in both languages
        english, chinese = english.removeprefix(prefix), chinese.removeprefix(prefix)
    return Bilingual(english, chinese)


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, relative to the working directory."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


Places = Mapping[str, Place]
"""Rule ID to the line of the policy file that configures it."""


@dataclass(frozen=True, slots=True)
class WaiverNote:
    """Who waived a finding, why, and until when (the last day, UTC)."""

    reason: str
    owner: str
    expires: str
    outcome: Result | None = None
    """The waived result: fail or unknown."""
    ticket: str | None = None
    """Where the exception is tracked, if the policy says so."""
    stack: str | None = None
    """The only Pulumi stack that it is for, None if it is for every one."""

    @property
    def tracked_reason(self) -> str:
        """Return the reason, with the ticket and the stack if there are any."""
        ticket = fill(Words("; ticket {}", "；工单 {}"), self.ticket) if self.ticket else ""
        stack = fill(Words("; only in stack {}", "；仅限堆栈 {}"), self.stack) if self.stack else ""
        return fill(Words("{}{}{}", "{}{}{}"), self.reason, ticket, stack)


@dataclass(frozen=True, slots=True)
class BaselineNote:
    """Why a finding does not block: an earlier report has it already."""

    source: str
    """The file that the earlier report is in."""
    outcome: Result
    """What is waived: fail or unknown."""


# Its fields are final instead of frozen: a frozen instance takes nine times as long to make, and fleets have many.
@dataclass(slots=True, eq=False)
class Outcome:
    """The outcome of one rule for one account (compliance-report: for one pack).

    Compared by identity: accounts with the same values share one outcome.
    """

    rule: Final[str]
    outcome: Final[Result]
    level: Final[Level]
    severity: Final[Severity]
    setting: Final[str]
    """The setting that decided: section and keys, separated by dots."""
    expected: Final[str]
    """What the policy requires, in words."""
    actual: Final[Any]
    """The value as the API returned it, None if it is absent."""
    message: Final[str]
    remediation: Final[str]
    waiver: Final[WaiverNote | None] = None
    place: Final[Place | None] = None
    """Where the program declares the resource that decides, None if it is unknown."""
    baseline: Final[BaselineNote | None] = None
    """Set if a baseline waives the finding."""
    names: Final[tuple[str, ...] | None] = None
    """Who is behind the violation, by the credential report. None: unknown, or not asked for (`--names`)."""
    possible_names: Final[tuple[str, ...]] = ()
    """Who may be behind it too: the credential report does not tell."""
    names_match: Final[bool] = False
    """Whether the names explain the whole value, so that nobody else can be behind it."""
    names_note: Final[str | None] = None
    """What the names mean, how far they explain the value, or why they are unknown. It names nobody."""
    incomplete: Final[bool] = False
    """Whether a violation does not say all: something else that the rule judges is unknown."""
    open_since: Final[str | None] = None
    """Since when it fails without a break in the history (UTC, ISO 8601), None without a history."""

    @property
    def binding(self) -> bool:
        """Return whether this outcome counts for the verdict."""
        return self.level in BINDING


def verdict_of(outcomes: Iterable[Outcome]) -> Verdict:
    """Return the verdict over the mandatory outcomes."""
    verdict: Verdict = "pass"
    for outcome in outcomes:
        if outcome.outcome == "fail" and outcome.binding:
            return "fail"
        if outcome.outcome == "unknown" and outcome.binding:
            verdict = "unknown"
    return verdict
