"""The output of a run as a source: accounts that the record beside it lists and it lacks are unknown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from acctgate.model.organization import find_record, record_path
from acctgate.model.run import Entry, Run
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import not_reached
from acctgate.reading import LARGEST_OF_MANY, SourceError, read_text
from acctgate.sources.raw_snapshot import RawSnapshot, unreadable
from acctgate.times import parse_time, timestamp

_ACCOUNT: Final = re.compile(rb'^\s*\{\s*"version"\s*:\s*1\s*,\s*"account_id"\s*:\s*"(\d+)"')
"""How a line begins that a run has written."""
_REASON: Final = "the run has not read the account; continue it with acctgate snapshot --resume"


@cache
def _adapter() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


def read_run(output: str | Path) -> Run:
    """Return the run whose output a file is.

    Raises:
        SourceError: It has no record, or an invalid one.
    """
    path = find_record(output) or record_path(output)
    text = read_text(str(path), LARGEST_OF_MANY)
    try:
        run = _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise _invalid(path, f"{where}: {first['msg']}") from None
    if not run.accounts:
        raise _invalid(path, "accounts: there are none")
    try:
        timestamp(parse_time(run.started_at))
    except (ValueError, OverflowError) as error:
        raise _invalid(path, f"started_at: {error}") from None
    return run


def _invalid(path: Path, reason: str) -> SourceError:
    return SourceError(f"{path}: not the record of a run (version 1): {reason}")


def with_missing(accounts: Iterable[RawSnapshot | Snapshot], run: Run) -> Iterator[RawSnapshot | Snapshot]:
    """Return the accounts of an output, then those of the run that are not in it, as unknown.

    An account that occurs twice is unreadable the second time: which one is right is not known.
    """
    missing = {entry.id: entry for entry in run.accounts}
    seen: set[str] = set()
    for account in accounts:
        if isinstance(account, RawSnapshot):
            if _is_torn(account):
                continue
            name = _account_of(account)
            if name is not None and name in seen:
                yield unreadable(f"{account.name}:{account.line}: account {name} occurs twice in the output of a run")
                continue
            if name is not None:
                seen.add(name)
                missing.pop(name, None)
        yield account
    time = parse_time(run.started_at)
    for entry in missing.values():
        yield not_reached(entry, time, _REASON)


def of_other_parts(runs: Sequence[Run]) -> Iterator[Snapshot]:
    """Return the accounts of missing parts (`--shard`), each once, as unknown."""
    seen = {entry.id for run in runs for entry in run.accounts}
    for run in runs:
        reason = f"the account is in another part than {run.shard} of the run; join all parts with acctgate merge"
        for account in run.others:
            if account not in seen:
                seen.add(account)
                yield not_reached(Entry(account), parse_time(run.started_at), reason)


def _account_of(account: RawSnapshot) -> str | None:
    found = _ACCOUNT.match(account.raw)
    return found[1].decode() if found else account.parse().account_id


def _is_torn(account: RawSnapshot) -> bool:
    """Return whether a line is the beginning of one that was being written: its account is among the missing ones."""
    return not account.raw.endswith(b"\n") and account.parse().unreadable is not None
