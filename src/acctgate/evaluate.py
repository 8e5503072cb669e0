"""Judge accounts: snapshots and a policy in, reports out. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from acctgate.policy.model import Policy, Waiver
from acctgate.report import AccountReport, Outcome, Result, WaiverNote, verdict_of
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Rule, RuleEntry, SettingRule, undecided
from acctgate.snapshot import Path, Snapshot, Unknown

_KEPT = 4096
"""How many judgements of a rule are kept. They depend on a few values, so a fleet repeats them."""
_LONGEST = 1000
"""Characters of a value whose judgement is kept: what is kept stays small."""


def evaluate(snapshots: Iterable[Snapshot], policy: Policy, now: datetime) -> Iterator[AccountReport]:
    """A report for each account, in order, as they come. Nothing is kept of an account once it is judged.

    Args:
        snapshots: What is known of the accounts.
        policy: What is wanted of them.
        now: When it is judged (with a time zone): the age of reports and the end of waivers count from it.
    """
    judges = [_Judge(rule, policy.rules[rule.id], now, policy.unusable.get(rule.id)) for rule in RULES]
    waive = _waiving(policy.waivers, now)
    for snapshot in snapshots:
        outcomes = [outcome for judge in judges for outcome in judge(snapshot)]
        if waive is not None:
            outcomes = [waive(outcome, snapshot.account_id) for outcome in outcomes]
        settled = tuple(outcomes)
        yield AccountReport(snapshot.account_id, verdict_of(settled), settled, snapshot.alias, snapshot.unreadable)


@dataclass(slots=True)
class _Judge:
    """One rule under one policy. It keeps what it has judged, by the values that it read."""

    rule: Rule[Any]
    entry: RuleEntry
    now: datetime
    unusable: str | None
    kept: dict[Any, list[Outcome]]
    paths: Sequence[Path]

    def __init__(self, rule: Rule[Any], entry: RuleEntry, now: datetime, unusable: str | None) -> None:
        self.rule, self.entry, self.now, self.unusable, self.kept = rule, entry, now, unusable, {}
        self.paths = rule.paths if isinstance(rule, SettingRule) else ()

    def __call__(self, account: Snapshot) -> list[Outcome]:
        if self.unusable is not None:
            return [self._outcome(undecided(Unknown(self.unusable)))]
        if not isinstance(self.rule, SettingRule):
            if self.entry.level == "disabled":
                return [self._disabled(None)]
            return [self._outcome(found) for found in self.rule.judgements(account, self.entry, self.now)]
        values = [account.read(path) for path in self.paths]
        key = _key(values)
        if key is None:
            return self._judge(values)
        outcomes = self.kept.get(key)
        if outcomes is None:
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            outcomes = self.kept[key] = self._judge(values)
        return outcomes

    def _judge(self, values: list[Any]) -> list[Outcome]:
        assert isinstance(self.rule, SettingRule)
        if self.entry.level == "disabled":
            first = values[0]
            return [self._disabled(first.actual if isinstance(first, Unknown) else first)]
        return [self._outcome(self.rule.judge_values(values, self.entry))]

    def _disabled(self, actual: Any) -> Outcome:
        return self._outcome(Judgement("skipped", "the rule is disabled", actual))

    def _outcome(self, found: Judgement) -> Outcome:
        rule = self.rule
        return Outcome(
            rule=rule.id,
            outcome=found.outcome,
            level=self.entry.level or "mandatory",
            severity=rule.severity,
            setting=found.setting or rule.setting,
            expected=self._expected(),
            actual=found.actual,
            message=found.message,
            remediation=rule.remediation,
        )

    def _expected(self) -> str:
        if self.unusable is not None:
            return "a policy that says what is wanted"
        if self.entry.level == "disabled":
            return "anything: the rule is disabled"
        return self.rule.expected(self.entry)


def _key(values: Sequence[Any]) -> tuple[Any, ...] | None:
    """What a judgement depends on, fit for a dictionary. To Python 1, true and 1.0 are equal, so types count."""
    key: list[Any] = []
    for value in values:
        if isinstance(value, Unknown):
            if not value.absent:
                return None
            key.append(value.reason)
        elif isinstance(value, str) and len(value) > _LONGEST:
            return None
        else:
            key.append(value)
        key.append(value.__class__)
    try:
        hash(result := tuple(key))
    except TypeError:
        return None
    return result


def _waiving(waivers: Sequence[Waiver], now: datetime) -> Callable[[Outcome, str | None], Outcome] | None:
    """How waivers change an outcome; None where there are none."""
    if not waivers:
        return None
    today = now.astimezone(UTC).date()

    def waive(outcome: Outcome, account: str | None) -> Outcome:
        if outcome.outcome not in ("fail", "unknown"):
            return outcome
        about = [waiver for waiver in waivers if waiver.covers(outcome.rule, account)]
        for waiver in about:
            if today <= waiver.expires:
                note = WaiverNote(waiver.reason, waiver.owner, waiver.expires.isoformat())
                waived: Result = "waived"
                message = f"{outcome.message} (waived by {waiver.owner} until {note.expires}: {waiver.reason})"
                return replace(outcome, outcome=waived, message=message, waiver=note)
        for waiver in about:
            ended = f"the waiver by {waiver.owner} expired on {waiver.expires.isoformat()}"
            return replace(outcome, message=f"{outcome.message}; {ended}")
        return outcome

    return waive
