"""Reads plans strictly: what does not have the shape that its tool writes is refused, never skipped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acctgate.text import show


class PlanError(ValueError):
    """It is no plan that can be judged. The text is part of a line: where and why."""


def an_object(parent: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """The object under a key, an empty one where there is none."""
    value = parent.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise PlanError(f"{where}.{key} should be an object, found {show(value)}")
    return value


def a_list(parent: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """The list under a key, an empty one where there is none."""
    value = parent.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise PlanError(f"{where}.{key} should be a list, found {show(value)}")
    return value


def objects(parent: Mapping[str, Any], key: str, where: str) -> list[Mapping[str, Any]]:
    """The objects in the list under a key. What is null was about something else, and is left out."""
    found: list[Mapping[str, Any]] = []
    for index, item in enumerate(a_list(parent, key, where)):
        if item is None:
            continue
        if not isinstance(item, dict):
            raise PlanError(f"{where}.{key}[{index}] should be an object, found {show(item)}")
        found.append(item)
    return found


def a_text(parent: Mapping[str, Any], key: str, where: str) -> str:
    """The text under a key."""
    value = parent.get(key)
    if not isinstance(value, str):
        raise PlanError(f"{where}.{key} should be a text, found {show(value)}")
    return value
