"""The changes between two snapshots, reports or policies (diff, version 1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from acctgate.model.outcome import BINDING, Level, Result, Verdict

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
