"""Judge accounts by one rule under one policy. Pure: the time is an argument."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from types import NoneType
from typing import TYPE_CHECKING, Any, Final, TypeGuard

from acctgate.evaluate.own_rule import call_own_rule
from acctgate.language import Bilingual, Words, fill, join
from acctgate.log import trace
from acctgate.model.outcome import Outcome
from acctgate.model.setting_values import SettingValues
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.policy.policy import Policy
from acctgate.redact import one_line
from acctgate.rules import RULES
from acctgate.rules.base import Judgement, Rule, SettingRule, undecided

if TYPE_CHECKING:
    from acctgate.model.other_change import OtherChange

CACHE_SIZE: Final = 4096
"""Judgements to cache per rule. They depend on a few values, which many accounts share."""
LONGEST_CACHED: Final = 1000
"""Characters of the longest value whose judgement is cached, so that the cache stays small."""

_DISABLED: Final = Bilingual("the rule is disabled", "规则已停用")
_SEMICOLON: Final = Words("; ", "；")
_BEFORE_DEPLOY: Final = Words("{}; this is the value before the deploy: {}", "{}；这是部署之前的值：{}")
_IGNORED: Final = Words(
    "{}; {}, which the policy ignores (planned: ignore)", "{}；{}，策略忽略这一点（planned: ignore）"
)
_NOT_IN_PLAN: Final = Words(
    "{}, and what becomes of the setting is not in the plan; as read: {} (planned: ignore judges it as read)",
    "{}，而部署后的设置不在计划中；读取到的情况：{}（planned: ignore 按读取到的判断）",
)


class RuleJudge:
    """One rule under one policy, with a cache of its outcomes by the values that they depend on."""

    def __init__(self, rule: Rule[Any], policy: Policy, now: datetime) -> None:
        self._built_in = rule in RULES
        self._rule = rule.in_policy(policy.all_rules, rule.of_others(policy.rules)) if self._built_in else rule
        self._entry, self._now = policy.entry(rule.id), now
        self._level, self._severity = self._entry["level"], rule.severity_in(self._entry)
        self._settings = rule.settings_for(self._entry) if _judges_values(rule) else ()
        if self._level == "disabled":
            self._settings = self._settings[:1]  # whose value is shown
        self._key = itemgetter(*self._settings) if self._settings else None
        self._expected, self._unusable = self._expectation(policy.unusable.get(rule.id))
        self._cache: dict[Any, list[Outcome]] = {}

    def _expectation(self, unusable: str | None) -> tuple[str, str | None]:
        """Return what the policy expects, in words, and why the rule cannot be judged, if so."""
        if unusable is not None:
            return Bilingual("a valid entry in the policy", "策略中的有效条目"), unusable
        if self._level == "disabled":
            return Bilingual("anything: the rule is disabled", "不作要求：规则已停用"), None
        try:
            return self._rule.expectation(self._entry), None
        except (Exception, SystemExit) as error:
            return Bilingual("not available", "无法得出"), self._describe_error(error)

    def __call__(self, batch: Sequence[SettingValues]) -> list[list[Outcome]]:
        """Return the outcomes for each account; one, unless the rule judges several things."""
        if self._unusable is not None:
            return [[self._outcome(undecided(Unknown(self._unusable)))] for _ in batch]
        if self._key is None:
            return [self._finish(self._account_outcomes(values.account), values) for values in batch]
        try:
            known = map(self._cache.get, map(self._key, batch))
            return [
                self._finish(outcomes, values) if outcomes is None or values.is_planned else outcomes
                for outcomes, values in zip(known, batch, strict=True)
            ]
        except TypeError:  # a value that is not hashable
            return [self._finish(None, values) for values in batch]

    def _finish(self, outcomes: list[Outcome] | None, values: SettingValues) -> list[Outcome]:
        """Return the outcomes for an account, judged if they are not known yet, with what a plan does to it."""
        outcomes = self._setting_outcomes(values) if outcomes is None else outcomes
        return self._after_plan(outcomes, values.account) if values.is_planned else outcomes

    def _after_plan(self, outcomes: list[Outcome], account: Snapshot) -> list[Outcome]:
        """Return the outcomes with what the plan does to the settings, and to what else the rule judges."""
        outcomes = self._with_notes(outcomes, account)
        try:
            moving = self._moving(account)
        except (Exception, SystemExit) as error:  # a user's own rule
            return [self._outcome(undecided(Unknown(self._describe_error(error))))]
        return [self._moved(outcome, moving) for outcome in outcomes] if moving else outcomes

    def _moving(self, account: Snapshot) -> list[OtherChange]:
        """Return the planned resources, other than a SecurityPreference, that can change the outcome."""
        return [] if self._level == "disabled" else [each for each in account.moved if self._rule.is_moved(each)]

    def _moved(self, outcome: Outcome, moving: Sequence[OtherChange]) -> Outcome:
        """Return the outcome where planned resources can change it: unknown, unless the policy ignores them."""
        what = join(Words(" and ", "，"), (each.describe() for each in moving[:3]))
        if self._rule.keeps_outcome:
            return replace(outcome, message=fill(_BEFORE_DEPLOY, outcome.message, what))
        if self._entry.get("planned") == "ignore":
            return replace(outcome, message=fill(_IGNORED, outcome.message, what))
        if outcome.outcome == "unknown" or (
            outcome.outcome == "fail" and not any(each.perhaps_repairs for each in moving)
        ):
            return replace(outcome, message=join(_SEMICOLON, (outcome.message, what)))
        found = undecided(Unknown(fill(_NOT_IN_PLAN, what, outcome.message)))
        return replace(outcome, outcome="unknown", message=found.message, place=moving[0].place)

    def _account_outcomes(self, account: Snapshot) -> list[Outcome]:
        """Judge by a rule that reads the account itself."""
        if self._level == "disabled":
            return [self._cached_outcome(_disabled(None))]
        found = self._call_rule(self._rule.judgements, account, self._entry, self._now)
        return [self._cached_outcome(judgement) for judgement in found]

    def _cached_outcome(self, found: Judgement) -> Outcome:
        """Return the outcome of a judgement; most accounts have the same few."""
        if not isinstance(found.actual, (bool, NoneType)) or len(found.message) > LONGEST_CACHED:
            return self._outcome(found)
        if found not in self._cache:
            self._store(found, [self._outcome(found)])
        return self._cache[found][0]

    def _setting_outcomes(self, values: SettingValues) -> list[Outcome]:
        """Judge by a rule that depends on the values of a few settings only."""
        found = [values[setting][1] for setting in self._settings]
        outcomes = self._judge_values(found)
        if self._key is not None and all(map(_is_cacheable, found)):
            self._store(self._key(values), outcomes)
        return outcomes

    def _store(self, key: object, outcomes: list[Outcome]) -> None:
        if len(self._cache) >= CACHE_SIZE:
            self._cache.clear()
        self._cache[key] = outcomes

    def _judge_values(self, values: list[Any]) -> list[Outcome]:
        rule = self._rule
        assert isinstance(rule, SettingRule)
        if self._level == "disabled":
            first = values[0]
            return [self._outcome(_disabled(first.actual if isinstance(first, Unknown) else first))]
        found = self._call_rule(lambda: [rule.judge_values(values, self._entry)])
        return [self._outcome(judgement) for judgement in found]

    def _call_rule(self, judge: Callable[..., Sequence[Judgement]], *given: Any) -> Sequence[Judgement]:
        """Return the rule's judgements. A rule that raises, or returns anything else, makes its outcome unknown."""
        try:
            if self._built_in:
                return judge(*given)
            if found := call_own_rule(judge, *given):
                return found
        except (Exception, SystemExit) as error:  # SystemExit would end the process, perhaps with status 0
            return [undecided(Unknown(self._describe_error(error)))]
        return [undecided(Unknown(Bilingual("the rule returned no judgement", "规则没有返回结论")))]

    def _describe_error(self, error: BaseException) -> str:
        trace(f"{self._rule.id} raised", error)
        return fill(Words("the rule raised {}: {}", "规则抛出 {}：{}"), type(error).__name__, one_line(error))

    def _with_notes(self, outcomes: list[Outcome], account: Snapshot) -> list[Outcome]:
        """Add to the messages what the deployment does to the settings, and where the program declares it."""
        paths = self._rule.paths_for(self._entry) if isinstance(self._rule, SettingRule) else ()
        notes = [account.notes[path] for path in paths if path in account.notes]
        if not notes:
            return outcomes
        place = next((account.places[path] for path in paths if path in account.places), None)
        return [replace(outcome, message=_joined(outcome.message, notes), place=place) for outcome in outcomes]

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
            incomplete=found.incomplete,
        )


def _judges_values(rule: Rule[Any]) -> TypeGuard[SettingRule[Any]]:
    """Return whether nothing but the values of settings decides. A user's own class may judge the account itself."""
    return isinstance(rule, SettingRule) and type(rule).judgements is SettingRule.judgements


def _disabled(actual: Any) -> Judgement:
    return Judgement("skipped", _DISABLED, actual)


def _joined(message: str, notes: Sequence[str]) -> str:
    return join(_SEMICOLON, (message, *(note for note in notes if note not in message)))


def _is_cacheable(value: object) -> bool:
    """Return whether a value can be looked up, and is neither long nor a rejected one: these rarely repeat."""
    match value:
        case Unknown():
            return value.absent
        case str():
            return len(value) <= LONGEST_CACHED
        case _:
            return not isinstance(value, (dict, list))
