"""Snapshot files: one JSON document, or NDJSON with an account a line, read as a stream."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.reading import LARGEST, SourceError, decode, display_name, read_json
from acctgate.redact import may_have_secrets, without_secrets
from acctgate.text import os_reason


class RawSnapshot(NamedTuple):
    """A snapshot that is not parsed yet, and where it stands."""

    raw: bytes
    name: str
    """The file's name in messages."""
    line: int
    """The number of its first line."""
    single: bool = False
    """Whether the file is one document, which messages then name without a line."""

    def parse(self) -> Snapshot:
        """Return the snapshot; one in which everything is unknown if it is invalid."""
        return _parse(self.raw, self.name, self.line, single=self.single)


def read_snapshots(paths: Iterable[str]) -> Iterator[Snapshot]:
    """The accounts in these files ("-" is standard input), in order.

    What cannot be read comes as a snapshot that knows nothing, in its place, so that it takes no other account with it.
    """
    for account in read_raw(paths):
        yield account.parse() if isinstance(account, RawSnapshot) else account


def read_raw(paths: Iterable[str]) -> Iterator[RawSnapshot | Snapshot]:
    """Read the documents in these files without parsing them, which a worker process can do.

    A file that cannot be read becomes a snapshot in which everything is unknown.
    """
    for path in paths:
        try:
            yield from _read_file(path)
        except SourceError as error:
            yield unreadable(error)


def unreadable(reason: object) -> Snapshot:
    """An account of which nothing could be read, and why."""
    return Snapshot({"version": 1}, unreadable=str(reason))


def _read_file(path: str) -> Iterator[RawSnapshot]:
    name = display_name(path)
    with ExitStack() as stack:
        try:
            file = sys.stdin.buffer if path == "-" else stack.enter_context(Path(path).open("rb"))
            number, first = _first_line(file)
        except OSError as error:
            raise SourceError(f"{name}: {os_reason(error)}") from None
        if _is_whole(first):
            yield RawSnapshot(first, name, number)
            yield from _lines(file, name, number + 1)
        else:
            yield from _document_or_lines(file, first, name, number)


def _first_line(file: BinaryIO) -> tuple[int, bytes]:
    """The first line that is not blank, and its number."""
    number = 1
    while line := file.readline(LARGEST + 1):
        if line.strip(b" \t\r\n\xef\xbb\xbf"):
            return number, line
        number += 1
    return number, b""


def _is_whole(line: bytes) -> bool:
    """Whether the line is a JSON object by itself: then each line is one."""
    stripped = line.strip(b" \t\r\n\xef\xbb\xbf")
    return stripped.startswith(b"{") and stripped.endswith(b"}")


def _document_or_lines(file: BinaryIO, first: bytes, name: str, number: int) -> Iterator[RawSnapshot]:
    """One document over many lines; or lines, where one of them is a snapshot by itself: then the first is broken."""
    lines, size = [first], len(first)
    while size <= LARGEST and (line := file.readline(LARGEST + 1)):
        lines.append(line)
        size += len(line)
        if b'"version"' in line and _is_whole(line) and RawSnapshot(line, name, 1).parse().unreadable is None:
            for place, waiting in enumerate(lines, number):
                if not waiting.isspace():
                    yield RawSnapshot(waiting, name, place)
            yield from _lines(file, name, number + len(lines))
            return
    yield RawSnapshot(b"".join(lines), name, number, single=True)


def _lines(file: BinaryIO, name: str, number: int) -> Iterator[RawSnapshot]:
    while line := file.readline(LARGEST + 1):
        if not line.isspace():
            yield RawSnapshot(line, name, number)
        number += 1


def _parse(raw: bytes, name: str, line: int, *, single: bool = False) -> Snapshot:
    try:
        text = decode(raw, name) if single else decode(raw, name).rstrip("\r\n")  # a place behind it is no line
        document = read_json(text, name, line)
        return Snapshot.from_document(_safe(document, text))
    except SnapshotError as error:
        return unreadable(f"{name}{'' if single else f':{line}'}: {error}")
    except SourceError as error:
        return unreadable(error)


def _safe(document: Any, text: str) -> Any:
    """The document without secrets. Most have no URL at all, and looking is cheaper than copying."""
    return without_secrets(document) if may_have_secrets(text) else document
