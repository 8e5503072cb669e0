"""The values of settings, read from an account in one pass over its sections."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from acctgate.model.snapshot import Path, Snapshot, absent

Typed = tuple[type, Any]
"""A value with its type, as a key for caches: to Python 1, true and 1.0 are equal."""


class SettingValues(dict[str, Typed]):
    """The values of an account's settings by name, each as `Snapshot.read` returns it, with its type.

    What a reader did not fill in is read when it is first asked for.
    """

    __slots__ = ("account", "is_planned")

    def __init__(self, account: Snapshot) -> None:
        self.account = account
        self.is_planned = bool(account.notes or account.moved)
        """Whether a plan changes something about the account, which its outcomes mention."""

    def __missing__(self, setting: str) -> Typed:
        """Read a value."""
        self[setting] = found = _typed(self.account.read(tuple(setting.split("."))))
        return found


class _Object(NamedTuple):
    """An object in a section, with settings that are read."""

    path: Path
    settings: tuple[tuple[str, str, Typed], ...]
    """The key and the name of each setting, and its value in an object that lacks it."""
    missing: tuple[dict[str, Typed], ...]
    """The values of all of them where the section was not read, then where each further part of the path is missing."""

    @classmethod
    def of(cls, path: Path, keys: Iterable[str]) -> _Object:
        """Return an object with the keys of its settings."""
        names = {key: ".".join(map(str, (*path, key))) for key in keys}
        return cls(
            path,
            tuple((key, name, _typed(absent((*path, key)))) for key, name in names.items()),
            tuple(dict.fromkeys(names.values(), _typed(absent(path[:depth]))) for depth in range(1, len(path) + 1)),
        )

    def fill_in(self, values: SettingValues, document: Mapping[str, Any], is_complete: bool) -> None:
        """Add the values in a document; absent ones only if it is complete, since an error may be the reason."""
        found: Any = document
        for depth, key in enumerate(self.path):
            if not isinstance(found, dict):
                return
            if key not in found:
                if is_complete:
                    values.update(self.missing[depth])
                return
            found = found[key]
        if not isinstance(found, dict):
            return
        for key, setting, lacking in self.settings:
            if key in found:
                value = found[key]
                values[setting] = (value.__class__, value)
            elif is_complete:
                values[setting] = lacking


class SettingReader:
    """Fills in the values of certain settings."""

    def __init__(self, settings: Iterable[str]) -> None:
        objects: dict[Path, dict[str, None]] = {}
        for setting in settings:
            *path, key = setting.split(".")
            objects.setdefault(tuple(path), {})[key] = None
        self._objects = [_Object.of(path, keys) for path, keys in objects.items()]

    def __call__(self, account: Snapshot) -> SettingValues:
        """Return the values in an account. They are filled in where nothing but the document decides."""
        values = SettingValues(account)
        if account.unreadable is None and not account.problems:
            document, is_complete = account.document, not account.errors
            for each in self._objects:
                each.fill_in(values, document, is_complete)
        return values


def _typed(value: Any) -> Typed:
    return type(value), value
