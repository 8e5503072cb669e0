"""The properties of resources as Pulumi writes them: their values, and the paths that name them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final

from acctgate.model.effect import SECRET, UNKNOWN
from acctgate.model.password_request import RESOURCES
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS

UNKNOWN_VALUES: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What Pulumi writes for a value that is known only after the deploy."""
_SECRET_SIGN: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
_SECRET_TEXT: Final = "[secret]"  # noqa: S105
ALL: Final = "*"
"""The property path that names all properties."""
_NAMES: Final = {key.api: key.pulumi for key in PREFERENCE_KEYS}


def settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's settings under the API's names, without null, with a `Marker` for a value that is hidden."""
    return _values(properties, _NAMES)


def recorded_settings(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that a resource's state records: its outputs, with which the provider compares.

    An input that has no output, which the account's answer had not, is unknown: the provider sends it again and again.
    An empty one is nothing to the provider.
    """
    if not outputs:
        return settings(inputs)
    found = settings(outputs)
    rest = {key: value for key, value in settings(inputs).items() if key not in found}
    return {**{key: UNKNOWN if value or value is False else value for key, value in rest.items()}, **found}


def password_settings(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a password policy; see `settings`. `kind` is Terraform's type."""
    return _values(properties, {key: spelling.pulumi for key, spelling in RESOURCES[kind].keys.items()})


def _values(properties: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    values = {key: _value(properties.get(name)) for key, name in names.items()}
    return {key: value for key, value in values.items() if value is not None}


def dead_value(properties: Mapping[str, Any]) -> Any:
    """Return the value of enforceMfaForLogin, a `Marker` if it is hidden, None if it is not given."""
    return _value(properties.get(DEAD_PROPERTY[0]))


def recorded_dead_value(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Return what a resource's state records for enforceMfaForLogin. Older providers read it from the account."""
    return dead_value(outputs or inputs)


def visible_text(value: Any) -> str | None:
    """Return a value that is text, None if it is not, or is hidden."""
    return value if isinstance(value, str) and not is_hidden(value) else None


def _value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_unknown(value):
        return UNKNOWN
    return SECRET if _is_secret(value) else value


def is_hidden(value: Any) -> bool:
    """Return whether a value, or anything in it, is secret or known only after the deploy."""
    return is_unknown(value) or _is_secret(value)


def is_unknown(value: Any) -> bool:
    """Return whether a value, or anything in it, is known only after the deploy."""
    return _contains(value, lambda text: text in UNKNOWN_VALUES)


def _is_secret(value: Any) -> bool:
    return _contains(value, lambda text: text == _SECRET_TEXT, key=_SECRET_SIGN)


def _contains(value: Any, matches: Callable[[str], bool], key: str | None = None) -> bool:
    """Return whether a text that matches, or an object with the key, is a value or anything in it."""
    if isinstance(value, dict):
        return key in value or any(_contains(each, matches, key) for each in value.values())
    if isinstance(value, list):
        return any(_contains(each, matches, key) for each in value)
    return isinstance(value, str) and matches(value)


def names_property(paths: Iterable[str], name: str) -> bool:
    """Return whether property paths, such as `name`, `name[0]`, `["name"]` or `*`, name a property or a part of it."""
    first = [re.split(r"[.\[\]]", path.removeprefix("["))[0].strip("\"'") for path in paths]
    return name in first or ALL in first


def named_settings(paths: Collection[str]) -> list[str]:
    """Return the API's names of the settings that property paths name."""
    return [key for key, name in _NAMES.items() if names_property(paths, name)]


def partly_named_settings(paths: Collection[str]) -> list[str]:
    """Return the API's names of the settings that property paths name only in part or in another way.

    The engine takes all of `name[0]`, `["name"]` and `*`, and the provider ignores only what is named as `name`.
    """
    return [key for key, name in _NAMES.items() if names_property(paths, name) and name not in paths]
