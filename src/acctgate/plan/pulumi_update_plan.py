"""Read the update plan that `pulumi preview --save-plan` writes.

It has what differs from the recorded inputs, the names of all that is declared, and the state after the deploy. It
does not have the recorded outputs, which the provider compares with, so that some differences are not known.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import HOURS, UNKNOWN, Marker, Operation, PlannedChange, Provider
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.preference_request import MASKS, MODES, OPTIONAL, VERIFICATION
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
    partly_named_settings,
    password_settings,
    provider_named,
    provider_of,
    resource_type,
    settings,
)
from acctgate.plan.pulumi_preview import stack_configuration
from acctgate.plan.require import PlanError, require_list, require_names, require_object
from acctgate.redact import one_line

_API_NAMES = {key.pulumi: key.api for key in PREFERENCE_KEYS}
_PULUMI_MASKS = next(key.pulumi for key in PREFERENCE_KEYS if key.api == MASKS)


def is_update_plan(document: Mapping[str, Any]) -> bool:
    """Return whether it is what `--save-plan` writes."""
    return "resourcePlans" in document


def read_update_plan(document: Mapping[str, Any]) -> list[Planned]:
    """Return the planned changes in an update plan.

    Raises:
        PlanError: The plan is not whole, or a part is not as Pulumi writes it.
    """
    if document["resourcePlans"] is None:
        raise PlanError("plan.resourcePlans is missing: the plan is not whole")
    all_plans = require_object(document, "resourcePlans", "plan")
    plans = {
        urn: require_object(all_plans, urn, "resourcePlans")
        for urn in all_plans
        if is_provider(urn) or resource_type(urn) in WANTED_TYPES
    }
    providers = {urn: _provider(urn, plan) for urn, plan in plans.items() if is_provider(urn)}
    configured = stack_configuration(document)
    return [
        (_from_plan if resource_type(urn) in PREFERENCE_TYPES else _other)(urn, plan, providers, configured)
        for urn, plan in plans.items()
        if not is_provider(urn)
    ]


def _other(
    urn: str, plan: Mapping[str, Any], providers: Mapping[str, Provider], configured: Mapping[str, Any]
) -> OtherChange:
    goal, state = require_object(plan, "goal", "resourcePlan"), require_object(plan, "state", "resourcePlan")
    return OtherChange(
        address=urn,
        kind=OTHER_TYPES[resource_type(urn)],
        operation=_operation(urn, plan),
        given=given_arguments({**state, **_changed(goal)}),
        provider=provider_named(goal.get("provider"), providers, configured),
        passwords=_passwords(urn, plan, goal, state),
    )


def _passwords(
    urn: str, plan: Mapping[str, Any], goal: Mapping[str, Any], state: Mapping[str, Any]
) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource.

    The plan has no recorded outputs: what the inputs do not change is recorded as it is declared.
    """
    kind = OTHER_TYPES[resource_type(urn)]
    if kind not in RESOURCES:
        return None
    names = set(require_object(goal, "propertyDependencies", "goal")) | set(_changed(goal))
    after = password_settings(kind, {**state, **_changed(goal)})
    spelled = {key: spelling.pulumi for key, spelling in RESOURCES[kind].keys.items()}
    declared = {key: after.get(key, UNKNOWN) for key, name in spelled.items() if name in names}
    deleted = require_names(require_object(goal, "inputDiff", "goal"), "deletes", "inputDiff")
    recorded = {key: value for key, value in after.items() if spelled[key] not in _changed(goal)}
    recorded |= {key: UNKNOWN for key, name in spelled.items() if name in deleted}
    creates = _operation(urn, plan) == "create"
    if not creates:  # an update sends what is ignored as it is recorded, which is not shown
        paths = require_names(goal, "ignoreChanges", "goal")
        declared |= {key: UNKNOWN for key, name in spelled.items() if names_property(paths, name)}
    return PlannedPasswords(declared, None if creates else recorded, is_deleted_last(plan.get("steps") or ()))


def _from_plan(
    urn: str, plan: Mapping[str, Any], providers: Mapping[str, Provider], configured: Mapping[str, Any]
) -> PlannedChange:
    operation = _operation(urn, plan)
    goal, state = require_object(plan, "goal", "resourcePlan"), require_object(plan, "state", "resourcePlan")
    names = set(require_object(goal, "propertyDependencies", "goal")) | set(_changed(goal))
    after = {**settings(state), **settings(_changed(goal))}
    declared = {key.api: after.get(key.api, UNKNOWN) for key in PREFERENCE_KEYS if key.pulumi in names}
    differs = _differences(goal, declared, state) if operation == "update" else {}
    dead = None
    if DEAD_PROPERTY[0] in names and operation != "delete":
        planned = {**state, **_changed(goal)}
        dead = dead_value(planned) if DEAD_PROPERTY[0] in planned else UNKNOWN
    paths = require_names(goal, "ignoreChanges", "goal") if operation == "update" else []
    ignored = named_settings(paths)
    recorded = None if operation == "create" else dict.fromkeys(ignored, UNKNOWN) | _recorded(goal, after, state)
    change = PlannedChange(
        address=urn,
        operation=operation,
        declared=declared,
        recorded=recorded,
        differs=differs,
        perhaps_recorded=_perhaps_recorded(goal, differs) if operation == "update" else frozenset(),
        dead=dead,
        recorded_dead=dead_value(state) if dead is None else UNKNOWN,
        recorded_id=state["id"] if isinstance(state.get("id"), str) else None,
        foreign=foreign_reason(urn),
        provider=date_by_properties(provider_named(goal.get("provider"), providers, configured), state),
        # An id is one to import. Whether this deploy still imports it, and so records the account again, is not shown.
        refreshed=None if goal.get("id") else False,
    )
    dead_ignored = names_property(paths, DEAD_PROPERTY[0])
    return change.ignoring(ignored, dead=dead_ignored, partly=partly_named_settings(paths))


