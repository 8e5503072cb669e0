"""The record of a run, beside its output: the accounts that it has to read, so that a missing one is noticed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

from acctgate.model.organization import RECORD, Scope
from acctgate.organization.entry import Entry
from acctgate.reading import SourceError, read_text
from acctgate.text import and_more, os_reason
from acctgate.version import __version__
from acctgate.writing import WriteError, replace_file

_LARGEST: Final = 1 << 30
_SAME: Final = ("directory", "management", "include", "exclude", "role_name", "accounts_file", "names", "shard", "run")
"""What a run that is resumed must have in common with its record."""
_PARTS: Final = tuple(name for name in _SAME if name != "shard")
"""What the parts of a run must have in common."""


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


def record_path(output: Path) -> Path:
    """Return where the record of an output is."""
    return output.with_name(f"{output.name}{RECORD}")


def write_run(output: Path, run: Run) -> None:
    """Write the record beside an output, in one step.

    Raises:
        WriteError: It cannot be written.
    """
    path = record_path(output)
    try:
        replace_file(path, json.dumps(asdict(run), ensure_ascii=False) + "\n")
    except OSError as error:
        raise WriteError(f"{path}: {os_reason(error)}") from None


@cache
def _adapter() -> TypeAdapter[Run]:
    return TypeAdapter(Run)


def read_run(output: Path) -> Run:
    """Return the record beside an output.

    Raises:
        SourceError: There is none, or it is invalid.
    """
    path = record_path(output)
    text = read_text(str(path), _LARGEST)
    try:
        return _adapter().validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise SourceError(f"{path}: not the record of a run (version 1): {where}: {first['msg']}") from None


def require_same(output: Path, before: Run, now: Run) -> None:
    """Refuse to resume a run with other options.

    Raises:
        SourceError: Something differs. The message says what.
    """
    if difference := _difference(before, now, _SAME):
        raise SourceError(f"{output}: is of another run: {difference}; use the same options, or --force to start again")


def require_parts(parts: Sequence[tuple[Path, Run]]) -> None:
    """Refuse parts that are not of one run, or that do not make up all of it.

    Raises:
        SourceError: They are of several runs, an account is in two parts, or one is in none.
    """
    (first, run), *others = parts
    for path, other in others:
        if difference := _difference(run, other, _PARTS):
            raise SourceError(f"{path}: is of another run than {first}: {difference}")
    places: dict[str, Path] = {}
    for path, part in parts:
        for entry in part.accounts:
            if entry.id in places:
                raise SourceError(f"{path}: account {entry.id} is also in {places[entry.id]}; give each part once")
            places[entry.id] = path
    if missing := sorted({name for _, part in parts for name in part.others} - places.keys()):
        gap = f"account {missing[0]} is in no part{and_more(len(missing) - 1)}"
        shards = ", ".join(part.shard or "1/1" for _, part in parts)
        raise SourceError(f"{gap}; give all parts of the run (shards {shards} are here)")


def _difference(before: Run, now: Run, names: Iterable[str]) -> str | None:
    """Return how two runs differ, None if they do not."""
    for name in names:
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            return f"{name.replace('_', ' ')} was {_shown(old)}, and is {_shown(new)}"
    return None


def _shown(value: Any) -> str:
    return "none" if value in (None, ()) else ", ".join(value) if isinstance(value, tuple) else str(value)
