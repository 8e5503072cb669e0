"""The pack's configuration: the policy file, overridden by Pulumi's `--policy-pack-config`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, NamedTuple, cast

from acctgate.diff import compare_policies
from acctgate.model.outcome import Level
from acctgate.policy import Policy, entry_fault
from acctgate.redact import one_line
from acctgate.rules.base import Rule, RuleEntry
from acctgate.sources.target import Target

_Entries = Mapping[str, Mapping[str, Any]]
ACCOUNT_POLICY: Final = "account"
"""The policy that judges nothing; its configuration selects the account that the pack reads."""


class PolicySettings(NamedTuple):
    """Pulumi's configuration of one policy."""

    level: Level
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The account that the pack reads. A field that is None comes from the environment."""

    snapshot: str | None = None
    region: str | None = None
    role_arn: str | None = None
    endpoint: str | None = None

    def target(self) -> Target:
        """Return the live account.

        Raises:
            SourceError: A value is invalid.
        """
        return Target.chosen(self.region, self.role_arn, self.endpoint)


@dataclass(frozen=True, slots=True)
class Configuration:
    """The policy and the account settings of one run."""

    policy: Policy
    account: AccountSettings = field(default_factory=AccountSettings)
    base: Policy | None = None
    """The policy before Pulumi's configuration, None if there is no configuration."""

    @property
    def declared(self) -> Policy:
        """The policy as the pack has declared it to the engine: without Pulumi's configuration."""
        return self.base or self.policy

    def overrides(self, today: date) -> tuple[str, ...]:
        """Return what Pulumi's configuration disables or loosens: one text per rule."""
        if self.base is None:
            return ()
        groups = tuple(
            replace(group, rules=self._comparable(old.rules, group.rules))
            for old, group in zip(self.base.groups, self.policy.groups, strict=True)
        )
        rules = cast(Mapping[str, RuleEntry], self._comparable(self.base.rules, self.policy.rules))
        changes = compare_policies(self.base, replace(self.policy, rules=rules, groups=groups), today)
        return tuple(f"--policy-pack-config: {change.rule}: {change.note}" for change in changes if change.loosened)

    def _comparable(self, old: _Entries, new: _Entries) -> _Entries:
        """Return the new entries; only the level of an invalid one, whose rule is unknown and so cannot pass."""
        levels = {
            rule: {**old[rule], **({"level": new[rule]["level"]} if "level" in new[rule] else {})}
            for rule in self.policy.unusable
            if rule in new
        }
        return {**new, **levels}


def configure(base: Policy, settings: Mapping[str, PolicySettings]) -> Configuration:
    """Return the configuration: levels and parameters from Pulumi override those of the policy file.

    A rule whose parameters are invalid after merging is unknown, never passed. What is given overrides groups, too.
    """
    policy = base
    for rule in base.all_rules:
        if rule.id in settings:
            policy = _configured(policy, rule, settings[rule.id])
    account = settings[ACCOUNT_POLICY].parameters if ACCOUNT_POLICY in settings else {}
    return Configuration(
        policy=policy,
        account=AccountSettings(**{name: str(value) for name, value in account.items() if value is not None}),
        base=base,
    )


def declared_level(policy: Policy, rule: str) -> Level:
    """Return the level that the pack declares of a rule, which Pulumi sends back if none is given.

    If the rule has several levels, none of them would do: given for every account, it would look like not given. So the
    pack declares `remediate`, which no such rule can do: a planned resource does not show its account's group.
    """
    levels = {entry["level"] for entry in policy.possible_entries(rule)}
    return "remediate" if len(levels) > 1 else policy.rules[rule]["level"]


def declared_entry(policy: Policy, rule: str) -> RuleEntry:
    """Return the entry whose parameters the pack declares as defaults, which Pulumi sends back if none is given.

    A rule of groups has no defaults: the value outside of groups, given for every account, would look like not given.
    """
    return RuleEntry(level=declared_level(policy, rule)) if policy.is_grouped(rule) else policy.rules[rule]


def _configured(policy: Policy, rule: Rule[Any], settings: PolicySettings) -> Policy:
    """Return the policy with Pulumi's configuration of one rule. Values that the pack has declared do not count."""
    own, declared = policy.rules[rule.id], cast(Any, declared_entry(policy, rule.id))
    given = {"level": settings.level, **settings.parameters}
    changed = {name: value for name, value in given.items() if declared.get(name) != value}
    policy = replace(
        policy,
        rules={**policy.rules, rule.id: cast(RuleEntry, {**own, **changed})},
        # With a level, the rule counts outside of groups as if the policy file named it.
        unnamed=policy.unnamed - {rule.id} if "level" in changed else policy.unnamed,
        groups=tuple(
            replace(group, rules={**group.rules, rule.id: {**group.rules[rule.id], **changed}})
            if rule.id in group.rules
            else group
            for group in policy.groups
        ),
    )
    faults = (entry_fault(rule, entry) for entry in policy.possible_entries(rule.id))
    fault = next((fault for fault in faults if fault), None)
    unusable = {rule.id: f"the policy cannot be used: {one_line(fault)}"} if fault else {}
    return replace(policy, unusable={**policy.unusable, **unusable})
