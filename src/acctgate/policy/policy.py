"""The policy: what each rule is to ask for, how binding it is, and who is excused until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from acctgate.model.outcome import Place
from acctgate.rules import RULES
from acctgate.rules.base import Rule, RuleEntry


@dataclass(frozen=True, slots=True)
class Waiver:
    """An excuse for a rule, with an end."""

    rule: str
    reason: str
    owner: str
    expires: date
    """The last day on which it counts (UTC)."""
    account: str | None = None
    """None covers every account."""
    place: Place | None = None
    """Where it is written; None where that is no file of the user's."""

    def covers(self, rule: str, account: str | None) -> bool:
        """Whether it is about this rule on this account."""
        return self.rule == rule and self.account in (None, account)


@dataclass(frozen=True, slots=True)
class Account:
    """How an account is called in plans, where several must be told apart."""

    alias: str | None = None
    providers: tuple[str, ...] = ()
    """Names of the Pulumi or Terraform providers that deploy to this account."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that can be evaluated: for every rule an entry with a level and, unless disabled, parameters."""

    rules: Mapping[str, RuleEntry]
    waivers: tuple[Waiver, ...] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    source: str = "policy"
    """Where it comes from, for messages."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Where a file asks for each rule; a rule that only a preset asks for is where the preset is named."""
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Rules that cannot be judged because what is wanted of them is wrong, and why."""
    all_rules: tuple[Rule[Any], ...] = RULES
    """The rules that it can ask for: acctgate's, then those of its own modules."""
