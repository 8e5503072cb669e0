"""Read plans strictly: a part that does not have the shape that its tool writes is an error, never skipped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from acctgate.text import show


class PlanError(ValueError):
    """The file is not a plan that can be judged. The text is part of a line: where and why."""


def require_object(parent: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """Return the object under a key, an empty one if the key is missing or null.

    Raises:
        PlanError: The value is not an object.
    """
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PlanError(f"{where}.{key} should be an object, found {show(value)}")
    return value


def require_list(parent: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """Return the list under a key, an empty one if the key is missing or null.

    Raises:
        PlanError: The value is not a list.
    """
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise PlanError(f"{where}.{key} should be a list, found {show(value)}")
    return value


def require_names(parent: Mapping[str, Any], key: str, where: str) -> list[str]:
    """Return the names in the list under a key, none if the value is missing or empty.

    Raises:
        PlanError: The value is not a list of texts.
    """
    value = parent.get(key) or []
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise PlanError(f"{where}.{key} should be a list of names, found {show(value)}")
    return value


def require_objects(parent: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    """Return the objects in the list under a key. Null items, which were other resources, are left out.

    Raises:
        PlanError: The value is not a list, or an item is not an object.
    """
    found: list[Mapping[str, Any]] = []
    for index, item in enumerate(require_list(parent, key, where)):
        if item is None:
            continue
        if not isinstance(item, dict):
            raise PlanError(f"{where}.{key}[{index}] should be an object, found {show(item)}")
        found.append(item)
    return found


def require_text(parent: Mapping[str, Any], key: str, where: str) -> str:
    """Return the text under a key.

    Raises:
        PlanError: The value is missing, or not a text.
    """
    value = parent.get(key)
    if not isinstance(value, str):
        raise PlanError(f"{where}.{key} should be a text, found {show(value)}")
    return value


def require_known(names: Sequence[Any], known: Iterable[str], noun: str) -> str:
    """Return which of the names comes first among the known ones, which are in the order of their weight.

    Raises:
        PlanError: A name is not known.
    """
    order = list(known)
    for name in names:
        if name not in order:
            raise PlanError(f"the {noun} {show(name)} is not known")
    return next(name for name in order if name in names)
