"""An account to read: what is known of it before it is read."""

from __future__ import annotations

from dataclasses import dataclass

from acctgate.model.member import Member


@dataclass(frozen=True, slots=True)
class Entry:
    """An account to read."""

    id: str
    alias: str | None = None
    """Its display name."""
    role_arn: str | None = None
    """The role to assume in it, None for the account that the credentials belong to."""
    region: str | None = None
    """The region of its endpoints, None for that of the run."""
    member: Member = Member()  # noqa: RUF009 immutable
