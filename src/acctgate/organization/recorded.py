"""The output of a run as input: the accounts that it lacks are there as well, and unknown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from acctgate.model.snapshot import Snapshot
from acctgate.organization.run import Run, read_run
from acctgate.organization.unread import not_reached
from acctgate.sources.snapshots import RawSnapshot

_ACCOUNT: Final = re.compile(rb'^\s*\{\s*"version"\s*:\s*1\s*,\s*"account_id"\s*:\s*"(\d+)"')
"""How a line begins that a run has written."""
_REASON: Final = "the run has not read the account; continue it with acctgate snapshot --resume"


def recorded_run(path: str) -> Run:
    """Return the run whose output a file is.

    Raises:
        SourceError: The record beside it is invalid.
    """
    return read_run(Path(path))


def with_missing(
    accounts: Iterator[RawSnapshot | Snapshot], path: str, run: Run, now: datetime
) -> Iterator[RawSnapshot | Snapshot]:
    """Return the accounts of an output, then those that the run was to read and that are not in it.

    Args:
        accounts: The accounts in the file.
        path: The output.
        run: Its run.
        now: The time to record.
    """
    if run.size is not None and Path(path).stat().st_size == run.size:  # as the run has finished it
        yield from accounts
        return
    missing = {entry.id: entry for entry in run.accounts}
    for account in accounts:
        if isinstance(account, RawSnapshot):
            if _is_torn(account):
                continue
            missing.pop(_account_of(account), None)
        yield account
    for entry in missing.values():
        yield not_reached(entry, now, _REASON)


def _account_of(account: RawSnapshot) -> str:
    found = _ACCOUNT.match(account.raw)
    return found[1].decode() if found else str(account.parse().account_id)


def _is_torn(account: RawSnapshot) -> bool:
    """Return whether a line is the beginning of one that was being written: its account is among the missing ones."""
    return not account.raw.endswith(b"\n") and account.parse().unreadable is not None
