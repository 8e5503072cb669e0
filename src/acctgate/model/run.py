"""A run that reads many accounts: what is known of each before it is read, and which options the run has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from acctgate.model.member import Member
from acctgate.model.organization import Scope
from acctgate.version import __version__


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


@dataclass(frozen=True, slots=True)
class Run:
    """What a run reads."""

    started_at: str
    management: str | None
    """The account that the credentials belong to."""
    role_name: str
    directory: str | None = None
    """The ID of the Resource Directory, None for the accounts of a file only."""
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    accounts_file: str | None = None
    """The digest of the accounts file, None without one."""
    shard: str | None = None
    region: str | None = None
    """The region of accounts that have none of their own."""
    aggregator: str | None = None
    """The account group of Cloud Config that said which accounts comply with its packs, None without one."""
    names: str | None = None
    """How users are named, None if they are not read."""
    run: str | None = None
    """The name that the user gave the run, to tell its parts from those of another run."""
    in_directory: int | None = None
    """How many accounts the directory has, None without one."""
    accounts: tuple[Entry, ...] = ()
    """The accounts to read: those of the shard."""
    others: tuple[str, ...] = ()
    """The IDs of the selected accounts of the other shards."""
    acctgate: str = __version__
    version: Literal[1] = 1
    size: int | None = None
    """The size of the complete output in bytes, None until all accounts are in it."""

    @property
    def scope(self) -> Scope:
        """Return which accounts it was to read."""
        return Scope(self.directory, self.in_directory)
