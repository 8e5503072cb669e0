"""Accounts with single values changed, and the policies that fit them."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any, Final

from acctgate.commands.init.fit import Fit, fit
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from tests.support import NOW
from tests.support.accounts import GOOD

LOGIN: Final = ("SecurityPreference", "LoginProfilePreference")
HOURS: Final = (*LOGIN, "LoginSessionDuration")
MODE: Final = (*LOGIN, "MFAOperationForLogin")
USERS: Final = ("AccountSecurityPracticeInfo", "AccountSecurityPracticeUserInfo")
SCORE: Final = ("AccountSecurityPracticeInfo", "Score")
LEVEL: Final = (*USERS, "SubUserPwdLevel")


def put(document: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """Return the document, with this value at this path."""
    place = document
    for key in path[:-1]:
        place = place.setdefault(key, {})
    place[path[-1]] = value
    return document


def changed(*changes: tuple[tuple[str, ...], Any]) -> dict[str, Any]:
    """Return the compliant account with these values instead."""
    document: dict[str, Any] = deepcopy(GOOD)
    for path, value in changes:
        put(document, path, value)
    return document


def fitted(document: Mapping[str, Any], preset: str = "strict") -> Fit:
    """Fit a snapshot document to a preset."""
    return fit(Snapshot.from_document(dict(document)), load_preset(preset), preset, NOW)
