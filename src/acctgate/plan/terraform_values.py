"""The values in a change of Terraform: unknown and sensitive ones have marks beside them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.model.effect import SECRET, UNKNOWN
from acctgate.model.password_request import PasswordResource
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.plan.require import require_object

DEAD_ARGUMENT: Final = DEAD_PROPERTY[1]
_NAMES: Final = {key.api: key.terraform for key in PREFERENCE_KEYS}


def declared_settings(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the configuration declares of a SecurityPreference.

    An attribute that is left out but computed is in after_unknown like one that is given and not known yet, and one
    that is left out keeps its recorded value in `after`: only the configuration shows the difference. Without it, all
    of that counts as given. An empty text counts as left out there, too; a value that `after` shows is the planned one
    whatever the configuration says, which may ignore changes.
    """
    declared = _settings(change, "after", _NAMES)
    if expressions is None:
        return declared
    given = {key: value for key, value in declared.items() if _is_given(expressions, _NAMES[key])}
    empty = {key for key in given if expressions[_NAMES[key]] == {"constant_value": ""}}
    return {key: "" if key in empty and value is UNKNOWN else value for key, value in given.items()}


def recorded_settings(change: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the state records of a SecurityPreference."""
    return _settings(change, "before", _NAMES)


def dead_value(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> Any:
    """Return the value of enforce_mfa_for_login, which is computed: if omitted, it keeps the recorded value."""
    if expressions is not None and not _is_given(expressions, DEAD_ARGUMENT):
        return None
    value = require_object(change, "after", "change").get(DEAD_ARGUMENT)
    if value is None and expressions is not None and is_marked(change, "after_unknown", DEAD_ARGUMENT):
        return UNKNOWN
    return value


def declared_passwords(
    change: Mapping[str, Any], expressions: Mapping[str, Any] | None, resource: PasswordResource
) -> dict[str, Any]:
    """Return what the configuration declares of a password policy."""
    names = {key: spelling.terraform for key, spelling in resource.keys.items()}
    declared = _settings(change, "after", names)
    # A default that the plan shows and that differs from the one known here is another version's: it is sent.
    return {
        key: value
        for key, value in declared.items()
        if expressions is None or _is_given(expressions, names[key]) or resource.defaults.get(key, value) != value
    }


def recorded_passwords(change: Mapping[str, Any], resource: PasswordResource) -> dict[str, Any]:
    """Return what the state records of a password policy."""
    return _settings(change, "before", {key: spelling.terraform for key, spelling in resource.keys.items()})


def secret_differences(change: Mapping[str, Any]) -> dict[str, bool | None]:
    """Return whether each secret value changes. The plan has both values, which are compared and never shown."""
    before, after = require_object(change, "before", "change"), require_object(change, "after", "change")
    return {
        key: before.get(name) != after[name]
        for key, name in _NAMES.items()
        if after.get(name) is not None and is_marked(change, "after_sensitive", name)
    }


def _is_given(expressions: Mapping[str, Any], name: str) -> bool:
    """Return whether the configuration gives an attribute. To give null is to leave it out."""
    return name in expressions and expressions[name] != {"constant_value": None}


def _settings(change: Mapping[str, Any], when: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings before or after, with a `Marker` for a value that is unknown or sensitive.

    Args:
        change: The change of a resource.
        when: before or after.
        names: Terraform's name of each setting.
    """
    values = require_object(change, when, "change")
    found = {}
    for key, name in names.items():
        value = values.get(name)
        if when == "after" and is_marked(change, "after_unknown", name):
            found[key] = UNKNOWN
        elif value is not None:
            found[key] = SECRET if is_marked(change, f"{when}_sensitive", name) else value
    return found


def is_marked(change: Mapping[str, Any], which: str, name: str) -> bool:
    """Return whether an attribute, all attributes, or a part of this one is marked."""
    marks = change.get(which)
    return _has_true(marks.get(name) if isinstance(marks, dict) else marks)


def _has_true(marks: Any) -> bool:
    if isinstance(marks, dict):
        return any(map(_has_true, marks.values()))
    if isinstance(marks, list):
        return any(map(_has_true, marks))
    return marks is not None and marks is not False
