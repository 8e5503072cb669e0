"""Waivers that need attention, as reports show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acctgate.language import Words, fill
from acctgate.model.outcome import Place

WaiverState = Literal["expired", "unproven", "ending", "unused", "refused"]
"""expired: it no longer counts; unproven: it names a user, and it is not proven that the waived users are all that a
violation counts, or it names another stack than the one that is deployed, or that one is unknown; ending: it expires
soon; unused: it covers no finding; refused: a comment in the program that waives nothing, of which only the rule is
known."""


@dataclass(frozen=True, slots=True)
class WaiverNotice:
    """A waiver that needs attention, and why."""

    state: WaiverState
    rule: str
    account: str | None
    """None covers every account."""
    reason: str
    owner: str
    expires: str
    """The last day on which it counts (UTC)."""
    message: str
    """The problem and what to do."""
    place: Place | None = None
    """Where it is defined, None if that is not a file of the user's."""
    ticket: str | None = None
    """Where the exception is tracked, if the policy says so."""

    @property
    def located(self) -> str:
        """Return the message with the place of the waiver."""
        return fill(Words("{}: {}", "{}：{}"), str(self.place), self.message) if self.place else self.message
