"""Credential reports for tests, as snapshots have them and as the API answers them."""

from __future__ import annotations

import csv
from base64 import b64encode
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import Any, Final

from acctgate.model.credential_report import ROOT

GENERATED: Final = "2026-11-22T10:00:00Z"
TAKEN: Final = "2026-11-22T12:00:00Z"
OLD: Final = "2026-01-01T00:00:00Z"
RECENT: Final = "2026-11-20T00:00:00Z"
HEADER: Final = (
    "user",
    "password_exist",
    "mfa_active",
    *(f"access_key_{n}_{field}" for n in (1, 2) for field in ("exist", "active", "last_rotated", "last_used")),
)


def key(rotated: str | None = RECENT, used: str | None = RECENT, *, active: bool = True) -> dict[str, Any]:
    """Return an AccessKey pair of a snapshot."""
    return {"Active": active, "LastRotated": rotated, "LastUsed": used}


def user(name: str, *keys: dict[str, Any], mfa: bool | None = True) -> dict[str, Any]:
    """Return a user of a snapshot."""
    return {"User": name, "Console": mfa is not None, "MfaActive": mfa, "AccessKeys": list(keys)}


def report(*users: dict[str, Any], generated: str = GENERATED) -> dict[str, Any]:
    """Return the section of a snapshot. Root is added if it is not among the users."""
    rows = list(users) if any(each["User"] == ROOT for each in users) else [user(ROOT), *users]
    return {"GeneratedTime": generated, "Names": "clear", "Users": rows}


def account(info: Mapping[str, Any], section: Mapping[str, Any] | None, **more: Any) -> dict[str, Any]:
    """Return a snapshot with these counts and this credential report."""
    practice = {"AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": dict(info)}}
    document = {"version": 1, "account_id": "1234567890123456", "taken_at": TAKEN, **practice, **more}
    return {**document, **({"CredentialReport": dict(section)} if section else {})}


def row(name: str, mfa: str = "FALSE", keys: Sequence[Sequence[str]] = ()) -> list[str]:
    """Return a row of the CSV, with the columns of `HEADER`."""
    absent = ("FALSE", "N/A", "N/A", "N/A")
    return [name, "TRUE", mfa, *(cell for pair in (*keys, absent, absent)[:2] for cell in pair)]


def answer(rows: Sequence[Sequence[str]], header: Sequence[str] | None = HEADER, **more: Any) -> dict[str, Any]:
    """Return an answer of GetCredentialReport."""
    file = StringIO()
    csv.writer(file).writerows([*([header] if header else []), *rows])
    content = b64encode(file.getvalue().encode(errors="surrogatepass")).decode()
    return {"RequestId": "A-B", "Content": content, "GeneratedTime": GENERATED, "IsTruncated": "false", **more}
