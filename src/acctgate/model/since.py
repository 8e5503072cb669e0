"""What changed since an earlier run, over all accounts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Since:
    """What changed since an earlier report. Accounts are named by alias and ID."""

    source: str
    """The earlier report, or the folder of snapshots."""
    newly_blocked: tuple[str, ...] = ()
    newly_unknown: tuple[str, ...] = ()
    """Accounts that passed or were blocked, and are unknown now."""
    repaired: tuple[str, ...] = ()
    """Accounts that did not pass, and pass now."""
    new: tuple[str, ...] = ()
    """Accounts that the earlier report does not have."""
    gone: tuple[str, ...] = ()
    """Accounts of the earlier report that this one does not have."""
    newly_failing: Mapping[str, int] = field(default_factory=dict)
    """Mandatory rule → how many accounts violate it that did not before, most first."""
    judged_at: str | None = None
    """The time of the earlier judgement (UTC, ISO 8601)."""
    not_compared: tuple[str, ...] = ()
    """Accounts on either side that have no ID, so that it is not known which of the other side they are."""


@dataclass(frozen=True, slots=True)
class Day:
    """The accounts on one day, as their last snapshots until then were judged."""

    day: str
    """YYYY-MM-DD."""
    blocked: int
    unknown: int
    passed: int
