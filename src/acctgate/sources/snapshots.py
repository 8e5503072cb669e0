"""Read snapshot files: one JSON document, or NDJSON with one account per line, as a stream."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from io import BufferedReader, TextIOWrapper
from typing import Any, BinaryIO, Final, Protocol, cast

from acctgate.model.organization import RECORD, find_record
from acctgate.model.run import Run
from acctgate.model.snapshot import Snapshot
from acctgate.reading import LARGEST, SourceError, display_name, encoding_of, open_input
from acctgate.redact import one_line
from acctgate.sources.raw_snapshot import RawSnapshot, unreadable
from acctgate.sources.run_record import of_other_parts, read_run, with_missing
from acctgate.text import os_reason

_PART_DIGITS: Final = 4
_BLANK: Final = b" \t\r\n\xef\xbb\xbf"


class _Lines(Protocol):
    """A file that is read line by line."""

    def readline(self, size: int = -1, /) -> bytes:
        """Return the next line, at most `size` bytes of it. Empty at the end."""


def read_snapshots(paths: Iterable[str]) -> Iterator[Snapshot]:
    """Read the accounts in these files ("-" is standard input), in order.

    An account that cannot be read becomes a snapshot in which everything is unknown, so that the others are still read.
    """
    for account in read_raw(paths):
        yield account.parse() if isinstance(account, RawSnapshot) else account


def read_whole(paths: Iterable[str]) -> Iterator[Snapshot]:
    """Read the accounts in these files as `read_snapshots` does, and stop at one that cannot be read.

    Raises:
        SourceError: An account cannot be read. The text is one line.
    """
    for account in read_snapshots(paths):
        if account.unreadable is not None:
            raise SourceError(account.unreadable)
        yield account


def read_raw(paths: Iterable[str]) -> Iterator[RawSnapshot | Snapshot]:
    """Read the documents in these files without parsing them, which a worker process can do.

    A file that cannot be read becomes a snapshot in which everything is unknown, as does each account of a
    run that neither its output nor those of its other parts have. A part whose record is missing is followed by one.
    """
    runs: list[Run] = []
    parts: dict[str, str] = {}
    for path in paths:
        try:
            is_of_a_run = path != "-" and find_record(path) is not None
            yield from _read_output(path, runs) if is_of_a_run else _read_part(path, parts)
        except SourceError as error:
            yield unreadable(error)
    yield from of_other_parts(runs)
    if missing := _missing_part(parts):
        yield unreadable(missing)


def _read_output(path: str, runs: list[Run]) -> Iterator[RawSnapshot | Snapshot]:
    """Read the output of a run, which is added to `runs`: its accounts, and those that it lacks.

    Raises:
        SourceError: The record is invalid, or the run is one of `runs`: its accounts would count twice.
    """
    run = read_run(path)
    if run in runs:
        raise SourceError(f"{path}: another file has the output of this run; give each part once")
    runs.append(run)
    yield from with_missing(_read_each(path), run)


def _read_part(path: str, parts: dict[str, str]) -> Iterator[RawSnapshot | Snapshot]:
    """Read a file without a record. If it is part of a run, add which one (K/N) and the file to `parts`."""
    for account in _read_each(path):
        yield account
        if isinstance(account, RawSnapshot) and b'"shard"' in account.raw:
            shard = account.parse().raw(("read_as", "shard"))
            parts.update({} if shard is None else {shard: account.name})


def _missing_part(parts: Mapping[str, str]) -> str | None:
    """Return why accounts may be missing, None if all parts of a run are here."""
    for count, shard in {shard.partition("/")[2]: shard for shard in parts}.items():
        number = int(count) if count.isascii() and count.isdigit() and len(count) <= _PART_DIGITS else 0
        if not number or any(f"{each}/{count}" not in parts for each in range(1, number + 1)):
            remedy = f"put {RECORD} back beside the file, or join all parts with acctgate merge"
            others = "the accounts of the others are not known"
            return f"{parts[shard]}: is part {one_line(shard)} of a run, and {others}; {remedy}"
    return None


def _read_each(path: str) -> Iterator[RawSnapshot | Snapshot]:
    try:
        yield from _read_file(path)
    except SourceError as error:
        yield unreadable(error)


def _read_file(path: str) -> Iterator[RawSnapshot]:
    name = display_name(path)
    with ExitStack() as stack:
        try:
            file = _decoded(stack.enter_context(open_input(path)), name)
            number, first = _first_line(file)
        except OSError as error:
            raise SourceError(f"{name}: {os_reason(error)}") from None
        if _is_object(first):
            yield RawSnapshot(first, name, number)
            yield from _lines(file, name, number + 1)
        else:
            yield from _document_or_lines(file, first, name, number)


def _decoded(file: BinaryIO, name: str) -> _Lines:
    """Return the file with lines in UTF-8.

    Raises:
        SourceError: It is UTF-16 without a byte order mark.
    """
    buffered = cast(BufferedReader, file if hasattr(file, "peek") else BufferedReader(cast(Any, file)))
    return _Utf16(buffered, name) if encoding_of(buffered.peek(4)[:4], name) == "utf-16" else buffered


class _Utf16:
    """A UTF-16 file as lines in UTF-8."""

    def __init__(self, file: BufferedReader, name: str) -> None:
        self._text = TextIOWrapper(file, "utf-16", newline="\n")
        self._name = name

    def readline(self, size: int = -1, /) -> bytes:
        """See `_Lines`."""
        try:
            return self._text.readline(size).encode()
        except UnicodeError:
            raise SourceError(f"{self._name}: not valid UTF-16") from None


def _first_line(file: _Lines) -> tuple[int, bytes]:
    """Return the number of the first line that is not blank, and the line."""
    number = 1
    while line := file.readline(LARGEST + 1):
        if line.strip(_BLANK):
            return number, line
        number += 1
    return number, b""


def _is_object(line: bytes) -> bool:
    """Return whether the line looks like a whole JSON object, as every line of NDJSON does."""
    stripped = line.strip(_BLANK)
    return stripped.startswith(b"{") and stripped.endswith(b"}")


def _document_or_lines(file: _Lines, first: bytes, name: str, number: int) -> Iterator[RawSnapshot]:
    """Read one document of many lines. If one line is a snapshot by itself, it is NDJSON whose first line is broken."""
    lines, size = [first], len(first)
    while size <= LARGEST and (line := file.readline(LARGEST + 1)):
        lines.append(line)
        size += len(line)
        if b'"version"' in line and _is_object(line) and RawSnapshot(line, name, 1).parse().unreadable is None:
            for place, waiting in enumerate(lines, number):
                if not waiting.isspace():
                    yield RawSnapshot(waiting, name, place)
            yield from _lines(file, name, number + len(lines))
            return
    yield RawSnapshot(b"".join(lines), name, number, single=True)


def _lines(file: _Lines, name: str, number: int) -> Iterator[RawSnapshot]:
    while line := file.readline(LARGEST + 1):
        if not line.isspace():
            yield RawSnapshot(line, name, number)
        number += 1
