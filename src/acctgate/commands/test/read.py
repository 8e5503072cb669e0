"""Read an example from its file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from acctgate.commands.test.model import Example, ExampleError
from acctgate.model.effect import SECRET, UNKNOWN
from acctgate.model.outcome import RESULTS, Result
from acctgate.model.planned_change import PlannedChange
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import eras_of_constraints
from acctgate.policy import PolicyError
from acctgate.policy.source import read_source
from acctgate.times import parse_time

_KEYS: Final = ("policy", "snapshot", "planned", "now", "expect")
_EXPECTED: Final = ("actual", "expected", "setting", "message", "names", "possible_names", "names_match")
_PLANNED: Final = ("address", "operation", "declared", "recorded", "dead", "provider_version")
_OPERATIONS: Final = ("create", "update", "delete", "same", "unknown")
_MARKERS: Final = {"UNKNOWN": UNKNOWN, "SECRET": SECRET}


class _InvalidError(Exception):
    def __init__(self, message: str, *keys: str | int) -> None:
        self.message, self.keys = message, keys


def read_example(folder: Path, path: Path, rule: str | None, wanted: Result) -> Example:
    """Read an example. A snapshot by itself is one too.

    Raises:
        ExampleError: It cannot be read, or is invalid.
    """
    try:
        source = read_source(path)
    except PolicyError as error:
        raise ExampleError(str(error)) from None
    try:
        data = _document(source.data)
        return Example(
            path,
            path.relative_to(folder).as_posix(),
            rule,
            wanted,
            snapshot=_snapshot(data.get("snapshot"), path),
            entry=_entry(data.get("policy"), rule),
            planned=_planned(data.get("planned")),
            now=_now(data.get("now")),
            snapshot_file=_snapshot_file(data.get("snapshot"), path),
            expect=_expect(data.get("expect"), rule),
        )
    except _InvalidError as error:
        raise ExampleError(f"{source.place(error.keys)}: {error.message}") from None


def _document(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise _InvalidError("an example is a mapping with a snapshot")
    if "version" in data and "snapshot" not in data:
        return {"snapshot": data}
    for key in data:
        if key not in _KEYS:
            raise _InvalidError(f"{key}: unknown key; an example has {', '.join(_KEYS)}", key)
    return data


def _snapshot_file(value: Any, path: Path) -> Path | None:
    return (path.parent / value).resolve() if isinstance(value, str) else None


def _snapshot(value: Any, path: Path) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = read_source(path.parent / value).data
        except PolicyError as error:
            raise _InvalidError(f"snapshot: {error}", "snapshot") from None
    if not isinstance(value, dict):
        raise _InvalidError("snapshot: should be a snapshot, or the path of one", "snapshot")
    return {"version": 1, **value}


def _entry(value: Any, rule: str | None) -> dict[str, Any] | None:
    if value is not None and rule is None:
        raise _InvalidError("policy: is only for examples of a rule", "policy")
    if value is not None and not isinstance(value, dict):
        raise _InvalidError(f"policy: should be the policy's entry for {rule}", "policy")
    return value


def _now(value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_time(value).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):
        raise _InvalidError("now: should be a time such as 2026-11-22T12:00:00Z", "now") from None


def _expect(value: Any, rule: str | None) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _InvalidError("expect: should be a mapping", "expect")
    for key, wanted in value.items():
        if rule is not None and key not in _EXPECTED:
            raise _InvalidError(f"expect.{key}: unknown key; for a rule, use {', '.join(_EXPECTED)}", "expect", key)
        if rule is None and wanted not in RESULTS:
            raise _InvalidError(f"expect.{key}: should be one of {', '.join(RESULTS)}", "expect", key)
    return value


def _planned(value: Any) -> tuple[PlannedChange, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise _InvalidError("planned: should be a list of planned SecurityPreference resources", "planned")
    return tuple(_preference(each, index) for index, each in enumerate(value))


def _preference(value: Any, index: int) -> PlannedChange:
    """Return a planned preference. Only the operation is required; UNKNOWN and SECRET are markers."""
    if not isinstance(value, dict) or not set(value) <= set(_PLANNED) or value.get("operation") not in _OPERATIONS:
        message = f"should have operation ({', '.join(_OPERATIONS)}) and may have {', '.join(_PLANNED)}"
        raise _InvalidError(f"planned[{index}]: {message}", "planned", index)
    version = str(value.get("provider_version", ""))
    return PlannedChange(
        address=str(value.get("address", "pref")),
        operation=value["operation"],
        declared=_settings(value, "declared", index),
        recorded=_settings(value, "recorded", index) if "recorded" in value else None,
        dead=value.get("dead"),
        provider=Provider(version=version, eras=eras_of_constraints([version])) if version else Provider(),
    )


def _settings(preference: dict[str, Any], key: str, index: int) -> dict[str, Any]:
    values = preference.get(key, {})
    if not isinstance(values, dict):
        raise _InvalidError(f"planned[{index}].{key}: should be a mapping of the API's settings", "planned", index, key)
    return {name: _MARKERS.get(str(value), value) for name, value in values.items()}
