"""What a diff says (version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acctgate.report import FLIPS, AccountDiff, Direction, Flip, RuleFlip


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
