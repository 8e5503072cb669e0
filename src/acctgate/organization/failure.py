"""Why an account could not be read, what to do about it, and whether to read it again."""

from __future__ import annotations

from acctgate.model.api_error import ApiError
from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.sources.call_error import TRANSIENT, CallError, clock_remedy
from acctgate.sources.operations import ASSUME_ROLE


def explain_failure(error: CallError, entry: Entry) -> ApiError:
    """Return why an account could not be read, with the operation that failed and what to do about it."""
    found = error.error
    remedy, text = _remedy(error, entry), found["message"]
    message = f"{text.removesuffix('.') if remedy else text}{remedy}{_status(entry)}"
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
    """Return the status of a member, and how to leave it out, if the directory shows more than that it joined."""
    status = entry.member.status
    if not status or status.endswith("Success"):
        return ""
    return f" (the directory shows the account as {status}; --exclude id={entry.id} leaves it out)"


def is_transient(snapshot: Snapshot) -> bool:
    """Return whether reading the account again may bring what is missing."""
    return any(error["code"].startswith(TRANSIENT) for error in snapshot.errors.values())
