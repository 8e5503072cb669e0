"""Judge the controls of frameworks: each rule with the weakest parameters that satisfy the control. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, NamedTuple, cast

from acctgate.evaluate.groups import EffectivePolicies
from acctgate.evaluate.judge import named
from acctgate.evaluate.rule_judge import RuleJudge
from acctgate.evaluate.snapshot_age import without_stale
from acctgate.frameworks.framework import Framework
from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.outcome import Outcome, unknown_message
from acctgate.model.setting_values import SettingValues
from acctgate.model.snapshot import Snapshot
from acctgate.policy.entry_moves import changed_parameters, show_value
from acctgate.policy.policy import Policy
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule, RuleEntry

_NO_NAMES: Final = Bilingual(
    "names are not used where the policy may not enforce the control", "策略可能没有落实该控制项时，不使用用户名称"
)
_ACCOUNT: Final = Words("{}; the account: {}", "{}；账号：{}")
_MANY_GROUPS: Final = Bilingual(
    "which of the policy's many groups the account is in is not known", "不清楚账号属于策略众多分组中的哪一个"
)
_MAYBE_IN: Final = Words(
    "the account may be in groups of the policy ({}), and {}", "账号可能属于策略的分组（{}），而 {}"
)
_DISABLED: Final = Words("{} does not enable the rule, and the control needs {}", "{} 没有启用该规则，而控制项要求：{}")
_LOOSER: Final = Words("{} {} is looser than the control's {}", "{} 为 {}，比控制项要求的 {} 宽松")


class _Groups(NamedTuple):
    """The policy's groups of an account."""

    certain: tuple[str, ...] = ()
    possible: tuple[str, ...] = ()
    """The groups that it may be in."""


class _Shortfall(NamedTuple):
    """Why the policy does not enforce a control."""

    reason: str
    certain: bool
    """Whether this holds in every group that the account may be in. Otherwise the outcome is unknown."""


class _Requirement(NamedTuple):
    """One rule of a control."""

    rule: Rule[Any]
    entry: RuleEntry
    """The weakest entry that satisfies the control."""
    judge: RuleJudge
    key: str
    """Identifies the rule and its parameters."""


