"""The table in a credential report: a row for each user, with the columns in any order.

Columns: the RAM User Guide, "Generate and download user credential reports". No message contains a value of the table:
it may be a user's name.
"""

from __future__ import annotations

import binascii
import csv
import re
from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from acctgate.model.credential_report import ROOT
from acctgate.sources.call_error import unexpected
from acctgate.sources.operations import CREDENTIAL_REPORT
from acctgate.times import parse_time

_REQUIRED: Final = ("user", "password_exist", "mfa_active")
_FIELDS: Final = ("exist", "active", "last_rotated", "last_used")
_LAST_LOGON: Final = "user_last_logon"
"""A column that is read if there is one: only names need it, and no rule."""
_KEY: Final = re.compile(r"((?:additional_)?access_key_\d+)_[a-z_]+")
_FIRST_KEYS: Final = ("access_key_1", "access_key_2")
"""AccessKey pairs that every report has columns for; newer ones have more."""
_NOTHING: Final = ("", "-", "N/A")
_WORDS: Final[dict[str, bool | None]] = {"TRUE": True, "FALSE": False, **dict.fromkeys(_NOTHING)}


def users_in(contents: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield the users of all pieces. Each piece may begin with the header; the first one must.

    Args:
        contents: The pieces, CSV in Base64.

    Raises:
        CallError: The table is empty or invalid.
    """
    header: list[str] = []
    columns: _Columns | None = None
    names = set[str]()
    number = 0
    for content in contents:
        for row in _rows(content):
            if columns is None:
                header, columns = row, _Columns(row)
                continue
            if row == header:
                continue
            number += 1
            user = columns.user(row, number)
            if user["User"] in names:
                raise unexpected(CREDENTIAL_REPORT, f"row {number} repeats a user")
            names.add(user["User"])
            yield user
    if not names:
        raise unexpected(CREDENTIAL_REPORT, "the report is empty")
    if ROOT not in names:
        raise unexpected(CREDENTIAL_REPORT, f"the report has no row for the account itself ({ROOT})")


def _rows(content: str) -> list[list[str]]:
    """Return the rows of a piece that are not empty."""
    try:
        text = b64decode("".join(content.split()), validate=True).decode("utf-8-sig")
    except (binascii.Error, ValueError):
        raise unexpected(CREDENTIAL_REPORT, "Content is not text in Base64") from None
    try:
        return [row for row in csv.reader(text.splitlines(), strict=True) if any(row)]
    except csv.Error:
        raise unexpected(CREDENTIAL_REPORT, "Content is not CSV") from None


class _Columns:
    """The columns of a report, in any order; further ones are ignored."""

    def __init__(self, header: Sequence[str]) -> None:
        names = [name.strip().lower() for name in header]
        found = (match[1] for name in names if (match := _KEY.fullmatch(name)))
        self._keys = tuple(dict.fromkeys((*_FIRST_KEYS, *found)))
        needed = (*_REQUIRED, *(f"{key}_{field}" for key in self._keys for field in _FIELDS))
        for name in needed:
            if names.count(name) != 1:
                problem = "has no column" if name not in names else "repeats the column"
                raise unexpected(CREDENTIAL_REPORT, f"the report {problem} {name}")
        needed += (_LAST_LOGON,) if names.count(_LAST_LOGON) == 1 else ()
        self._places = {name: names.index(name) for name in needed}
        self._width = len(names)

    def user(self, row: Sequence[str], number: int) -> dict[str, Any]:
        """Return the user in a row."""
        if len(row) != self._width:
            raise unexpected(CREDENTIAL_REPORT, f"row {number} has {len(row)} of {self._width} columns")
        cells = {name: row[place].strip() for name, place in self._places.items()}
        if not cells["user"]:
            raise unexpected(CREDENTIAL_REPORT, f"row {number} names no user")
        keys = (self._key(cells, key, number) for key in self._keys)
        return {
            "User": cells["user"],
            "Console": bool(_word(cells, "password_exist", number)),
            "MfaActive": _word(cells, "mfa_active", number),
            **({"LastLogon": _time(cells, _LAST_LOGON, number)} if _LAST_LOGON in cells else {}),
            "AccessKeys": [key for key in keys if key is not None],
        }

    def _key(self, cells: Mapping[str, str], key: str, number: int) -> dict[str, Any] | None:
        exists, active = (_word(cells, f"{key}_{field}", number) for field in ("exist", "active"))
        if not exists:
            if active:
                raise unexpected(CREDENTIAL_REPORT, f"row {number}: {key} is active and does not exist")
            return None
        if active is None:
            raise unexpected(CREDENTIAL_REPORT, f"row {number}: {key}_active does not say whether it is")
        times = {"LastRotated": f"{key}_last_rotated", "LastUsed": f"{key}_last_used"}
        return {"Active": active, **{name: _time(cells, column, number) for name, column in times.items()}}


def _word(cells: Mapping[str, str], column: str, number: int) -> bool | None:
    try:
        return _WORDS[cells[column].upper()]
    except KeyError:
        raise unexpected(CREDENTIAL_REPORT, f"row {number}: {column} is not TRUE, FALSE or N/A") from None


def _time(cells: Mapping[str, str], column: str, number: int) -> str | None:
    text = cells[column]
    if text.upper() in _NOTHING:
        return None
    try:
        parse_time(text)
    except ValueError:
        raise unexpected(CREDENTIAL_REPORT, f"row {number}: {column} is not a time") from None
    return text
