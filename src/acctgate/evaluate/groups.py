"""Judge accounts by a policy with groups: each by what counts for it. Pure.

Whether an account is in a group may be unknown, because its snapshot does not say what the group asks for. Then each
rule is judged with and without the group, and passes only if it passes both ways.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from acctgate.evaluate.judge import Judge, JudgeRule
from acctgate.evaluate.rule_judge import RuleJudge
from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.outcome import LEVEL_RANK, SEVERITIES, Outcome, Severity, unknown_message
from acctgate.model.report import AccountReport
from acctgate.model.setting_values import SettingValues
from acctgate.model.snapshot import Snapshot
from acctgate.policy.groups import Group, Membership, Names, distinct_combinations
from acctgate.policy.policy import Policy
from acctgate.redact import one_line
from acctgate.rules.base import Rule

if TYPE_CHECKING:
    from acctgate.evaluate.baseline import Baseline

MOST_VARIANTS: Final = 64
"""Different entries of one rule that are tried. With more, the rule is unknown."""


class EffectivePolicies:
    """The effective policy for each combination of groups. Each is prepared once."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._found: dict[Names, Policy] = {}

    def within(self, names: Collection[str]) -> Policy:
        """Return the policy for accounts in exactly these groups."""
        key = tuple(group.name for group in self.policy.groups if group.name in names)
        if key not in self._found:
            self._found[key] = self.policy.in_groups(key)
        return self._found[key]

    def variants(self, rule: Rule[Any], certain: Names, possible: Names) -> list[Policy] | None:
        """Return the policies under which the outcome of a rule may differ.

        Args:
            rule: The rule.
            certain: The groups that the account is in.
            possible: The groups that it may be in.

        Returns:
            The policies, the one without possible groups first; None if there are too many.
        """
        deciding = [each.name for each in self.policy.groups if each.name in possible and _decides(each, rule)]
        found = distinct_combinations(certain, deciding, lambda names: self._deciding(rule, names), MOST_VARIANTS)
        return None if found is None else [self.within(names) for names in found]

    def _deciding(self, rule: Rule[Any], names: Names) -> str:
        """Return what a rule judges by in these groups: its entry, and what it takes of the entries of others."""
        policy = self.within(names)
        entry, unusable = policy.entry(rule.id), policy.unusable.get(rule.id)
        return json.dumps([entry, unusable, rule.of_others(policy.rules)], sort_keys=True)


class GroupedJudge:
    """Judges accounts by a policy with groups at one moment. Waivers are not applied."""

    def __init__(self, policy: Policy, now: datetime) -> None:
        """Prepare to judge; see `Judge`."""
        self._policies, self._now = EffectivePolicies(policy), now
        self._judges: dict[tuple[tuple[bool | None, str], ...], Judge] = {}

    def __call__(self, account: Snapshot) -> AccountReport:
        """Return the report on one account."""
        found = self._policies.policy.memberships(account)
        certain = tuple(each.group.name for each in found if each.holds)
        possible = [each for each in found if each.holds is None]
        key = tuple((each.holds, each.reason if each.holds is None else "") for each in found)
        if key not in self._judges:
            self._judges[key] = self._judge(certain, possible)
        report = self._judges[key](account)
        return replace(report, groups=certain, possible_groups=tuple(each.group.name for each in possible))

    def _judge(self, certain: Names, possible: Sequence[Membership]) -> Judge:
        policy = self._policies.within(certain)
        if not possible:
            return Judge(policy, self._now)
        return Judge(policy, self._now, [self._rule_judge(rule, certain, possible) for rule in policy.all_rules])

    def _rule_judge(self, rule: Rule[Any], certain: Names, possible: Sequence[Membership]) -> JudgeRule:
        """Return what judges one rule, with and without each group that the account may be in."""
        names = tuple(each.group.name for each in possible)
        policies = self._policies.variants(rule, certain, names)
        if policies is not None and len(policies) == 1:
            return RuleJudge(rule, policies[0], self._now)
        reason = _reason(rule, possible)
        if policies is None:
            one_by_one = [certain, *((*certain, name) for name in names)]
            judges = [RuleJudge(rule, self._policies.within(each), self._now) for each in one_by_one]
            return lambda batch: [_unproven(found, reason) for found in _each(judges, batch)]
        judges = [RuleJudge(rule, policy, self._now) for policy in policies]
        return lambda batch: [_combined(found, reason) for found in _each(judges, batch)]


_PERHAPS_IN: Final = Words(
    "{}, so it may be in {} {}, where the outcome differs", "{}，因此账号可能属于{}{}，结果会有所不同"
)


