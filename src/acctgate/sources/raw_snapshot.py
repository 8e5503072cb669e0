"""A snapshot that is not parsed yet: a document, or a line of NDJSON."""

from __future__ import annotations

from typing import NamedTuple

from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot, SnapshotError
from acctgate.reading import SourceError, decode
from acctgate.redact import may_have_secrets, without_secrets
from acctgate.strict_json import read_json


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
        try:
            return self._parse()
        except SnapshotError as error:
            reason: object = f"{self.name}{'' if self.single else f':{self.line}'}: {error}"
        except SourceError as error:
            reason = error
        return unreadable(reason, ReadAs.recorded(self.name, {}))

    def _parse(self) -> Snapshot:
        """Return the snapshot.

        Raises:
            SnapshotError, SourceError: It is invalid.
        """
        text = decode(self.raw, self.name)
        if not self.single:  # An error at the end would otherwise be on the next line.
            text = text.rstrip("\r\n")
        document = read_json(text, self.name, self.line)
        if may_have_secrets(text):  # few have, and searching is cheaper than copying
            document = without_secrets(document)
        how = ReadAs.recorded(self.name, document) if isinstance(document, dict) else None
        return Snapshot.from_document(document, how)


def unreadable(reason: object, read_as: ReadAs | None = None) -> Snapshot:
    """Return the snapshot of an account that could not be read, with the reason."""
    return Snapshot({"version": 1}, unreadable=str(reason), read_as=read_as)
