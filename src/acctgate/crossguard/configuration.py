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
        # Invalid parameters cannot be compared; their rules are unknown and so cannot pass.
        valid = {**self.policy.rules, **{rule: self.base.rules[rule] for rule in self.policy.unusable}}
        changes = compare_policies(self.base, replace(self.policy, rules=valid), today)
        return tuple(f"--policy-pack-config: {change.rule}: {change.note}" for change in changes if change.loosened)


def configure(base: Policy, settings: Mapping[str, PolicySettings]) -> Configuration:
    """Return the configuration: levels and parameters from Pulumi override those of the policy file.

    A rule whose parameters are invalid after merging is unknown, never passed. In a policy with groups, what differs
    from the policy file overrides the groups, too.
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


def _configured(policy: Policy, rule: Rule[Any], settings: PolicySettings) -> Policy:
    """Return the policy with Pulumi's configuration of one rule.

    Pulumi sends every value. The level that the pack has declared, the strictest one, is no configuration.
    """
    own = policy.rules[rule.id]
    level = {} if settings.level == policy.strictest_level(rule.id) else {"level": settings.level}
    parameters = settings.parameters.items()
    changed = {name: value for name, value in parameters if cast(Any, own).get(name) != value} | level
    policy = replace(
        policy,
        rules={**policy.rules, rule.id: cast(RuleEntry, {**own, **changed})},
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
