"""How many accounts of an organization were read, and which were not."""

from __future__ import annotations

import os
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from acctgate.reading import SourceError
from acctgate.text import and_more, plural

RECORD: Final = ".run.json"
"""What the name of a run's output ends with for the record of the run beside it."""
SHOWN: Final = 20
"""Most IDs in a message."""


def record_path(output: str | Path) -> Path:
    """Return where the record of an output is: beside the file itself, also if a link leads to it."""
    return Path(f"{os.path.realpath(output)}{RECORD}")


def find_record(file: str | Path) -> Path | None:
    """Return the record beside a file, or beside the file that a link leads to. None if it is not the output of a run.

    A record that cannot be read, such as a broken link, is one nevertheless: without it, accounts could be missing.

    Raises:
        SourceError: The link and the file have a record each, and they are not the same.
    """
    candidates = (Path(f"{file}{RECORD}"), record_path(file))
    found = {os.path.realpath(path): path for path in candidates if os.path.lexists(path)}
    if len(found) > 1:
        raise SourceError(f"{file}: has two records ({' and '.join(map(str, found.values()))}); remove the wrong one")
    return next(iter(found.values()), None)


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

    def describe(self, shown: int = SHOWN) -> str:
        """Return it in one line: `1,001 accounts in the directory rd-1, 1,001 selected, 999 read, 2 not read: …`.

        It names up to `shown` of the accounts that were not read.
        """
        listed = f"{plural(self.accounts, 'account')} listed"
        if self.directory:
            total = plural(self.in_directory or 0, "account")
            listed = f"{total} in the directory {self.directory}, {self.accounts:,} selected"
        text = f"{listed}, {self.read:,} read"
        if not self.not_read:
            return text
        names = ", ".join(self.not_read[:shown])
        return f"{text}, {len(self.not_read):,} not read: {names}{and_more(len(self.not_read) - shown)}"
