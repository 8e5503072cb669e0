"""A whole comparison of two snapshots, reports or policies (diff, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acctgate.model.diff import FLIPS, AccountDiff, Direction, Flip, RuleFlip
from acctgate.redact import one_line
from acctgate.text import and_more


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
