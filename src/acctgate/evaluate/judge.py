"""Judge accounts by a policy. Pure: the time is an argument."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from acctgate.evaluate.age import age_notice, without_stale
from acctgate.log import trace
from acctgate.model.control import FrameworkReport
from acctgate.model.credential_report import SECTION as CREDENTIAL_REPORT
from acctgate.model.outcome import Outcome, Place, verdict_of
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.policy.policy import Policy
from acctgate.policy.rule_modules import own_code
from acctgate.redact import one_line
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Rule, SettingRule, undecided

if TYPE_CHECKING:
    from acctgate.model.other_change import OtherChange

JudgedOutcome = Literal["pass", "fail", "unknown", "skipped"]
CACHE_SIZE: Final = 4096
"""Judgements to cache per rule. They depend on a few values, which many accounts share."""
LONGEST_CACHED: Final = 1000
"""Characters of the longest value whose judgement is cached, so that the cache stays small."""
VALID_OUTCOMES: Final[Mapping[object, JudgedOutcome]] = {
    "pass": "pass",
    "fail": "fail",
    "unknown": "unknown",
    "skipped": "skipped",
}


JudgeControls = Callable[[Snapshot], tuple[FrameworkReport, ...]]
"""Takes an account as read and returns the reports on the controls of each framework."""


class Judge:
    """Judges accounts by one policy at one moment. Waivers are not applied."""

    def __init__(
        self, policy: Policy, now: datetime, rules: Sequence[Callable[[Snapshot], list[Outcome]]] | None = None
    ) -> None:
        """Prepare every rule of the policy.

        Args:
            policy: The policy to judge by, without groups.
            now: The time of judgement (with a time zone); the age of reports counts from it.
            rules: What judges each rule, in the policy's order, if not the policy alone decides.
        """
        self._policy, self._now = policy, now
        self._rules = rules or [RuleJudge(rule, policy, now) for rule in policy.all_rules]

    def __call__(self, account: Snapshot) -> AccountReport:
        """Return the report on one account: the outcomes of all rules, in the policy's order."""
        given, account = account, without_stale(account, self._policy, self._now)
        outcomes: list[Outcome] = []
        for judge in self._rules:
            outcomes += judge(account)
        found = tuple(named(outcomes, account, self._policy, self._now))
        return AccountReport(
            account.account_id,
            verdict_of(found),
            found,
            account.alias,
            account.unreadable,
            account.taken_at,
            read_as=account.read_as,
            age_notice=age_notice(account, self._policy, self._now),
            not_read=account.not_read,
            stale=account is not given,
            member=account.member,
        )


def named(outcomes: list[Outcome], account: Snapshot, policy: Policy, now: datetime) -> list[Outcome]:
    """Return the outcomes with the names behind violations, if the policy or the command line asks for them."""
    wanted, document = policy.names_wanted, account.document
    in_snapshot = CREDENTIAL_REPORT in document or CREDENTIAL_REPORT in account.errors
    if wanted is False or (wanted is None and not in_snapshot):
        return outcomes
    from acctgate.evaluate.names import with_names  # noqa: PLC0415 - loads only for names

    return with_names(outcomes, account, policy, now)


def prepare(
    policy: Policy, now: datetime, controls: JudgeControls | None = None
) -> Callable[[Snapshot], AccountReport]:
    """Return what judges accounts by a policy, with or without groups, at one moment.

    Args:
        policy: The policy to judge by.
        now: The time of judgement (with a time zone).
        controls: Judges the controls of frameworks too, None without them.
    """
    judge = _prepare_rules(policy, now)
    if controls is None:
        return judge

    def judge_both(account: Snapshot) -> AccountReport:
        report = judge(account)
        return report.with_outcomes(report.outcomes, controls(account))

    return judge_both


def _prepare_rules(policy: Policy, now: datetime) -> Callable[[Snapshot], AccountReport]:
    if not policy.groups:
        return Judge(policy, now)
    from acctgate.evaluate.groups import GroupedJudge  # noqa: PLC0415 - few policies have groups

    return GroupedJudge(policy, now)