def _operation(urn: str, plan: Mapping[str, Any]) -> Operation:
    """Return the operation of a resource. A pure import has no steps and names the imported id."""
    steps = require_list(plan, "steps", "resourcePlan")
    if steps:
        return OPERATIONS[deciding_step(steps)]
    if "steps" not in plan and require_object(plan, "goal", "resourcePlan").get("id"):
        return "same"
    raise PlanError(f"resourcePlan.steps of {one_line(urn)} is missing: the plan is not whole")


def _recorded(goal: Mapping[str, Any], after: Mapping[str, Any], state: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recorded values that an update keeps: those that are not declared or have not changed."""
    changed = {_API_NAMES.get(name) for name in _changed(goal)}
    recorded = {name: value for name, value in after.items() if name not in changed and name not in OPTIONAL}
    recorded |= {name: value for name, value in settings(state).items() if name in OPTIONAL and name not in changed}
    # An empty value is not sent: the recorded one stays, which is not shown.
    recorded |= dict.fromkeys((name for name in MODES if after.get(name) == ""), UNKNOWN)
    if HOURS not in state and not state:
        recorded.setdefault(HOURS, UNKNOWN)
    return recorded


def _differences(
    goal: Mapping[str, Any], declared: Mapping[str, Any], state: Mapping[str, Any]
) -> dict[str, bool | None]:
    """Return whether each setting differs from the recorded outputs, None where that is not known.

    Without a difference in the inputs, an update comes from outputs that differ, and which ones is not shown. An input
    that is new may stand in the outputs already, and one whose value is not shown may be the recorded one.
    """
    diff = require_object(goal, "inputDiff", "goal")
    adds, updates = require_object(diff, "adds", "inputDiff"), require_object(diff, "updates", "inputDiff")
    deletes = [name for name in require_names(diff, "deletes", "inputDiff") if _API_NAMES.get(name) in OPTIONAL]
    shown = settings({**adds, **updates})
    emptied = {key for key, value in shown.items() if value == "" and key not in OPTIONAL}  # keeps what is recorded
    changed = {name for name in (*adds, *updates, *deletes) if _API_NAMES.get(name) not in emptied} - {"__defaults"}
    if not changed:
        return dict.fromkeys((*declared, *OPTIONAL), None)
    found: dict[str, bool | None] = dict.fromkeys((name for name in OPTIONAL if name not in declared), None)
    if not declared.get(VERIFICATION):  # an empty list is not sent with a create, so another may be recorded
        found[VERIFICATION] = None
    found |= {_API_NAMES[name]: True for name in (*updates, *deletes) if name in _API_NAMES}
    if VERIFICATION in map(_API_NAMES.get, deletes):  # its recorded value is not shown, and may be an empty list
        found[VERIFICATION] = None
    unsure = [_API_NAMES[name] for name in adds if name in _API_NAMES and name != _PULUMI_MASKS]
    unsure += [key for key, value in shown.items() if isinstance(value, Marker) or key == VERIFICATION]
    if DEAD_PROPERTY[0] in changed:  # it alone may be what makes the update, of which newer providers send nothing
        unsure += _updated_modes(diff)
    found |= {MASKS: True} if _PULUMI_MASKS in adds else {}
    found |= dict.fromkeys(unsure, None) | dict.fromkeys(emptied, False)
    unsure = [key for key in unsure if key not in emptied]
    only = len(changed) == 1 and list(found.values()) == [None]
    return found | {name: True for name in unsure if only}


def _updated_modes(diff: Mapping[str, Any]) -> list[str]:
    """Return the modes whose inputs changed. One that was an empty text has another value in the outputs."""
    return [key for key in MODES if key in settings(require_object(diff, "updates", "inputDiff"))]


def _perhaps_recorded(goal: Mapping[str, Any], differs: Mapping[str, bool | None]) -> frozenset[str]:
    """Return the modes that may be recorded as they are declared now. A mode that alone makes the update is not."""
    diff = require_object(goal, "inputDiff", "goal")
    changed = [name for name in (*_changed(goal), *require_names(diff, "deletes", "inputDiff")) if name != "__defaults"]
    alone = len(changed) == 1 and list(differs.values()) == [True]
    return frozenset(() if alone else _updated_modes(diff))


def _changed(goal: Mapping[str, Any]) -> dict[str, Any]:
    diff = require_object(goal, "inputDiff", "goal")
    return {**require_object(diff, "adds", "inputDiff"), **require_object(diff, "updates", "inputDiff")}


def _provider(urn: str, plan: Mapping[str, Any]) -> Provider:
    """Return the provider. The plan has its unchanged inputs only in the state."""
    goal, state = require_object(plan, "goal", "resourcePlan"), require_object(plan, "state", "resourcePlan")
    return provider_of(urn, {**state, **_changed(goal)})
