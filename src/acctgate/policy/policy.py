"""The policy: what each rule requires, its level, and the waivers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from acctgate.model.credential_report import Names
from acctgate.model.outcome import BINDING, LEVEL_RANK, SEVERITIES, Level, Place, Severity
from acctgate.model.snapshot import OPTIONAL_SECTIONS, Snapshot
from acctgate.policy.module_code import ModuleCode
from acctgate.rules import RULES, account_identity, compliance_report
from acctgate.rules.base import Rule, RuleEntry, SettingRule

if TYPE_CHECKING:
    from acctgate.policy.groups import Group

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
    user: str | None = None
    """The user that it is about, by name or by hashed name. None: the whole finding."""
    ticket: str | None = None
    """Where the exception is tracked."""
    place: Place | None = None
    """Where it is written; None in a preset or a package's file."""
    group: str | None = None
    """The group whose accounts it is for; None: those of the whole policy."""
    inline: bool = False
    """Whether it is a comment in the program under judgement."""

    def covers(self, rule: str, account: str | None, groups: Iterable[str] = ()) -> bool:
        """Return whether it covers this rule, for every user or for one, on this account, which is in these groups."""
        return self.rule == rule and self.account in (None, account) and (self.group is None or self.group in groups)

    @property
    def scope(self) -> str:
        """Which accounts it covers. A user's name stays in the policy file: this goes to logs."""
        accounts = f"{'one user of ' if self.user else ''}{self.account or 'every account'}"
        return f"{accounts} in group {self.group}" if self.group else accounts

    def includes(self, other: Waiver) -> bool:
        """Return whether it covers all that another waiver covers, apart from the time."""
        groups = (other.group,) if other.group else ()
        return self.covers(other.rule, other.account, groups) and self.user in (None, other.user)


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

    def at_any_age(self) -> Policy:
        """Return the policy without a limit of age."""
        return replace(self, max_age_hours=None, max_age_option=None)

    def for_account(self, account: Snapshot) -> Policy:
        """Return what counts for an account that is only in the groups that certainly match it: without groups."""
        if not self.groups:
            return self
        from acctgate.policy.groups import in_groups, memberships  # noqa: PLC0415 - few policies have groups

        return in_groups(self, [each.group.name for each in memberships(self, account) if each.holds])

    def without_groups(
        self, rules: Mapping[str, RuleEntry], unusable: Mapping[str, str], waivers: tuple[Waiver, ...]
    ) -> Policy:
        """Return the policy with these rules and further waivers in place of its groups."""
        return replace(self, rules=rules, unusable=unusable, waivers=(*self.waivers, *waivers), groups=())

    @property
    def all_waivers(self) -> tuple[Waiver, ...]:
        """The waivers of the policy, then those of its groups."""
        return (*self.waivers, *(waiver for group in self.groups for waiver in group.waivers))

    def levels(self) -> Iterator[tuple[Level, Severity]]:
        """Return level and severity of each rule."""
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
        """Return the severities that violations of a rule have, outside of groups and in each: the gravest first."""
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
        return [self.rules[rule], *(overlaid(self, rule, [group]) for group in self.groups if rule in group.rules)]

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


def overlaid(policy: Policy, rule: str, groups: Iterable[Group]) -> RuleEntry:
    """Return what a policy requires of a rule in these groups: a later one overrides an earlier one.

    A rule that only groups name is mandatory unless one of them says otherwise, as in a file that extends another.
    """
    entry: dict[str, Any] = {} if rule in policy.unnamed else dict(policy.rules[rule])
    named = rule not in policy.unnamed
    for group in groups:
        if rule in group.rules:
            entry, named = {**entry, **group.rules[rule]}, True
    return cast(RuleEntry, {"level": "mandatory", **entry} if named else {"level": "disabled"})
