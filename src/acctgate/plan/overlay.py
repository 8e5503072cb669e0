"""The account as it will be: a snapshot, and on it what a deploy changes. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any, Final

from acctgate.model.outcome import Place
from acctgate.model.planned_change import LEAVES, Effect, PlannedChange
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.preference_request import VERIFICATION
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.redact import one_line
from acctgate.text import show

SECTION: Final = "SecurityPreference"
_PATHS: Final[dict[str, Path]] = {key.api: key.path for key in PREFERENCE_KEYS}


def overlay(snapshot: Snapshot, planned: Sequence[PlannedChange]) -> Snapshot:
    """Return the account after the deploy of these resources, with a note on each setting that they touch.

    A setting that two resources change in different ways is unknown: the order of the calls is not defined.
    """
    everything = (*(snapshot.planned or ()), *planned)
    if snapshot.unreadable is not None:
        return replace(snapshot, planned=everything, before=snapshot if planned else None)
    live = {key: snapshot.read(path) for key, path in _PATHS.items()}
    if SECTION in snapshot.document and isinstance(live[VERIFICATION], Unknown) and live[VERIFICATION].absent:
        live[VERIFICATION] = []  # the API leaves out an empty list
    known: list[dict[str, Any]] = [{key: value for key, value in live.items() if not isinstance(value, Unknown)}]
    if sum(change.operation not in ("same", "delete") for change in planned) > 1:
        known.append({})  # one resource may be refreshed after another has changed the account
    touched: dict[str, list[tuple[str, Effect]]] = {}
    for change in planned:
        for key, effect in change.effects(*known).items():
            touched.setdefault(key, []).append((change.name, effect))
    after = {key: _combined(effects) for key, effects in touched.items()}
    values = {key: _after(after[key], live[key]) if key in after else live[key] for key in _PATHS}
    return replace(
        _with_values(snapshot, values),
        notes={_PATHS[key]: _note(effect, live[key]) for key, effect in after.items()},
        places=_places(planned),
        planned=everything,
        before=snapshot.before or (_with_values(snapshot, live) if planned else None),
        read_as=snapshot.read_as,
    )


def _with_values(snapshot: Snapshot, values: dict[str, Any]) -> Snapshot:
    """Return the account with these settings, each a value or `Unknown`."""
    document = {"version": 1, **snapshot.document, SECTION: _section(snapshot, values)}
    if SECTION in snapshot.errors:  # the reason stays with each value that is still unknown
        document["errors"] = {name: error for name, error in snapshot.errors.items() if name != SECTION}
    found = Snapshot.from_document(document)
    return replace(found, problems={**found.problems, **_problems(snapshot, values)})


def _places(planned: Sequence[PlannedChange]) -> dict[Path, Place]:
    """Where the program declares the resource that touches a setting."""
    return {_PATHS[key]: change.place for change in planned if change.place is not None for key in change.effects()}


def _section(snapshot: Snapshot, values: dict[str, Any]) -> dict[str, Any]:
    """Return the live section with every known planned value."""
    live = snapshot.document.get(SECTION)
    section: dict[str, Any] = deepcopy(live) if isinstance(live, dict) else {}
    if SECTION in snapshot.errors:  # else a missing group would hide why a value is unknown
        section = {**{key.group: {} for key in PREFERENCE_KEYS}, **section}
    for key in PREFERENCE_KEYS:
        if not isinstance(values[key.api], Unknown):
            if not isinstance(section.setdefault(key.group, {}), dict):
                section[key.group] = {}
            section[key.group][key.api] = values[key.api]
    return section


def _problems(snapshot: Snapshot, values: dict[str, Any]) -> dict[Path, str]:
    """Why values are unknown. A value that is only absent from an answer stays absent."""
    read = SECTION in snapshot.document
    unknown = {key: value for key, value in values.items() if isinstance(value, Unknown)}
    return {_PATHS[key]: value.reason for key, value in unknown.items() if not (value.absent and read)}


def _note(effect: Effect, live: Any) -> str:
    changed = effect.kind == "sets" and not isinstance(live, Unknown) and not _same(live, effect.value)
    return f"{effect.note} (now {show(live)})" if changed else effect.note


def unmatched(snapshot: Snapshot, planned: Sequence[tuple[PlannedChange, str]]) -> Snapshot:
    """Return the account where it is not known whether these resources are deployed to it: their settings are unknown.

    Args:
        snapshot: The account.
        planned: The resources, and why each cannot be matched.
    """
    problems = dict(snapshot.problems)
    for change, why in planned:
        reason = (
            f"{change.name} cannot be matched to an account{f', {why}' if why else ''}; name its provider "
            f"{one_line(change.provider.name)} under `accounts` in the policy file"
        )
        for key, effect in change.effects().items():
            if effect.kind != "leaves":
                problems[_PATHS[key]] = reason
    changes = [change for change, _ in planned]
    return replace(
        snapshot,
        problems=problems,
        places=_places(changes),
        planned=(*(snapshot.planned or ()), *changes),
        before=snapshot.before or snapshot,
    )


def _after(effect: Effect, live: Any) -> Any:
    """Return the setting's value after the deploy."""
    match effect.kind:
        case "sets":
            return effect.value
        case "unknown":
            return Unknown(effect.note)
        case "either":
            values = [live if value is LEAVES else value for value in effect.value]
            return values[0] if all(_same(value, values[0]) for value in values) else Unknown(effect.note)
    return live


def _combined(touching: list[tuple[str, Effect]]) -> Effect:
    """Combine the effects of all resources that send a setting."""
    sending = [(name, effect) for name, effect in touching if effect.kind != "leaves"] or touching
    first = sending[0][1]
    if all(effect.kind == first.kind and _same(effect.value, first.value) for _, effect in sending):
        return first
    if first.kind == "leaves":
        return replace(first, note="; ".join(effect.note for _, effect in sending))
    sending.sort(key=lambda each: each[0])  # the engine registers resources in any order
    names = " and ".join(name for name, _ in sending)
    values = " or ".join(dict.fromkeys(show(e.value) if e.kind == "sets" else "unknown" for _, e in sending))
    return Effect("unknown", None, f"{names} contradict each other ({values}): one account has one SecurityPreference")


def _same(first: Any, second: Any) -> bool:
    return type(first) is type(second) and bool(first == second)