def _each(judges: Iterable[JudgeRule], batch: Sequence[SettingValues]) -> Iterator[Sequence[list[Outcome]]]:
    """Yield for each account what each of the judges finds."""
    return zip(*(judge(batch) for judge in judges), strict=True)


class GroupedComparison:
    """Compares reports with a baseline by a policy with groups; see `Baseline.compare`."""

    def __init__(self, baseline: Baseline, policy: Policy) -> None:
        self._baseline, self._policies = baseline, EffectivePolicies(policy)

    def __call__(self, report: AccountReport) -> AccountReport:
        """Return the report with the outcomes of rules that judge what changed since the baseline."""
        compared = self._baseline.compare(report, self._policies.within(report.groups))
        if not report.possible_groups:
            return compared
        for rule in self._policies.policy.all_rules:
            if rule.compare_earlier is not None:
                compared = self._with_rule(compared, report, rule)
        return compared

    def _with_rule(self, compared: AccountReport, report: AccountReport, rule: Rule[Any]) -> AccountReport:
        """Return the compared report with one rule compared in each group that the account may be in."""
        policies = self._policies.variants(rule, report.groups, report.possible_groups)
        reports = [self._baseline.compare(report, policy) for policy in policies or ()]
        reason = Bilingual("it may be in a group with another limit", "账号可能属于另一个限值不同的分组")
        outcomes: list[Outcome] = []
        for number, outcome in enumerate(compared.outcomes):
            if outcome.rule != rule.id:
                outcomes.append(outcome)
            elif reports:
                outcomes += _combined([[each.outcomes[number]] for each in reports], reason)
            else:
                outcomes += _unproven([[outcome]], reason)
        return compared.with_outcomes(tuple(outcomes))


def _decides(group: Group, rule: Rule[Any]) -> bool:
    """Return whether a group sets something that the rule judges by."""
    return rule.id in group.rules or bool(rule.of_others(group.rules))


def _reason(rule: Rule[Any], possible: Sequence[Membership]) -> str:
    """Return why the outcome of a rule is unknown if it depends on the groups that an account may be in."""
    deciding = [each for each in possible if _decides(each.group, rule)]
    facts = dict.fromkeys(each.reason for each in deciding)
    names = [one_line(each.group.name) for each in deciding]
    more = " …" if len(names) > 3 else ""
    shown = Bilingual(", ".join(names[:3]) + more, "、".join(names[:3]) + more)
    groups = Bilingual("one of the groups", "这些分组之一：") if len(names) > 1 else Bilingual("the group", "分组 ")
    return fill(_PERHAPS_IN, join(Words(" and ", "，"), facts), groups, shown)


def _combined(found: Sequence[list[Outcome]], reason: str) -> list[Outcome]:
    """Return what is certain of a rule that was judged by several policies: unknown where they differ.

    The severity is the most severe that it may have.
    """
    severity = _highest_severity(found)
    certain = _certain(found, reason)  # accounts share it, so it is copied only to change it
    return [each if each.severity == severity else replace(each, severity=severity) for each in certain]


def _certain(found: Sequence[list[Outcome]], reason: str) -> list[Outcome]:
    results = [[outcome.outcome for outcome in outcomes] for outcomes in found]
    strictest = max(found, key=_rank)
    if all(result in ("pass", "skipped") for outcomes in results for result in outcomes):
        return strictest
    if all(each == results[0] for each in results) and len(set(map(_rank, found))) == 1:
        return found[0]
    if all(set(each) == {"unknown"} for each, outcomes in zip(results, found, strict=True) if _rank(outcomes)):
        return strictest  # its own reason says more
    return _unproven(found, reason)


def _unproven(found: Sequence[list[Outcome]], reason: str) -> list[Outcome]:
    """Return an unknown outcome at the strictest level."""
    strictest = max(found, key=_rank)[0]
    if LEVEL_RANK[strictest.level] == 0:
        return [strictest]
    return [replace(strictest, outcome="unknown", message=unknown_message(reason), severity=_highest_severity(found))]


def _highest_severity(found: Sequence[list[Outcome]]) -> Severity:
    """Return the most severe severity of the policies that do not disable the rule; of all if each does."""
    outcomes = [outcome for outcomes in found for outcome in outcomes]
    enabled = [outcome for outcome in outcomes if LEVEL_RANK[outcome.level]]
    return max((outcome.severity for outcome in enabled or outcomes), key=SEVERITIES.index)


def _rank(outcomes: Sequence[Outcome]) -> int:
    return max(LEVEL_RANK[outcome.level] for outcome in outcomes)
