"""The output of a run: NDJSON that gets one whole line for each account, and that survives `kill -9`."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Self

from acctgate.json_text import dumps
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.reading import LARGEST, SourceError, decode
from acctgate.strict_json import read_json
from acctgate.text import os_reason, show
from acctgate.writing import WriteError

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows
    fcntl = None

_SYNC_SECONDS: Final = 1.0
"""How often data goes to the disk. Only a crash of the machine could lose what is younger."""


class Line(NamedTuple):
    """A whole line of an output."""

    account: str
    snapshot: Snapshot
    raw: bytes


def read_lines(path: Path) -> Iterator[Line]:
    """Return the whole lines of an output, without a last one that is torn.

    Raises:
        SourceError: It cannot be read, or a line is not a snapshot with an account's ID.
    """
    try:
        with path.open("rb") as file:
            yield from _lines(file, path)
    except OSError as error:
        raise SourceError(f"{path}: {os_reason(error)}") from None


def _lines(file: BinaryIO, path: Path) -> Iterator[Line]:
    number = 0
    while (raw := file.readline(LARGEST + 1)).endswith(b"\n"):
        number += 1
        try:
            document = read_json(decode(raw, str(path)).rstrip("\n"), str(path), number)
        except SourceError:
            if not file.read(1):  # torn, with the end of a block that was never written
                return
            raise
        account = document.get("account_id") if isinstance(document, dict) else None
        if not isinstance(account, str):
            raise SourceError(f"{path}:{number}: not a snapshot with an account_id, found {show(document)}")
        try:
            snapshot = Snapshot.from_document(document)
        except SnapshotError as error:
            raise SourceError(f"{path}:{number}: {error}") from None
        yield Line(account, snapshot, raw)


class Output:
    """The file, open for whole lines. Only one process writes to it."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        """Open the file, and lock it. Nothing in it changes yet.

        Args:
            path: The file.
            new: Whether it must be empty.

        Raises:
            WriteError: It cannot be written, another process writes to it, or it is not empty.
        """
        self._path = path
        self.size = 0
        self._synced = time.monotonic()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        except OSError as error:
            raise WriteError(f"{path}: {os_reason(error)}") from None
        if reason := self._taken(new=new):
            os.close(self._file)
            raise WriteError(f"{path}: {reason}")

    def _taken(self, *, new: bool) -> str | None:
        """Lock the file. Return why it cannot be used, None if it can."""
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise OSError(0, "not a regular file, which --resume could continue")
            if fcntl is not None:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return "another process writes to it"
        except OSError as error:
            return os_reason(error)
        written = new and os.fstat(self._file).st_size > 0  # since the caller looked
        return "already exists; use --force" if written else None

    def cut(self, size: int) -> None:
        """Cut the file to that many bytes, and write behind them.

        Raises:
            WriteError: It cannot be cut.
        """
        try:
            os.ftruncate(self._file, size)
            os.lseek(self._file, 0, os.SEEK_END)
        except OSError as error:
            raise WriteError(f"{self._path}: {os_reason(error)}") from None
        self.size = size

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def add(self, document: Mapping[str, Any]) -> None:
        """Write the line of an account.

        Raises:
            WriteError: It cannot be written.
        """
        self.add_raw((dumps(document) + "\n").encode("utf-8", "replace"))

    def add_raw(self, line: bytes) -> None:
        """Write a line that has its end.

        Raises:
            WriteError: It cannot be written.
        """
        try:
            rest = memoryview(line)
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise WriteError(f"{self._path}: {os_reason(error)}") from None
        self.size += len(line)
        if time.monotonic() - self._synced > _SYNC_SECONDS:
            self.sync()

    def sync(self) -> None:
        """Write the data to the disk.

        Raises:
            WriteError: It failed.
        """
        try:
            os.fsync(self._file)
        except OSError as error:
            raise WriteError(f"{self._path}: {os_reason(error)}") from None
        self._synced = time.monotonic()
