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
from acctgate.rules.base import RuleEntry

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

    A rule whose parameters are invalid after merging is unknown, never passed.
    """
    rules, unusable = dict(base.rules), dict(base.unusable)
    for rule in base.all_rules:
        if rule.id not in settings:
            continue
        level, parameters = settings[rule.id]
        entry = cast(RuleEntry, {**base.rules[rule.id], **parameters, "level": level})
        if fault := entry_fault(rule, entry):
            unusable[rule.id] = f"the policy cannot be used: {one_line(fault)}"
        rules[rule.id] = entry
    account = settings[ACCOUNT_POLICY].parameters if ACCOUNT_POLICY in settings else {}
    return Configuration(
        policy=replace(base, rules=rules, unusable=unusable),
        account=AccountSettings(**{name: str(value) for name, value in account.items() if value is not None}),
        base=base,
    )
