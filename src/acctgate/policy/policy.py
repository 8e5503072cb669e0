"""The policy: what each rule requires, its level, the waivers, and what counts in groups of accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from acctgate.model.credential_report import Names
from acctgate.model.optional_sections import Extras, Renewal
from acctgate.model.outcome import BINDING, LEVEL_RANK, SEVERITIES, Level, Place, Severity
from acctgate.model.sections import OPTIONAL_SECTIONS
from acctgate.model.snapshot import Snapshot
from acctgate.policy.groups import Group, Membership
from acctgate.policy.module_code import ModuleCode
from acctgate.policy.validate import entry_fault
from acctgate.policy.waiver import Waiver
from acctgate.redact import one_line
from acctgate.rules import RULES, account_identity, compliance_report
from acctgate.rules.base import Rule, RuleEntry, SettingRule
from acctgate.text import listed, show


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
    expected_accounts: frozenset[str] = frozenset()
    """The IDs of the accounts that `--account` names. Empty: it names none."""
    stack: str | None = None
    """The Pulumi stack that is deployed, by its full name: `organization/project/stack`. None: no stack is known."""
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
    inline_waivers: bool = False
    """Whether comments at resources of the program can be waivers."""
    names: Names | Literal[False] | None = None
    """Whether reports name the users behind violations. None: only those that a snapshot has."""
    names_option: Names | None = None
    """The same, from `--names`, which overrides the policy."""
    generate: bool = False
    """Whether reports of compliance packs may be generated while an account is read."""
    overrides: tuple[str, ...] = ()
    """What the command line overrides: one text per value."""
    groups: tuple[Group, ...] = ()
    """Accounts with rules and waivers of their own: a later group overrides an earlier one."""
    unnamed: frozenset[str] = frozenset()
    """The rules that only groups name, or that are not named at all."""

    def where(self, rule: str) -> str:
        """Return where a file sets a rule, as FILE:LINE; the policy's name if no file of the user's does."""
        return str(self.places.get(rule, self.source))

    @property
    def age_limit(self) -> float | None:
        """Return the age in hours from which a snapshot is unknown, None without a limit."""
        return self.max_age_hours if self.max_age_option is None else self.max_age_option

    @property
    def names_wanted(self) -> Names | Literal[False] | None:
        """Return whether reports name users. None: as in the snapshot."""
        return self.names_option or self.names

    @property
    def names_to_read(self) -> Names | None:
        """Return how to read the credential report, None if no enabled rule names users or names are off."""
        uses = any(rule.behind and self.strictest_level(rule.id) != "disabled" for rule in self.all_rules)
        return (self.names_wanted or None) if uses else None

    @property
    def max_report_age(self) -> timedelta | None:
        """Return the age from which reports of compliance packs are generated again; None: none is generated.

        It is the shortest that `compliance-report` allows, outside of groups or in one of them.
        """
        entries: list[Any] = self.possible_entries(compliance_report.RULE.id)
        days = [entry["max_age_days"] for entry in entries if entry["level"] != "disabled" and "max_age_days" in entry]
        return timedelta(days=min(days)) if self.generate and days else None

    def renewal(self, now: datetime) -> Renewal | None:
        """Return which reports of compliance packs are generated again, in expected accounts; None: none is."""
        if self.max_report_age is None:
            return None
        identity: Any = self.entry(account_identity.RULE.id)
        expected = None if identity["level"] == "disabled" else identity.get("accounts")
        return Renewal(self.max_report_age, now, None if expected is None else frozenset(expected))

    def extras(self, now: datetime, sections: frozenset[str] = frozenset()) -> Extras:
        """Return what to read of accounts besides what is always read: what the rules need, and these sections."""
        return Extras(self.sections | sections, self.names_to_read, self.renewal(now))

    def at_any_age(self) -> Policy:
        """Return the policy without a limit of age."""
        return replace(self, max_age_hours=None, max_age_option=None)

    def memberships(self, account: Snapshot) -> list[Membership]:
        """Return of each group whether it matches an account, in the order of the groups."""
        listed = self.accounts.get(account.account_id or "", Account()).alias
        return [group.membership(account, listed) for group in self.groups]

    def for_account(self, account: Snapshot) -> Policy:
        """Return what counts for an account that is only in the groups that certainly match it: without groups."""
        return self.in_groups([each.group.name for each in self.memberships(account) if each.holds])

    def in_groups(self, names: Collection[str]) -> Policy:
        """Return what counts for accounts that are in exactly these groups: a policy without groups.

        Values of several groups that are invalid together make their rule unknown.
        """
        if not self.groups:
            return self
        chosen = [group for group in self.groups if group.name in names]
        rules = {rule: self.entry_in(rule, names) for rule in self.rules}
        unusable = dict(self.unusable)
        for rule in self.all_rules:
            naming = [group.name for group in chosen if rule.id in group.rules]
            if len(naming) > 1 and (fault := entry_fault(rule, rules[rule.id])):
                together = listed(map(show, naming), "and")
                unusable[rule.id] = f"the groups {together} do not go together: {one_line(fault)}"
        waivers = (*self.waivers, *(waiver for group in chosen for waiver in group.waivers))
        return replace(self, rules=rules, unusable=unusable, waivers=waivers, groups=())

    def entry_in(self, rule: str, names: Collection[str]) -> RuleEntry:
        """Return what the files require of a rule in these groups: a later one overrides an earlier one.

        A rule that only groups name is mandatory unless one of them says otherwise, as in a file that extends another.
        """
        entry: dict[str, Any] = {} if rule in self.unnamed else dict(self.rules[rule])
        named = rule not in self.unnamed
        for group in self.groups:
            if group.name in names and rule in group.rules:
                entry, named = {**entry, **group.rules[rule]}, True
        return cast(RuleEntry, {"level": "mandatory", **entry} if named else {"level": "disabled"})

    @property
    def all_waivers(self) -> tuple[Waiver, ...]:
        """The waivers of the policy, then those of its groups."""
        return (*self.waivers, *(waiver for group in self.groups for waiver in group.waivers))

    def levels(self) -> Iterator[tuple[Level, Severity]]:
        """Yield level and severity of each rule."""
        for rule in self.all_rules:
            entry = self.entry(rule.id)
            yield entry["level"], rule.severity_in(entry)

    @property
    def sections(self) -> frozenset[str]:
        """The optional sections of a snapshot that its rules need. Disabled rules need none."""
        enabled = [
            (rule, entry)
            for rule in self.all_rules
            for entry in self.possible_entries(rule.id)
            if entry["level"] != "disabled"
        ]
        found = frozenset(section for rule, entry in enabled for section in rule.sections(entry))
        if any(rule not in RULES and not isinstance(rule, SettingRule) for rule, _ in enabled):
            return OPTIONAL_SECTIONS  # a user's own rule may read anything
        return found & OPTIONAL_SECTIONS

    def severities(self, rule: Rule[Any]) -> list[Severity]:
        """Return the severities that violations of a rule have, outside of groups and in each, most severe first."""
        found = {rule.severity_in(entry) for entry in self.possible_entries(rule.id)}
        return sorted(found, key=SEVERITIES.index, reverse=True)

    def strictest_level(self, rule: str) -> Level:
        """Return the strictest level that a rule has, outside of groups or in one of them."""
        return max((entry["level"] for entry in self.possible_entries(rule)), key=LEVEL_RANK.__getitem__)

    def is_divided(self, rule: str) -> bool:
        """Return whether a rule is binding for some accounts and advisory for others."""
        levels = {entry["level"] for entry in self.possible_entries(rule)}
        return "advisory" in levels and not levels.isdisjoint(BINDING)

    def is_grouped(self, rule: str) -> bool:
        """Return whether a group sets something of a rule."""
        return any(rule in group.rules for group in self.groups)

    def possible_entries(self, rule: str) -> list[RuleEntry]:
        """Return what the policy requires of a rule outside of groups, and in each group that names it."""
        return [self.rules[rule], *(self.entry_in(rule, [group.name]) for group in self.groups if rule in group.rules)]

    def entry(self, rule: str) -> RuleEntry:
        """Return what the policy requires of a rule.

        For account-identity that includes the policy's accounts. `--account` makes the rule mandatory, if it is not,
        and as severe as it is by itself: nobody who names an account wants the verdict on another one.
        """
        entry: Any = self.rules[rule]
        if rule != account_identity.RULE.id:
            return cast(RuleEntry, entry)
        if entry["level"] == "disabled":
            required = {"level": "mandatory", "accounts": sorted(self.expected_accounts)}
            return cast(RuleEntry, required if self.expected_accounts else entry)
        if self.expected_accounts:
            level = "mandatory" if entry["level"] == "advisory" else entry["level"]
            entry = {**entry, "level": level, "severity": account_identity.RULE.severity}
        given = [set(group) for group in (entry.get("accounts"), self.accounts, self.expected_accounts) if group]
        return cast(RuleEntry, {**entry, "accounts": sorted(set.intersection(*given))} if given else entry)
