"""What moved between two snapshots, reports or policies (diff, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from acctgate.model.outcome import BINDING, Level, Result, Verdict

Direction = Literal["stricter", "looser", "mixed", "changed", "unknown"]
"""Where a value moved. mixed: stricter in one way and looser in another; changed: neither; unknown: it can no
longer be told."""

Flip = Literal["newly-failing", "newly-unknown", "repaired", "still-failing", "still-unknown", "waived", "dropped"]
"""What became of a verdict. waived: it would fail, but for a waiver; dropped: it failed and is no longer judged."""

FLIPS: Final[tuple[Flip, ...]] = get_args(Flip)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that moves."""

    setting: str
    before: Any
    """The value before, None where there was none."""
    after: Any
    direction: Direction
    note: str
    """The move in words, where the values alone do not tell."""
    rule: str | None = None
    """The rule that judges it, None where none does."""
    expected: str | None = None
    """What the policy wants of it."""


@dataclass(frozen=True, slots=True)
class RuleFlip:
    """A rule whose verdict flips, or that goes on failing."""

    rule: str
    level: Level
    flip: Flip
    before: Result | None
    """None where the account or the rule was not there before."""
    after: Result | None
    message: str

    @property
    def binding(self) -> bool:
        """Whether it counts for the exit status."""
        return self.level in BINDING


@dataclass(frozen=True, slots=True)
class AccountDiff:
    """What moved in one account."""

    account: str | None
    alias: str | None
    before: Verdict | None
    """The verdict before, None where the account was not there."""
    after: Verdict | None
    settings: tuple[SettingChange, ...]
    rules: tuple[RuleFlip, ...]


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """A rule that the policy asks more or less of."""

    rule: str
    direction: Direction
    before: str
    after: str
    note: str


@dataclass(frozen=True, slots=True)
class Diff:
    """Two snapshots, two reports, or two policies, compared (version 1)."""

    version: Literal[1]
    kind: Literal["snapshots", "reports", "policies"]
    accounts: tuple[AccountDiff, ...]
    policy: tuple[PolicyChange, ...] = ()

    @property
    def loosened(self) -> tuple[PolicyChange, ...]:
        """The rules that the policy asks less of."""
        return tuple(change for change in self.policy if change.direction in ("looser", "mixed", "unknown"))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each kind, over all accounts and levels; loosened counts rules of the policy."""
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
        """All flips of a kind that count for the exit status."""
        return [
            (account, rule) for account in self.accounts for rule in account.rules if rule.flip == flip and rule.binding
        ]
