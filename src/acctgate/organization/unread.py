"""An account that could not be read, as a snapshot in which everything is unknown."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import IDENTITY_PROOF, OPERATIONS, Snapshot
from acctgate.model.snapshot_document import ApiError
from acctgate.organization.entry import Entry
from acctgate.sources.call_error import NO_ANSWER, CallError, clock_remedy
from acctgate.sources.live import timestamp
from acctgate.sources.operations import ASSUME_ROLE

NOT_READ: Final = "NotRead"
"""The code of an account that a run did not come to."""
READING: Final = "reading the account"
"""What failed if it was no operation."""
_TRANSIENT: Final = (NO_ANSWER, "Throttling", "ServiceUnavailable", "InternalError")


def describe(entry: Entry, now: datetime, read_as: ReadAs | None = None) -> dict[str, Any]:
    """Return what a snapshot says of an account before its sections."""
    document: dict[str, Any] = {"version": 1, "account_id": entry.id, "alias": entry.alias}
    document |= {"taken_at": timestamp(now), "read_as": read_as.record if read_as else None}
    document["member"] = entry.member.document
    return {name: value for name, value in document.items() if value}


def unread(entry: Entry, now: datetime, error: ApiError, read_as: ReadAs | None = None) -> Snapshot:
    """Return the snapshot of an account that could not be read: each section has the error, as has its identity."""
    errors = dict.fromkeys((IDENTITY_PROOF, *OPERATIONS), error)
    return Snapshot.from_document({**describe(entry, now, read_as), "errors": errors})


def not_reached(entry: Entry, now: datetime, reason: str) -> Snapshot:
    """Return the snapshot of an account that a run did not come to."""
    return unread(entry, now, {"code": NOT_READ, "message": reason, "operation": READING})


def explain_failure(error: CallError, entry: Entry) -> ApiError:
    """Return why an account could not be read, with the operation that failed and what to do about it."""
    found = error.error
    message = f"{found['message']}{_remedy(error, entry)}{_status(entry)}"
    return {**found, "message": message, "operation": error.operation}


def _remedy(error: CallError, entry: Entry) -> str:
    if remedy := clock_remedy(error):
        return remedy
    if error.operation != ASSUME_ROLE.name or not entry.role_arn:
        return ""
    name = entry.role_arn.rpartition("/")[2]
    if error.error["code"].startswith("EntityNotExist"):
        return f"; create the role {name} in the account, or name another one with --role-name"
    if error.needs:
        return f"; {entry.role_arn} must exist and trust the caller's account"
    return ""


def _status(entry: Entry) -> str:
    """Return the status of a member, if the directory shows more than that it joined."""
    status = entry.member.status
    return f" (the directory shows the account as {status})" if status and not status.endswith("Success") else ""


def is_transient(snapshot: Snapshot) -> bool:
    """Return whether reading the account again may bring what is missing."""
    return any(error["code"].startswith(_TRANSIENT) for error in snapshot.errors.values())
