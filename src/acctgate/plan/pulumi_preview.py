"""Read the output of `pulumi preview --json`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import UNKNOWN, PlannedChange, Provider
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.preference_request import Resource, differs
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.plan.pulumi import (
    OPERATIONS,
    PREFERENCE_TYPES,
    WANTED_TYPES,
    date_by_properties,
    dead_value,
    deciding_step,
    foreign_reason,
    is_deleted_last,
    is_provider,
    named_settings,
    names_property,
    password_settings,
    place_of,
    provider_named,
    provider_of,
    recorded_dead_value,
    resource_type,
    settings,
)
from acctgate.plan.require import PlanError, require_names, require_object, require_objects, require_text
from acctgate.redact import one_line

_CONFIG: Final = "alicloud:"
_IMPORTS: Final = ("import", "import-replacement")


def is_preview(document: Mapping[str, Any]) -> bool:
    """Return whether it is the output of `pulumi preview --json`. Other tools have steps too, but without URNs."""
    if document.get("steps", []) == []:
        summary = document.get("changeSummary")
        changes = isinstance(summary, dict) and any(count for name, count in summary.items() if name != "same")
        return "changeSummary" in document and "duration" in document and not changes
    steps = document["steps"]
    return isinstance(steps, list) and all(isinstance(step, dict) and {"op", "urn"} <= step.keys() for step in steps)


def read_preview(document: Mapping[str, Any]) -> list[Planned]:
    """Return the planned changes in a preview.

    Raises:
        PlanError: The preview failed, so that it is not whole, or a part is not as Pulumi writes it.
    """
    for diagnostic in require_objects(document, "diagnostics", "preview"):
        if diagnostic.get("severity") == "error":
            raise PlanError(f"the preview has failed: {one_line(diagnostic.get('message'))[:200]}")
    by_urn: dict[str, list[Mapping[str, Any]]] = {}
    for step in require_objects(document, "steps", "preview"):
        by_urn.setdefault(require_text(step, "urn", "step"), []).append(step)
    providers = {urn: _provider(urn, _deciding(steps)) for urn, steps in by_urn.items() if is_provider(urn)}
    configured = stack_configuration(document)
    return [
        _from_steps(urn, steps, providers, configured)
        if resource_type(urn) in PREFERENCE_TYPES
        else _other(urn, steps, providers, configured)
        for urn, steps in by_urn.items()
        if resource_type(urn) in WANTED_TYPES
    ]


def stack_configuration(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the stack configures of the default alicloud provider."""
    return {
        name.removeprefix(_CONFIG): value
        for name, value in require_object(document, "config", "plan").items()
        if name.startswith(_CONFIG)
    }


def _deciding(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    names = [require_text(step, "op", "step") for step in steps]
    return steps[names.index(deciding_step(names))]


def _from_steps(
    urn: str, steps: Sequence[Mapping[str, Any]], providers: Mapping[str, Provider], configured: Mapping[str, Any]
) -> PlannedChange:
    step = _deciding(steps)
    operation = OPERATIONS[step["op"]]
    new, old = require_object(step, "newState", "step"), require_object(step, "oldState", "step")
    if operation in ("create", "update") and not new:
        raise PlanError(f"step.newState of {one_line(urn)} is missing")
    inputs = require_object(new, "inputs", "newState")
    before: Mapping[str, Any] | None = None
    before_inputs, outputs = require_object(old, "inputs", "oldState"), require_object(old, "outputs", "oldState")
    if operation != "create" and old:
        before = {**before_inputs, **outputs}
    reference = new.get("provider") or old.get("provider") or step.get("provider")
    change = PlannedChange(
        address=urn,
        operation=operation,
        declared=settings(inputs),
        recorded=None if before is None else settings(before),
        dead=dead_value(inputs),
        recorded_dead=None if before is None else recorded_dead_value(before_inputs, outputs),
        recorded_id=_id(old) or _id(new),
        foreign=foreign_reason(urn),
        provider=date_by_properties(provider_named(reference, providers, configured), inputs, before or {}),
        place=place_of(new.get("sourcePosition")),
        # The deploy records the account again right before the update, when other resources may have changed it.
        refreshed=any(each["op"] in _IMPORTS for each in steps) or old.get("refreshBeforeUpdate") is True,
    )
    return _without_ignored(step, change) if operation == "update" else change


def _without_ignored(step: Mapping[str, Any], change: PlannedChange) -> PlannedChange:
    """Return an update without the settings that differ from the recorded ones, but not for the provider.

    The preview does not show `ignoreChanges`. It shows which properties differ for the provider, which ignores these.
    """
    if not (reasons := require_names(step, "diffReasons", "step")):
        return change
    resource = Resource(change.declared, change.recorded)
    named = named_settings(reasons)
    ignored = [key.api for key in PREFERENCE_KEYS if key.api not in named and differs(resource, key.api)]
    dead = not names_property(reasons, DEAD_PROPERTY[0]) and bool(change.dead) != bool(change.recorded_dead)
    return change.ignoring(ignored, dead=dead)


def _other(
    urn: str, steps: Sequence[Mapping[str, Any]], providers: Mapping[str, Provider], configured: Mapping[str, Any]
) -> OtherChange:
    step = _deciding(steps)
    new, old = require_object(step, "newState", "step"), require_object(step, "oldState", "step")
    reference = new.get("provider") or old.get("provider") or step.get("provider")
    return OtherChange(
        address=urn,
        kind=OTHER_TYPES[resource_type(urn)],
        operation=OPERATIONS[step["op"]],
        given=given_arguments(require_object(new or old, "inputs", "newState")),
        provider=provider_named(reference, providers, configured),
        place=place_of(new.get("sourcePosition")),
        passwords=_passwords(OTHER_TYPES[resource_type(urn)], new, old, steps),
    )


def _passwords(
    kind: str, new: Mapping[str, Any], old: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]
) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource.

    What differs from the recorded values, but not for the provider, is ignored, and unknown: it may be sent again.
    """
    if kind not in RESOURCES:
        return None
    declared = password_settings(kind, require_object(new, "inputs", "newState"))
    before = {**require_object(old, "inputs", "oldState"), **require_object(old, "outputs", "oldState")}
    recorded = password_settings(kind, before) if old else None
    step = _deciding(steps)
    if (
        recorded is not None
        and OPERATIONS[step["op"]] == "update"
        and (reasons := require_names(step, "diffReasons", "step"))
    ):
        known = [key for key, spelling in RESOURCES[kind].keys.items() if not names_property(reasons, spelling.pulumi)]
        values = {**RESOURCES[kind].defaults, **declared}
        declared |= {key: UNKNOWN for key in known if key in values and recorded.get(key, values[key]) != values[key]}
    return PlannedPasswords(declared, recorded, is_deleted_last([each["op"] for each in steps]))


def _id(state: Mapping[str, Any]) -> str | None:
    value = state.get("id")
    return value if isinstance(value, str) else None


def _provider(urn: str, step: Mapping[str, Any]) -> Provider:
    state = require_object(step, "newState", "step") or require_object(step, "oldState", "step")
    return provider_of(urn, require_object(state, "inputs", "newState"))
