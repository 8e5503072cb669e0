"""How many accounts of an organization were read, and which were not."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from acctgate.text import and_more

RECORD: Final = ".run.json"
"""What the name of a run's output ends with for the record of the run beside it."""
_SHOWN: Final = 20
"""IDs in a message."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which accounts a run was to read, as far as a report shows it."""

    directory: str | None
    """The ID of the Resource Directory, None for the accounts of a file only."""
    in_directory: int | None = None
    """How many accounts the directory has, with its management account. None without a directory."""

    def summarize(self, accounts: int, not_read: Collection[str]) -> OrganizationSummary:
        """Return how many of the accounts were read."""
        read = accounts - len(not_read)
        return OrganizationSummary(self.directory, accounts, read, tuple(not_read), self.in_directory)


@dataclass(frozen=True, slots=True)
class OrganizationSummary:
    """The accounts of a run."""

    directory: str | None
    """The ID of the Resource Directory, None for the accounts of a file only."""
    accounts: int
    """How many accounts were to be read."""
    read: int
    """How many of them were read."""
    not_read: tuple[str, ...] = ()
    """The IDs of the others. Each of their rules is unknown, with the reason."""
    in_directory: int | None = None
    """How many accounts the directory has, with its management account. None without a directory."""

    def describe(self) -> str:
        """Return it in one line: `1,001 accounts in the directory rd-1, 1,001 selected, 999 read, 2 not read: …`."""
        total = f"{self.in_directory:,} accounts in the directory {self.directory}, " if self.directory else ""
        selected = f"{self.accounts:,} selected, " if self.directory else f"{self.accounts:,} accounts listed, "
        text = f"{total}{selected}{self.read:,} read"
        if not self.not_read:
            return text
        names = ", ".join(self.not_read[:_SHOWN])
        return f"{text}, {len(self.not_read):,} not read: {names}{and_more(max(0, len(self.not_read) - _SHOWN))}"
