"""An account that could not be read, as a snapshot in which everything is unknown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from acctgate.model.api_error import READING, ApiError
from acctgate.model.judged_by import ReadAs
from acctgate.model.run import Entry
from acctgate.model.sections import IDENTITY_PROOF, OPERATIONS
from acctgate.model.snapshot import Snapshot
from acctgate.times import timestamp

NOT_READ: Final = "NotRead"
"""The error code of an account that a run did not reach."""


def describe(entry: Entry, now: datetime, read_as: ReadAs | None = None) -> dict[str, Any]:
    """Return the keys of a snapshot that describe the account."""
    document: dict[str, Any] = {"version": 1, "account_id": entry.id, "alias": entry.alias}
    document |= {"taken_at": timestamp(now), "read_as": read_as.record if read_as else None}
    document["member"] = entry.member.document
    return {name: value for name, value in document.items() if value}


def unread(entry: Entry, now: datetime, error: ApiError, read_as: ReadAs | None = None) -> Snapshot:
    """Return the snapshot of an account that could not be read: each section has the error, as has its identity."""
    errors = dict.fromkeys((IDENTITY_PROOF, *OPERATIONS), error)
    return Snapshot.from_document({**describe(entry, now, read_as), "errors": errors}, read_as)


def not_reached(entry: Entry, now: datetime, reason: str) -> Snapshot:
    """Return the snapshot of an account that a run did not reach."""
    return unread(entry, now, {"code": NOT_READ, "message": reason, "operation": READING})
