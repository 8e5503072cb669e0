"""Waivers that need attention, as reports show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acctgate.model.outcome import Place

WaiverState = Literal["expired", "ending", "unused"]
"""expired: it no longer counts; ending: its last day is near; unused: nothing that it covers is violated."""


@dataclass(frozen=True, slots=True)
class WaiverNotice:
    """A waiver that wants attention, and why."""

    state: WaiverState
    rule: str
    account: str | None
    """None: it covers every account."""
    reason: str
    owner: str
    expires: str
    """The last day on which it counts (UTC)."""
    message: str
    """What is the matter with it, and what to do."""
    place: Place | None = None
    """Where it is written; None where that is no file of the user's."""

    @property
    def located(self) -> str:
        """The message, with where the waiver is written."""
        return f"{self.place.file}:{self.place.line}: {self.message}" if self.place else self.message
