"""The credential report (GetCredentialReport, Ims 2019-08-15): which user has which credentials, but no secret.

The API answers a CSV file in Base64; a snapshot has the rows, with the columns that rules need. Names are personal
data: a snapshot has this section only if it was asked for, and its names may be hashed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, Any, Final, Literal, NotRequired

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from acctgate.model.fields import answer
from acctgate.times import parse_time

SECTION: Final = "CredentialReport"
ROOT: Final = "<root>"
"""The name of the Alibaba Cloud account itself in the report. It is never hashed."""
MAX_AGE: Final = timedelta(hours=4)
"""The age from which a report is too old. Alibaba Cloud generates no new report earlier."""
Names = Literal["clear", "hash"]
"""How users are named."""
_HASHED: Final = re.compile(r"user-[0-9a-f]{12}")


def _time(text: str) -> str:
    try:
        parse_time(text)
    except ValueError:
        raise PydanticCustomError("time", "should be a time") from None
    return text


Time = Annotated[str, AfterValidator(_time), Field(json_schema_extra={"format": "date-time"})]
"""A time (UTC, ISO 8601)."""


@answer
class CredentialKey(TypedDict):
    """An AccessKey pair."""

    Active: bool
    """Whether it is enabled."""
    LastRotated: Time | None
    """When it was created. Null: the report does not say."""
    LastUsed: Time | None
    """When it was used last. Null: never, or the report does not say."""


@answer
class CredentialUser(TypedDict):
    """A RAM user, or the Alibaba Cloud account itself."""

    User: str
    """The user principal name; <root> for the Alibaba Cloud account itself."""
    Console: bool
    """Whether there is a password for the console."""
    MfaActive: bool | None
    """Whether an MFA device is bound. Null: the user cannot log on to the console."""
    LastLogon: NotRequired[Time | None]
    """When the user logged on to the console last. Null: never, or the report does not say; absent: it has no column
    for it."""
    AccessKeys: list[CredentialKey]
    """The AccessKey pairs that exist."""


def _distinct(users: list[CredentialUser]) -> list[CredentialUser]:
    names = [user["User"] for user in users]
    if len(set(names)) != len(names):
        raise PydanticCustomError("duplicate", "names a user twice")
    if ROOT not in names:
        raise PydanticCustomError("no_root", "has no row for the Alibaba Cloud account itself")
    return users


@answer
class CredentialReport(TypedDict):
    """Who has which credentials (GetCredentialReport), read only with `--names`."""

    GeneratedTime: Time
    """When Alibaba Cloud generated the report."""
    Names: Literal["clear", "hash"]
    """Whether the users' names are hashed."""
    Users: Annotated[list[CredentialUser], AfterValidator(_distinct)]
    """The users, with the Alibaba Cloud account itself."""


def _unambiguous(report: CredentialReport) -> CredentialReport:
    """Refuse a clear name that looks like a hashed one: a waiver could not tell them apart."""
    hashed = report["Names"] == "hash"
    for user in report["Users"]:
        if user["User"] != ROOT and bool(_HASHED.fullmatch(user["User"])) != hashed:
            raise PydanticCustomError("names", "has names whose form contradicts its Names")
    return report


ValidCredentialReport = Annotated[CredentialReport, AfterValidator(_unambiguous)]


def hash_name(account_id: str | None, name: str) -> str:
    """Return a pseudonym of a user, the same for each report of the account. Root keeps its name."""
    if name == ROOT:
        return name
    text = f"{account_id or ''}:{name}"
    return f"user-{sha256(text.encode(errors='surrogatepass')).hexdigest()[:12]}"


def with_hashed_names(report: Mapping[str, Any], account_id: str | None) -> dict[str, Any]:
    """Return a valid report with hashed names."""
    if report["Names"] == "hash":
        return dict(report)
    users = [{**user, "User": hash_name(account_id, user["User"])} for user in report["Users"]]
    return {**report, "Names": "hash", "Users": users}


def is_same_user(name: str, other: str, account_id: str | None) -> bool:
    """Return whether a name of a report is the user that a waiver names. Each may be hashed."""
    return other in (name, hash_name(account_id, name)) or name == hash_name(account_id, other)
