"""Why an account could not be read, what to do about it, and whether to read it again."""

from __future__ import annotations

from typing import Final

from acctgate.model.api_error import ApiError, explain_section
from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import NOT_READ
from acctgate.sources.call_error import CLOCK, NO_CREDENTIALS, TRANSIENT, CallError, clock_remedy
from acctgate.sources.operations import ASSUME_ROLE
from acctgate.sources.role_session import ENDED

_MAY_PASS: Final = (*TRANSIENT, NOT_READ, NO_CREDENTIALS, CLOCK, *ENDED)
"""Beginnings of the codes that reading an account again may not have: the account has no part in them."""


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
    """Return whether reading the account again may bring what is missing: the network or the caller is the reason."""
    return transient_reason(snapshot) is not None


def transient_reason(snapshot: Snapshot) -> str | None:
    """Return why something of the account is missing that reading it again may bring, None if nothing is."""
    found = ((name, error) for name, error in snapshot.errors.items() if error["code"].startswith(_MAY_PASS))
    return next((explain_section(*each) for each in found), None)