class RuleJudge:
    """One rule under one policy, with a cache of its outcomes by the values that they depend on."""

    def __init__(self, rule: Rule[Any], policy: Policy, now: datetime) -> None:
        self._built_in = rule in RULES
        self._rule = rule.in_policy(policy.all_rules, rule.of_others(policy.rules)) if self._built_in else rule
        self._entry, self._now = policy.entry(rule.id), now
        self._level, self._severity = self._entry["level"], rule.severity_in(self._entry)
        self._paths = rule.paths_for(self._entry) if isinstance(rule, SettingRule) else ()
        self._expected, self._unusable = self._expectation(policy.unusable.get(rule.id))
        self._cache: dict[Any, list[Outcome]] = {}

    def _expectation(self, unusable: str | None) -> tuple[str, str | None]:
        """Return what the policy expects, in words, and why the rule cannot be judged, if so."""
        if unusable is not None:
            return "a valid entry in the policy", unusable
        if self._level == "disabled":
            return "anything: the rule is disabled", None
        try:
            return str(self._rule.expected(self._entry)), None
        except (Exception, SystemExit) as error:
            return "not available", self._describe_error(error)

    def __call__(self, account: Snapshot) -> list[Outcome]:
        if self._unusable is not None:
            return [self._outcome(undecided(Unknown(self._unusable)))]
        outcomes = self._setting_outcomes(account) if self._paths else self._account_outcomes(account)
        if account.moved and (moving := self._moving(account)):
            return [self._moved(outcome, moving) for outcome in outcomes]
        return outcomes

    def _moving(self, account: Snapshot) -> list[OtherChange]:
        """Return the planned resources, other than a SecurityPreference, that can change the outcome."""
        return [] if self._level == "disabled" else [each for each in account.moved if self._rule.is_moved(each)]

    def _moved(self, outcome: Outcome, moving: Sequence[OtherChange]) -> Outcome:
        """Return the outcome where planned resources can change it: unknown, unless the policy ignores them."""
        what = " and ".join(each.describe() for each in moving[:3])
        if self._rule.keeps_outcome:
            return replace(outcome, message=f"{outcome.message}; this is the value before the deploy: {what}")
        if self._entry.get("planned") == "ignore":
            return replace(outcome, message=f"{outcome.message}; {what}, which the policy ignores (planned: ignore)")
        if outcome.outcome == "unknown" or (
            outcome.outcome == "fail" and not any(each.perhaps_repairs for each in moving)
        ):
            return replace(outcome, message=f"{outcome.message}; {what}")
        reason = f"{what}, and what becomes of the setting is not in the plan; as read: {outcome.message}"
        found = undecided(Unknown(f"{reason} (planned: ignore judges it as read)"))
        return replace(outcome, outcome="unknown", message=found.message, place=moving[0].place)

    def _account_outcomes(self, account: Snapshot) -> list[Outcome]:
        """Judge by a rule that reads the account itself."""
        if self._level == "disabled":
            return [self._disabled(None)]
        found = self._call_rule(lambda: self._rule.judgements(account, self._entry, self._now))
        return [self._cached_outcome(judgement) for judgement in found]

    def _cached_outcome(self, found: Judgement) -> Outcome:
        """Return the outcome of a judgement; most accounts have the same few."""
        if not isinstance(found.actual, (str, bool, NoneType)) or len(found.message) > LONGEST_CACHED:
            return self._outcome(found)
        if found not in self._cache:
            self._store(found, [self._outcome(found)])
        return self._cache[found][0]

    def _setting_outcomes(self, account: Snapshot) -> list[Outcome]:
        """Judge by a rule that depends on the values of a few settings only."""
        # A disabled rule only shows the value, reliable or not.
        values = [account.raw(self._paths[0])] if self._level == "disabled" else list(map(account.read, self._paths))
        key = (*map(type, values), *values)  # types count: to Python 1, true and 1.0 are equal
        try:
            outcomes = self._cache[key]
        except (KeyError, TypeError):  # a value that is not hashable
            outcomes = self._judge_values(values)
            if all(map(_is_cacheable, values)):
                self._store(key, outcomes)
        return self._with_notes(outcomes, account) if account.notes else outcomes

    def _store(self, key: object, outcomes: list[Outcome]) -> None:
        if len(self._cache) >= CACHE_SIZE:
            self._cache.clear()
        self._cache[key] = outcomes

    def _judge_values(self, values: list[Any]) -> list[Outcome]:
        rule = self._rule
        assert isinstance(rule, SettingRule)
        if self._level == "disabled":
            first = values[0]
            return [self._disabled(first.actual if isinstance(first, Unknown) else first)]
        return [self._outcome(found) for found in self._call_rule(lambda: [rule.judge_values(values, self._entry)])]

    def _call_rule(self, judge: Callable[[], Sequence[Judgement]]) -> Sequence[Judgement]:
        """Return the rule's judgements. A rule that raises, or returns anything else, makes its outcome unknown."""
        try:
            if self._built_in:
                return judge()
            if found := _call_quietly(judge):
                return found
        except (Exception, SystemExit) as error:  # SystemExit would end the process, perhaps with status 0
            return [undecided(Unknown(self._describe_error(error)))]
        return [undecided(Unknown("the rule returned no judgement"))]

    def _describe_error(self, error: BaseException) -> str:
        trace(f"{self._rule.id} raised", error)
        return f"the rule raised {type(error).__name__}: {one_line(error)}"

    def _with_notes(self, outcomes: list[Outcome], account: Snapshot) -> list[Outcome]:
        """Add to the messages what the deployment does to the settings, and where the program declares it."""
        notes = [account.notes[path] for path in self._paths if path in account.notes]
        if not notes:
            return outcomes
        place = next((account.places[path] for path in self._paths if path in account.places), None)
        return [replace(outcome, message=_joined(outcome.message, notes), place=place) for outcome in outcomes]

    def _disabled(self, actual: Any) -> Outcome:
        return self._outcome(Judgement("skipped", "the rule is disabled", actual))

    def _outcome(self, found: Judgement) -> Outcome:
        rule = self._rule
        return Outcome(
            rule=rule.id,
            outcome=found.outcome,
            level=self._level,
            severity=self._severity,
            setting=found.setting or rule.setting,
            expected=self._expected,
            actual=found.actual,
            message=found.message,
            remediation=rule.remediation,
            place=found.place,
        )


