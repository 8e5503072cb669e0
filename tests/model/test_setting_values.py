"""A reader of settings finds in one pass what `Snapshot.read` finds for each of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from acctgate.model.setting_values import SettingReader, SettingValues
from acctgate.model.snapshot import Snapshot
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from tests.support.accounts import GOOD
from tests.support.strategies import JSON, SCALARS, SETTINGS

_OWN: Final = ("account_id", "Own", "Own.Deep.Deeper.Deepest", "SecurityPreference.LoginProfilePreference.Own.Key")
"""What rules of a user's own may read."""
_NAMES: Final = [
    *dict.fromkeys(name for rule in RULES for name in rule.settings if isinstance(rule, SettingRule)),
    *_OWN,
]
_PLACES: Final = sorted({tuple(name.split(".")[:depth]) for name in _NAMES for depth in range(1, 5)})
_ERROR: Final = {"code": "NoPermission", "message": "No."}
_READER: Final = SettingReader(_NAMES)


def _with(document: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    for key in place[:-1]:
        document = document.setdefault(key, {})
        if not isinstance(document, dict):
            return
    if value is None:
        document.pop(place[-1], None)
    else:
        document[place[-1]] = value


@SETTINGS
@given(
    changes=st.dictionaries(st.sampled_from(_PLACES), st.none() | SCALARS | JSON, max_size=3),
    failed=st.sets(st.sampled_from(["PasswordPolicy", "SecurityPreference", "Own"]), max_size=2),
    is_validated=st.booleans(),
)
def test_one_pass_reads_what_reading_each_setting_does(
    changes: dict[tuple[str, ...], Any], failed: set[str], is_validated: bool
) -> None:
    document = deepcopy(GOOD)
    for place, value in changes.items():
        if place != ("account_id",):
            _with(document, place, value)
    document["errors"] = dict.fromkeys(sorted(failed), _ERROR)
    account = Snapshot.from_document(document) if is_validated else Snapshot(document)
    values = _READER(account)
    for name in _NAMES:
        found = account.read(tuple(name.split(".")))
        assert (values[name][0], repr(values[name][1])) == (type(found), repr(found)), name


def test_what_is_not_filled_in_is_read_when_it_is_asked_for() -> None:
    name = "SecurityPreference.MFAPreference.AllowUserToManageMFADevices"
    values = SettingValues(Snapshot.from_document(GOOD))
    assert not values
    assert values[name] == _READER(values.account)[name]
    assert list(values) == [name]
