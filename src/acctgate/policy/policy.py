"""The policy: what each rule requires, its level, and the waivers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, cast

from acctgate.model.outcome import Level, Place, Severity
from acctgate.model.snapshot import OPTIONAL_SECTIONS
from acctgate.policy.module_code import ModuleCode
from acctgate.rules import RULES, account_identity
from acctgate.rules.base import Rule, RuleEntry, SettingRule

DEFAULT_WAIVER_DAYS: Final = 365
"""How many days ahead a new waiver may end if the policy sets no limit."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """An exception to a rule, with an expiry date."""

    rule: str
    reason: str
    owner: str
    expires: date
    """The last day on which it applies (UTC)."""
    account: str | None = None
    """None: every account."""
    ticket: str | None = None
    """Where the exception is tracked."""
    place: Place | None = None
    """Where it is written; None in a preset or a package's file."""

    def covers(self, rule: str, account: str | None) -> bool:
        """Return whether it covers this rule on this account."""
        return self.rule == rule and self.account in (None, account)


@dataclass(frozen=True, slots=True)
class Account:
    """How plans name an account, if there are several."""

    alias: str | None = None
    providers: tuple[str, ...] = ()
    """Names of the Pulumi or Terraform providers that deploy to this account."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A valid policy: every rule has a level and, unless disabled, its parameters."""

    rules: Mapping[str, RuleEntry]
    waivers: tuple[Waiver, ...] = ()
    accounts: Mapping[str, Account] = field(default_factory=dict)
    source: str = "policy"
    """The file or preset, for messages."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """Rule → where a file sets it; for a rule of a preset, where the file names the preset."""
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Rules that cannot be judged because their configuration is invalid, with the reason."""
    meant: frozenset[str] = frozenset()
    """The IDs of the accounts that `--account` names. Empty: it names none."""
    all_rules: tuple[Rule[Any], ...] = RULES
    """The rules that it can name: acctgate's, then those of its modules."""
    files: frozenset[Path] = frozenset()
    """The user's own files that the policy consists of, its rule modules included."""
    modules: tuple[ModuleCode, ...] = ()
    """The code of its modules."""
    max_age_hours: float | None = None
    """The age from which a snapshot is unknown; None: no limit."""
    max_age_option: float | None = None
    """The same, from `--max-age`, which overrides the policy."""
    max_waiver_days: int | None = None
    """How many days ahead a waiver may end; None: `DEFAULT_WAIVER_DAYS` for new ones."""
    overrides: tuple[str, ...] = ()
    """What the command line overrides: one text per value."""

    @property
    def age_limit(self) -> float | None:
        """Return the age in hours from which a snapshot is unknown, None without a limit."""
        return self.max_age_hours if self.max_age_option is None else self.max_age_option

    def at_any_age(self) -> Policy:
        """Return the policy without a limit of age."""
        return replace(self, max_age_hours=None, max_age_option=None)

    def levels(self) -> Iterator[tuple[Level, Severity]]:
        """Return level and severity of each rule."""
        return ((self.entry(rule.id)["level"], rule.severity) for rule in self.all_rules)

    @property
    def sections(self) -> frozenset[str]:
        """The optional sections of a snapshot that its rules need. Disabled rules need none."""
        enabled = [rule for rule in self.all_rules if self.rules[rule.id]["level"] != "disabled"]
        found = frozenset(section for rule in enabled for section in rule.sections(self.rules[rule.id]))
        if any(rule not in RULES and not isinstance(rule, SettingRule) for rule in enabled):
            return OPTIONAL_SECTIONS  # a user's own rule may read anything
        return found & OPTIONAL_SECTIONS

    def entry(self, rule: str) -> RuleEntry:
        """Return what the policy requires of a rule.

        For account-identity that includes the policy's accounts. `--account` makes the rule mandatory, if it is not:
        nobody who names an account wants the verdict on another one.
        """
        entry: Any = self.rules[rule]
        if rule != account_identity.RULE.id:
            return cast(RuleEntry, entry)
        if entry["level"] == "disabled":
            required = {"level": "mandatory", "accounts": sorted(self.meant)}
            return cast(RuleEntry, required if self.meant else entry)
        if self.meant and entry["level"] == "advisory":
            entry = {**entry, "level": "mandatory"}
        given = [set(group) for group in (entry.get("accounts"), self.accounts, self.meant) if group]
        return cast(RuleEntry, {**entry, "accounts": sorted(set.intersection(*given))} if given else entry)