def _call_quietly(judge: Callable[[], Sequence[Judgement]]) -> Sequence[Judgement] | None:
    """Return the judgements of a user's own rule, None if they are invalid. Its prints go to standard error."""
    with own_code():
        found = [_plain(judgement) for judgement in tuple(judge())]
    return None if None in found else [judgement for judgement in found if judgement is not None]


class _Untyped(NamedTuple):
    """A judgement of a user's own rule, whose fields may be anything."""

    outcome: Any
    message: Any
    actual: Any
    setting: Any
    place: Any


def _plain(found: object) -> Judgement | None:
    """Return the judgement in plain JSON types, which every process and format can read; None if it is invalid.

    Raises:
        TypeError, ValueError: `actual` is not a JSON value.
    """
    if not isinstance(found, Judgement):
        return None
    outcome, message, actual, setting, place = _Untyped(*found)
    if not isinstance(outcome, str) or outcome not in VALID_OUTCOMES or not isinstance(message, str):
        return None
    if not isinstance(setting, (str, NoneType)) or not isinstance(place, (Place, NoneType)):
        return None
    if actual is not None and actual.__class__ not in (str, bool):
        actual = json.loads(json.dumps(actual, allow_nan=False))
    return Judgement(VALID_OUTCOMES[outcome], message, actual, setting, place)


def _joined(message: str, notes: Sequence[str]) -> str:
    return "; ".join((message, *(note for note in notes if note not in message)))


def _is_cacheable(value: object) -> bool:
    """Return whether a value can be looked up, and is neither long nor the reason of an error: these rarely repeat."""
    match value:
        case Unknown():
            return value.absent
        case str():
            return len(value) <= LONGEST_CACHED
        case _:
            return not isinstance(value, (dict, list))
