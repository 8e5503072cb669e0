"""The demo account's credential report: generated on request, ready after a while, and consistent with its counts."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from acctgate.demo.signature import SignatureError

USERS: Final = ("alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi", "ivan")
"""The first RAM users. Further ones have numbers."""
DOMAIN: Final = "example.onaliyun.com"
"""The default domain of the account's users."""
_CACHED: Final = timedelta(hours=4)
_KEYS: Final = (
    "access_key_1",
    "access_key_2",
    "additional_access_key_1",
    "additional_access_key_2",
    "additional_access_key_3",
)
_FIELDS: Final = ("exist", "active", "last_rotated", "last_used")
COLUMNS: Final = (
    "user",
    "user_creation_time",
    "user_last_logon",
    "password_exist",
    "password_active",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"{key}_{field}" for key in _KEYS for field in _FIELDS),
)
_ABSENT: Final = {f"{key}_{field}": "FALSE" if field == "exist" else "N/A" for key in _KEYS for field in _FIELDS}
_OLD, _RECENT = timedelta(days=400), timedelta(days=3)
Row = dict[str, str]


class CredentialReports:
    """Generates reports: on request, in progress for some reads, then for four hours the same one."""

    def __init__(self) -> None:
        self.reads_in_progress = 1
        """How many reads of a requested report find it in progress."""
        self.piece: int | None = None
        """How many rows a piece has at most, if the caller asks for no number. None: as many as documented."""
        self._remaining = 0
        self._rows: list[Row] = []
        self.generated: datetime | None = None
        """When the present report was generated, None if there is none."""

    def generate(self, practice: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """Start to generate a report, unless there is a recent one."""
        if self._remaining:
            return {"State": "INPROGRESS"}
        if self.generated is not None and now - self.generated < _CACHED:
            return {"State": "COMPLETED"}
        self._rows, self.generated = rows(practice, now), now
        self._remaining = self.reads_in_progress
        return {"State": "STARTED"}

    def read(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        """Return a piece of the report.

        Raises:
            SignatureError: There is no report, or it is not ready.
        """
        if self.generated is None:
            raise SignatureError(404, "EntityNotExist.CredentialReport", "The credential report does not exist.")
        if self._remaining:
            self._remaining -= 1
            raise SignatureError(409, "CredentialReportNotReady", "The credential report is being generated.")
        size = int(parameters.get("MaxItems") or self.piece or 3501)
        start = int(parameters.get("NextToken") or 0)
        end = start + size
        piece = {"Content": encode(self._rows[start:end]), "GeneratedTime": _text(self.generated)}
        more = end < len(self._rows)
        return {**piece, "IsTruncated": str(more).lower(), **({"NextToken": str(end)} if more else {})}


def rows(practice: Mapping[str, Any], now: datetime) -> list[Row]:
    """Return a report that agrees with the counts of the security report: the account itself, then its users."""
    info = practice["AccountSecurityPracticeUserInfo"]
    keys, old, unused = (info[name] for name in ("RootWithAccessKey", "OldAkNum", "UnusedAkNum"))
    root = _row("<root>", now, info["BindMfa"]) | _key_columns(now, max(keys, old, unused), old, unused)
    found = [root]
    for number in range(info["SubUser"]):
        name = USERS[number] if number < len(USERS) else f"user{number + 1}"
        is_old, is_unused = (number < info[f"SubUserWith{kind}AccessKey"] for kind in ("Old", "Unused"))
        row = _row(f"{name}@{DOMAIN}", now, number < info["SubUserBindMfa"])
        found.append(row | _key_columns(now, int(is_old or is_unused or number == 0), int(is_old), int(is_unused)))
    return found


def encode(found: Sequence[Row]) -> str:
    """Return rows as CSV in Base64, with the header."""
    lines = [",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in found)]
    return b64encode("".join(f"{line}\r\n" for line in lines).encode()).decode()


def _row(user: str, now: datetime, mfa: bool) -> Row:
    password = {"password_exist": "TRUE", "password_active": "TRUE", "password_next_rotation": "-"}
    times = {"user_creation_time": _OLD, "user_last_logon": _RECENT, "password_last_changed": _OLD}
    ages = {name: _text(now - age) for name, age in times.items()}
    return {"user": user, **password, **ages, "mfa_active": str(mfa).upper(), **_ABSENT}


def _key_columns(now: datetime, number: int, old: int, unused: int) -> Row:
    """Return the columns of `number` AccessKey pairs. The first `old` and the first `unused` ones are that."""
    found: Row = {}
    for index, key in enumerate(_KEYS[:number]):
        rotated = _OLD if index < old else timedelta(days=80)
        used = _text(now - (_OLD if index < unused else _RECENT))
        found |= {f"{key}_exist": "TRUE", f"{key}_active": "TRUE"}
        found |= {f"{key}_last_rotated": _text(now - rotated), f"{key}_last_used": used}
    return found


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
