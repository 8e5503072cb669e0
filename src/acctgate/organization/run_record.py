"""Write the record of a run, and compare runs: those that are resumed, and the parts of one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from acctgate.json_text import dumps
from acctgate.model.organization import record_path
from acctgate.model.run import Run
from acctgate.reading import SourceError
from acctgate.text import and_more, os_reason
from acctgate.writing import WriteError, replace_file

_SAME: Final = (
    "directory",
    "management",
    "include",
    "exclude",
    "role_name",
    "accounts_file",
    "region",
    "aggregator",
    "names",
    "shard",
    "run",
)
"""What a run that is resumed must have in common with its record."""
_PARTS: Final = tuple(name for name in _SAME if name != "shard")
"""What the parts of a run must have in common."""


def write_run(output: Path, run: Run) -> None:
    """Write the record beside an output, in one step.

    Raises:
        WriteError: It cannot be written.
    """
    path = record_path(output)
    try:
        replace_file(path, dumps(asdict(run)) + "\n")
    except OSError as error:
        raise WriteError(f"{path}: {os_reason(error)}") from None


def require_same(output: Path, before: Run, now: Run) -> None:
    """Refuse to resume a run with other options.

    Raises:
        SourceError: Something differs. The message says what.
    """
    if difference := _difference(before, now, _SAME):
        remedy = "use the same options, or --force instead of --resume to start again"
        raise SourceError(f"{output}: is of another run: {difference}; {remedy}")


def require_parts(parts: Sequence[tuple[Path, Run]]) -> None:
    """Refuse parts that are not of one run, or that do not make up all of it.

    Raises:
        SourceError: They are of several runs, an account is in two parts, or one is in none.
    """
    (first, run), *others = parts
    for path, other in others:
        if difference := _difference(run, other, _PARTS):
            raise SourceError(f"{path}: is of another run than {first}: {difference}")
        if other.in_directory != run.in_directory:
            counts = f"{_shown(run.in_directory)} accounts in {first}, and {_shown(other.in_directory)}"
            raise SourceError(f"{path}: the directory had {counts} here; continue each part with --resume")
    places: dict[str, Path] = {}
    for path, part in parts:
        for entry in part.accounts:
            if entry.id in places:
                raise SourceError(f"{path}: account {entry.id} is also in {places[entry.id]}; give each part once")
            places[entry.id] = path
    if missing := sorted({name for _, part in parts for name in part.others} - places.keys()):
        gap = f"account {missing[0]} is in no part{and_more(len(missing) - 1)}"
        raise SourceError(f"{gap}; {_gap_remedy([part.shard or '1/1' for _, part in parts])}")


def _gap_remedy(shards: Sequence[str]) -> str:
    """Return what to do about an account that is in none of these parts (K/N)."""
    if len({*shards}) < int(shards[0].partition("/")[2]):
        return f"give all parts of the run (shards {', '.join(shards)} are here)"
    return "the accounts changed from one part to the next; continue each part with --resume"


def _difference(before: Run, now: Run, names: Iterable[str]) -> str | None:
    """Return how two runs differ, None if they do not."""
    for name in names:
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            return f"{name.replace('_', ' ')} was {_shown(old)}, and is {_shown(new)}"
    return None


def _shown(value: Any) -> str:
    return "none" if value in (None, ()) else ", ".join(value) if isinstance(value, tuple) else str(value)
