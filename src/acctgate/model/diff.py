"""The changes between two snapshots, reports or policies (diff, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from acctgate.model.outcome import BINDING, Level, Result, Verdict
from acctgate.redact import one_line
from acctgate.text import and_more

Direction = Literal["stricter", "looser", "mixed", "changed", "unknown"]
"""The direction of a change. mixed: stricter in one way and looser in another; changed: neither; unknown: the value
can no longer be read."""

Flip = Literal["newly-failing", "newly-unknown", "repaired", "still-failing", "still-unknown", "waived", "dropped"]
"""How a result changed. waived: it fails but is waived; dropped: it failed and is no longer judged."""

FLIPS: Final[tuple[Flip, ...]] = get_args(Flip)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that changed."""

    setting: str
    before: Any
    """The value before, None if it was absent."""
    after: Any
    direction: Direction
    note: str
    """The change in words, if the values do not show it."""
    rule: str | None = None
    """The rule that judges the setting, None if no rule judges it."""
    expected: str | None = None
    """What the policy requires."""


@dataclass(frozen=True, slots=True)
class RuleFlip:
    """A rule whose result changed, or that still fails."""

    rule: str
    level: Level
    flip: Flip
    before: Result | None
    """None if the account or the rule did not exist before."""
    after: Result | None
    message: str

    @property
    def binding(self) -> bool:
        """Return whether it counts for the exit status."""
        return self.level in BINDING


@dataclass(frozen=True, slots=True)
class AccountDiff:
    """The changes in one account."""

    account: str | None
    alias: str | None
    before: Verdict | None
    """The verdict before, None if the account did not exist."""
    after: Verdict | None
    settings: tuple[SettingChange, ...]
    rules: tuple[RuleFlip, ...]
    age_notice: str | None = None
    """A note about the age of the second side, None if it is not old."""


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A rule that the policy makes stricter or looser."""

    rule: str
    direction: Direction
    before: str
    after: str
    note: str

    @property
    def loosened(self) -> bool:
        """Return whether it counts as looser: what cannot be shown to be stricter does."""
        return self.direction in ("looser", "mixed", "unknown")


DiffKind = Literal["snapshots", "reports", "policies"]
"""What is compared."""


@dataclass(frozen=True, slots=True)
class Diff:
    """The comparison of two snapshots, reports or policies (version 1)."""

    version: Literal[1]
    kind: DiffKind
    accounts: tuple[AccountDiff, ...]
    policy: tuple[PolicyChange, ...] = ()

    @property
    def loosened(self) -> tuple[PolicyChange, ...]:
        """Return the rules that the policy loosens."""
        return tuple(change for change in self.policy if change.loosened)

    @property
    def age_notice(self) -> str | None:
        """Return the notice about the first old account, with the number of others; None if there is none."""
        old = [
            f"account {account.account or 'unknown'}: {account.age_notice}"
            for account in self.accounts
            if account.age_notice
        ]
        return f"{one_line(old[0])}{and_more(len(old) - 1)}" if old else None

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of each kind over all accounts and levels. loosened counts rules of the policy."""
        counts = dict.fromkeys((*FLIPS, "stricter", "looser", "loosened"), 0)
        for account in self.accounts:
            for rule in account.rules:
                counts[rule.flip] += 1
            for setting in account.settings:
                if setting.direction in ("stricter", "looser"):
                    counts[setting.direction] += 1
        counts["loosened"] = len(self.loosened)
        return counts

    def flips(self, flip: Flip) -> list[tuple[AccountDiff, RuleFlip]]:
        """Return all flips of a kind that count for the exit status."""
        return [
            (account, rule) for account in self.accounts for rule in account.rules if rule.flip == flip and rule.binding
        ]