class Controls:
    """Judges the controls of frameworks for accounts.

    A control fails if a rule that covers it fails with the control's own parameters. It also fails if the policy
    disables such a rule or makes it looser, since then the policy does not enforce the control.
    """

    def __init__(self, frameworks: Sequence[Framework], policy: Policy, now: datetime) -> None:
        """Prepare every control that rules cover.

        Args:
            frameworks: The frameworks to judge by.
            policy: The policy that must enforce the controls.
            now: The time of judgement (with a time zone).
        """
        self._policy, self._now, self._policies = policy, now, EffectivePolicies(policy)
        self._judges: dict[str, RuleJudge] = {}
        self._shortfalls: dict[tuple[str, _Groups], _Shortfall | None] = {}
        self._frameworks = {
            framework.id: {
                control.id: [self._requirement(*item) for item in control.rules.items()]
                for control in framework.covered
            }
            for framework in frameworks
        }

    @property
    def sections(self) -> frozenset[str]:
        """The sections of a snapshot that the controls need."""
        found = (each for controls in self._frameworks.values() for rules in controls.values() for each in rules)
        return frozenset(section for each in found for section in each.rule.sections(each.entry))

    def __call__(self, account: Snapshot) -> tuple[FrameworkReport, ...]:
        """Return the reports on one account, as it was read."""
        account, groups = without_stale(account, self._policy, self._now), self._groups(account)
        values = SettingValues(account)
        return tuple(
            FrameworkReport(
                framework,
                tuple(self._control(control, rules, values, groups) for control, rules in controls.items()),
            )
            for framework, controls in self._frameworks.items()
        )

    def _requirement(self, name: str, parameters: Mapping[str, Any]) -> _Requirement:
        """Return one rule of a control. Controls that ask for the same share what judges it."""
        entry = cast(RuleEntry, {"level": "mandatory", **parameters})
        key = json.dumps([name, entry])
        if key not in self._judges:
            rules = {**self._policy.rules, name: entry}
            policy = replace(self._policy, rules=rules, unusable={}, groups=())
            self._judges[key] = RuleJudge(BUILT_IN[name], policy, self._now)
        return _Requirement(BUILT_IN[name], entry, self._judges[key], key)

    def _groups(self, account: Snapshot) -> _Groups:
        if not self._policy.groups:
            return _Groups()
        found = self._policy.memberships(account)
        certain = tuple(each.group.name for each in found if each.holds)
        return _Groups(certain, tuple(each.group.name for each in found if each.holds is None))

    def _control(
        self, name: str, rules: Sequence[_Requirement], values: SettingValues, groups: _Groups
    ) -> ControlReport:
        outcomes = (outcome for rule in rules for outcome in self._outcomes(rule, values, groups))
        return ControlReport(name, tuple(outcomes))

    def _outcomes(self, required: _Requirement, values: SettingValues, groups: _Groups) -> list[Outcome]:
        key = (required.key, groups)
        if key not in self._shortfalls:
            self._shortfalls[key] = self._shortfall(required, groups)
        shortfall = self._shortfalls[key]
        [outcomes] = required.judge([values])
        if shortfall is None:
            return named(outcomes, values.account, self._policy, self._now)
        return [_unenforced(outcome, shortfall, required.rule) for outcome in outcomes]

    def _shortfall(self, required: _Requirement, groups: _Groups) -> _Shortfall | None:
        """Return why the policy does not enforce what a control asks of a rule, None if it does."""
        policies = self._policies.variants(required.rule, *groups)
        if policies is None:
            return _Shortfall(_MANY_GROUPS, certain=False)
        found = [_describe_shortfall(required.rule, required.entry, policy) for policy in policies]
        reasons = [reason for reason in found if reason is not None]
        if not reasons:
            return None
        if len(reasons) == len(found):
            return _Shortfall(reasons[0], certain=True)
        names = ", ".join(groups.possible)
        return _Shortfall(fill(_MAYBE_IN, names, reasons[0]), certain=False)


def _unenforced(outcome: Outcome, shortfall: _Shortfall, rule: Rule[Any]) -> Outcome:
    """Return the outcome of a rule that the policy does not enforce as the control needs.

    It names nobody, so that no waiver for a user covers it: users are not why the policy does not enforce the control.
    """
    note = _NO_NAMES if rule.behind is not None else None
    message = fill(_ACCOUNT, shortfall.reason, outcome.message)
    if shortfall.certain:
        return replace(outcome, outcome="fail", message=message, names_note=note)
    if outcome.outcome == "fail":
        return replace(outcome, names_note=note)
    return replace(outcome, outcome="unknown", message=unknown_message(message))


def _describe_shortfall(rule: Rule[Any], required: RuleEntry, policy: Policy) -> str | None:
    """Return why a policy without groups does not enforce what a control asks of a rule, None if it does.

    The level does not matter, unless the rule is disabled: a control blocks by itself.
    """
    entry = policy.entry(rule.id)
    where = policy.where(rule.id)
    if entry["level"] == "disabled":
        return fill(_DISABLED, where, rule.expectation(required))
    looser = list(_looser(rule, required, entry))
    return fill(Words("{}: {}", "{}：{}"), where, join(Words("; ", "；"), looser)) if looser else None


def _looser(rule: Rule[Any], required: RuleEntry, entry: RuleEntry) -> Iterator[str]:
    """Yield the parameters that are not provably as strict as the control needs."""
    for name, needed, found, move in changed_parameters(rule, required, entry):
        if move.direction not in ("stricter", "changed"):
            default = rule.parameter_default(name)
            values = [show_value(default if value is None else value) for value in (found, needed)]
            yield fill(_LOOSER, name, *values)
