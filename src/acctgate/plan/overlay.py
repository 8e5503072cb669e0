"""Lay what a deploy changes over a snapshot: the account as it will be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from acctgate.language import Bilingual
from acctgate.model import password_request
from acctgate.model.effect import Effect
from acctgate.model.other_change import OtherChange
from acctgate.model.outcome import Place
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.preference_request import VERIFICATION
from acctgate.model.snapshot import Path, Snapshot, Unknown
from acctgate.plan.apply_effects import Layer, apply_effects, unmatched_reason

SECTION: Final = "SecurityPreference"
_PATHS: Final[dict[str, Path]] = {key.api: key.path for key in PREFERENCE_KEYS}
_PREFERENCE: Final = Layer(SECTION, _PATHS, Bilingual(SECTION, f" {SECTION}"))
_PASSWORDS: Final = Layer(
    password_request.SECTION,
    {key: (password_request.SECTION, key) for key in password_request.API_DEFAULTS},
    Bilingual("password policy", "密码策略"),
)


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
    after = apply_effects(snapshot, _PREFERENCE, live, touched, _places(planned))
    return replace(after, planned=everything, before=after.before if planned else snapshot.before)


def overlay_passwords(snapshot: Snapshot, planned: Sequence[OtherChange]) -> Snapshot:
    """Return the account after the deploy of these resources, as far as they change its password policy."""
    touched: dict[str, list[tuple[str, Effect]]] = {}
    places: dict[Path, Place] = {}
    for change in planned:
        for key, effect in change.effects().items():
            touched.setdefault(key, []).append((change.name, effect))
            if change.place is not None:
                places[_PASSWORDS.paths[key]] = change.place
    if not touched or snapshot.unreadable is not None:
        return snapshot
    live = {key: snapshot.read(path) for key, path in _PASSWORDS.paths.items()}
    return apply_effects(snapshot, _PASSWORDS, live, touched, places)


def _places(planned: Sequence[PlannedChange]) -> dict[Path, Place]:
    """Return where the program declares the resource that touches a setting."""
    return {_PATHS[key]: change.place for change in planned if change.place is not None for key in change.effects()}


def mark_unmatched(snapshot: Snapshot, planned: Sequence[tuple[PlannedChange, str]]) -> Snapshot:
    """Return the account where it is not known whether these resources are deployed to it: their settings are unknown.

    Args:
        snapshot: The account.
        planned: The resources, and why each cannot be matched.
    """
    problems = dict(snapshot.problems)
    for change, why in planned:
        reason = unmatched_reason(change.name, change.provider.name, why)
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


def mark_unmatched_passwords(snapshot: Snapshot, planned: Sequence[tuple[OtherChange, str]]) -> Snapshot:
    """Return the account where it is not known whether these resources are deployed to it; see `mark_unmatched`."""
    problems = {
        _PASSWORDS.paths[key]: unmatched_reason(change.name, change.provider.name, why)
        for change, why in planned
        for key in change.effects()
    }
    if not problems:
        return snapshot
    return replace(snapshot, problems={**snapshot.problems, **problems}, before=snapshot.before or snapshot)
