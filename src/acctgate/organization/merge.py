"""Join the parts that several machines read (`--shard K/N`) to the output of one run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from acctgate.model.organization import record_path
from acctgate.model.run import Run
from acctgate.organization.failure import is_transient
from acctgate.organization.ndjson import Line, read_lines
from acctgate.organization.resumable_output import Collected, open_collection, recover
from acctgate.organization.run_record import require_parts
from acctgate.reading import SourceError
from acctgate.sources.run_record import read_run
from acctgate.text import and_more


def merge(paths: Sequence[Path], output: Path, *, overwrite: bool) -> tuple[Run, Collected]:
    """Write the accounts of all parts to one output, and return the run with what was read.

    Raises:
        SourceError: A part cannot be read or is not complete, or the parts are not all of one run.
        WriteError: The output exists already, or cannot be written.
    """
    parts = [(path, read_run(path)) for path in paths]
    require_parts(parts)
    for path, part in parts:
        _require_complete(path, part)
    accounts = tuple(entry for _, part in parts for entry in part.accounts)
    started = min(part.started_at for _, part in parts)
    whole = replace(parts[0][1], accounts=accounts, others=(), shard=None, size=None, started_at=started)
    inputs = (*paths, *map(record_path, paths))
    with open_collection(output, whole, resume=False, overwrite=overwrite, inputs=inputs) as opened:
        for line in _lines(paths):
            opened.add_line(line)
        opened.finish()
        return opened.run, opened.found


def _lines(paths: Sequence[Path]) -> Iterator[Line]:
    """Yield the lines of all parts, last those of accounts that `--resume` reads again."""
    for again in (False, True):
        yield from (line for path in paths for line in read_lines(path) if is_transient(line.snapshot) is again)


def _require_complete(path: Path, part: Run) -> None:
    found, _ = recover(path, {entry.id for entry in part.accounts})
    if missing := found.missing(part):
        more = and_more(len(missing) - 1)
        raise SourceError(f"{path}: has not read account {missing[0].id}{more}; continue it with --resume")
