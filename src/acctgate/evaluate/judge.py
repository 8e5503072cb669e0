"""Judge accounts: snapshots and a policy in, reports out. Pure: the time is an argument."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import NoneType
from typing import Any, Final

from acctgate.evaluate.waivers import Waiving, day
from acctgate.model.outcome import Level, Outcome, Place, Result
from acctgate.model.report import AccountReport, verdict_of
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.policy.policy import Policy
from acctgate.redact import one_line
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Rule, RuleEntry, SettingRule, undecided

_KEPT = 4096
"""How many judgements of a rule are kept. They depend on a few values, so a fleet repeats them."""
_LONGEST = 1000
"""Characters of a value whose judgement is kept: what is kept stays small."""
_SAID: Final[tuple[Result, ...]] = ("pass", "fail", "unknown", "skipped")


def evaluate(snapshots: Iterable[Snapshot], policy: Policy, now: datetime) -> Iterator[AccountReport]:
    """A report for each account, in order, as they come. Nothing is kept of an account once it is judged.

    Args:
        snapshots: What is known of the accounts.
        policy: What is wanted of them.
        now: When it is judged (with a time zone): the age of reports and the end of waivers count from it.
    """
    judges = [_judge(rule, policy, now) for rule in policy.all_rules]
    waive = Waiving(policy.waivers, day(now)) if policy.waivers else None
    for snapshot in snapshots:
        outcomes = [outcome for judge in judges for outcome in judge(snapshot)]
        if waive is not None:
            outcomes = [waive(outcome, snapshot.account_id) for outcome in outcomes]
        settled = tuple(outcomes)
        yield AccountReport(
            snapshot.account_id, verdict_of(settled), settled, snapshot.alias, snapshot.unreadable, snapshot.taken_at
        )


def _judge(rule: Rule[Any], policy: Policy, now: datetime) -> _Judge:
    entry, unusable = policy.rules[rule.id], policy.unusable.get(rule.id)
    if unusable is not None:
        expected = "a policy that says what is wanted"
    elif entry["level"] == "disabled":
        expected = "anything: the rule is disabled"
    else:
        try:
            expected = str(rule.expected(entry))
        except (Exception, SystemExit) as error:
            expected, unusable = "what the rule cannot say", _raised(rule, error)
    return _Judge(
        rule, entry, now, unusable, expected, rule.paths if isinstance(rule, SettingRule) else (), rule in RULES
    )


@dataclass(slots=True)
class _Judge:
    """One rule under one policy. It keeps what it has judged, by the values that it read."""

    rule: Rule[Any]
    entry: RuleEntry
    now: datetime
    unusable: str | None
    """Why the rule cannot be judged at all, None where it can."""
    expected: str
    paths: Sequence[Path]
    built_in: bool
    kept: dict[Any, list[Outcome]] = field(default_factory=dict)

    @property
    def level(self) -> Level:
        return self.entry["level"]

    def __call__(self, account: Snapshot) -> list[Outcome]:
        if self.unusable is not None:
            return [self._outcome(undecided(Unknown(self.unusable)))]
        if not isinstance(self.rule, SettingRule):
            if self.level == "disabled":
                return [self._disabled(None)]
            return [
                self._told(found) for found in self._asked(lambda: self.rule.judgements(account, self.entry, self.now))
            ]
        outcomes = self._kept([account.read(path) for path in self.paths])
        if account.notes and (notes := [account.notes[path] for path in self.paths if path in account.notes]):
            place = next((account.places[path] for path in self.paths if path in account.places), None)
            return [replace(outcome, message=_with(outcome.message, notes), place=place) for outcome in outcomes]
        return outcomes

    def _told(self, found: Judgement) -> Outcome:
        """The outcome of a judgement that does not hang on values alone. Most say the same of every account."""
        if not isinstance(found.actual, (str, bool, type(None))) or len(found.message) > _LONGEST:
            return self._outcome(found)
        if found not in self.kept:
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            self.kept[found] = [self._outcome(found)]
        return self.kept[found][0]

    def _kept(self, values: list[Any]) -> list[Outcome]:
        key = _key(values)
        if key is None:
            return self._judge(values)
        try:
            return self.kept[key]
        except KeyError:
            if len(self.kept) >= _KEPT:
                self.kept.clear()
            outcomes = self.kept[key] = self._judge(values)
            return outcomes
        except TypeError:  # a value that cannot be hashed
            return self._judge(values)

    def _judge(self, values: list[Any]) -> list[Outcome]:
        rule = self.rule
        assert isinstance(rule, SettingRule)
        if self.level == "disabled":
            first = values[0]
            return [self._disabled(first.actual if isinstance(first, Unknown) else first)]
        return [self._outcome(found) for found in self._asked(lambda: [rule.judge_values(values, self.entry)])]

    def _asked(self, ask: Callable[[], Sequence[Judgement]]) -> Sequence[Judgement]:
        """What the rule says. A rule that raises, or says what is no judgement, proves nothing."""
        try:
            found = ask() if self.built_in else _quietly(ask)  # whole: a generator would be used up by the look at it
            if found and all(map(_is_judgement, found)):
                return found
        except (Exception, SystemExit) as error:  # a rule that ends the process would end it with 0
            return [undecided(Unknown(_raised(self.rule, error)))]
        return [undecided(Unknown("the rule gave no judgement"))]

    def _disabled(self, actual: Any) -> Outcome:
        return self._outcome(Judgement("skipped", "the rule is disabled", actual))

    def _outcome(self, found: Judgement) -> Outcome:
        rule = self.rule
        return Outcome(
            rule=rule.id,
            outcome=found.outcome,
            level=self.level,
            severity=rule.severity,
            setting=found.setting or rule.setting,
            expected=self.expected,
            actual=found.actual,
            message=found.message,
            remediation=rule.remediation,
            place=found.place,
        )


def _quietly(ask: Callable[[], Sequence[Judgement]]) -> Sequence[Judgement]:
    """What somebody's own rule says. What it prints is no part of a report."""
    with redirect_stdout(sys.stderr):
        return tuple(ask())


def _raised(rule: Rule[Any], error: BaseException) -> str:
    from acctgate.log import trace

    trace(f"{rule.id} raised", error)
    return f"the rule raised {type(error).__name__}: {one_line(error)}"


def _is_judgement(found: Any) -> bool:
    """Whether it can be told: an outcome, text, a value that JSON has, and perhaps a setting and a place."""
    if not isinstance(found, Judgement) or found.outcome not in _SAID or not isinstance(found.message, str):
        return False
    beside: tuple[Any, Any] = (found.setting, found.place)  # of somebody's own rule they may be anything
    if not isinstance(beside[0], (str, NoneType)) or not isinstance(beside[1], (Place, NoneType)):
        return False
    if found.actual is None or found.actual.__class__ in (str, bool):
        return True
    json.dumps(found.actual, allow_nan=False)  # raises where it is none
    return True


def _with(message: str, notes: Sequence[str]) -> str:
    return "; ".join((message, *(note for note in notes if note not in message)))


def _key(values: Sequence[Any]) -> tuple[Any, ...] | None:
    """What a judgement depends on. To Python 1, true and 1.0 are equal, so types count. None: do not keep it."""
    key: list[Any] = []
    for value in values:
        kind = value.__class__
        if (kind is Unknown and not value.absent) or (kind is str and len(value) > _LONGEST):
            return None
        key += (kind, value)
    return tuple(key)
