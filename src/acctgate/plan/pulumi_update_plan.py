"""Read the update plan that `pulumi preview --save-plan` writes.

It has what differs from the recorded inputs, the names of all that is declared, and the state after the deploy. It
does not have the recorded outputs, which the provider compares with, so that some differences are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from acctgate.model.effect import UNKNOWN, Marker, Operation
from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import DEAD_PROPERTY, HOURS, MASKS, PREFERENCE_KEYS
from acctgate.model.preference_request import MODES, OPTIONAL, VERIFICATION
from acctgate.model.provider import Provider
from acctgate.plan.plugin_evidence import plugin_of_outputs, plugin_of_saved_plan
from acctgate.plan.provider_plugin import ProviderPlugin
from acctgate.plan.pulumi_provider import (
    PlanProviders,
    foreign_reason,
    narrow_eras,
    provider_of,
    stack_configuration,
    terraform_names,
)
from acctgate.plan.pulumi_steps import OPERATIONS, deciding_step, is_deleted_last
from acctgate.plan.pulumi_values import (
    dead_value,
    named_settings,
    names_property,
    partly_named_settings,
    password_settings,
    settings,
    visible_text,
)
from acctgate.plan.require import PlanError, require_list, require_names, require_object
from acctgate.plan.resource_types import OTHER_KINDS, PREFERENCE_TYPES, PULUMI_TYPES, is_provider, resource_type
from acctgate.redact import one_line

_API_NAMES: Final = {key.pulumi: key.api for key in PREFERENCE_KEYS}


def read_update_plan(document: Mapping[str, Any]) -> list[Planned]:
    """Return the planned changes in an update plan.

    Raises:
        PlanError: The plan is incomplete, or a part is not as Pulumi writes it.
    """
    if document["resourcePlans"] is None:
        raise PlanError("plan.resourcePlans is missing: the plan is incomplete")
    plans = require_object(document, "resourcePlans", "plan")
    resources = [
        _ResourcePlan(urn, require_object(plans, urn, "resourcePlans"))
        for urn in plans
        if is_provider(urn) or resource_type(urn) in PULUMI_TYPES
    ]
    by_urn = {each.urn: provider_of(each.urn, each.properties) for each in resources if is_provider(each.urn)}
    providers = PlanProviders(by_urn, stack_configuration(document))
    wanted = [each for each in resources if each.urn not in by_urn]
    plugin = plugin_of_saved_plan() if wanted else ProviderPlugin()
    return [plugin.applied_to(_planned(each, providers.named(each.goal.get("provider")))) for each in wanted]


class _ResourcePlan:
    """What an update plan shows of one resource."""

    def __init__(self, urn: str, plan: Mapping[str, Any]) -> None:
        self.urn = urn
        self.plan = plan
        self.goal = require_object(plan, "goal", "resourcePlan")
        self.state = require_object(plan, "state", "resourcePlan")
        diff = require_object(self.goal, "inputDiff", "goal")
        self.adds = require_object(diff, "adds", "inputDiff")
        self.updates = require_object(diff, "updates", "inputDiff")
        self.deletes = require_names(diff, "deletes", "inputDiff")
        self.changed = {**self.adds, **self.updates}
        self.properties = {**self.state, **self.changed}
        """The inputs after the deploy. Unchanged ones are only in the state, which has outputs too."""
        self.declared = {*require_object(self.goal, "propertyDependencies", "goal"), *self.changed}
        """The names of all that is declared."""

    @property
    def operation(self) -> Operation:
        """The operation. A pure import has no steps and names the imported id."""
        if steps := require_list(self.plan, "steps", "resourcePlan"):
            return OPERATIONS[deciding_step(steps)]
        if "steps" not in self.plan and self.goal.get("id"):
            return "same"
        raise PlanError(f"resourcePlan.steps of {one_line(self.urn)} is missing: the plan is incomplete")

    @property
    def is_deleted_last(self) -> bool:
        """Whether an old resource is deleted after the new one is there."""
        return is_deleted_last(self.plan.get("steps") or ())

    @property
    def ignored(self) -> list[str]:
        """The property paths whose changes an update ignores."""
        return require_names(self.goal, "ignoreChanges", "goal")

    @property
    def updated_modes(self) -> list[str]:
        """The modes whose inputs changed. One that was an empty text has another value in the outputs."""
        return [key for key in MODES if key in settings(self.updates)]


def _planned(plan: _ResourcePlan, provider: Provider) -> Planned:
    if resource_type(plan.urn) in PREFERENCE_TYPES:
        return _preference(plan, provider)
    return OtherChange(
        address=plan.urn,
        kind=OTHER_KINDS[resource_type(plan.urn)],
        operation="delete" if plan.operation == "same" and plan.is_deleted_last else plan.operation,
        given=given_arguments(plan.properties),
        provider=provider,
        passwords=_passwords(plan),
        foreign=foreign_reason(plan.urn, provider),
    )


def _passwords(plan: _ResourcePlan) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource.

    The plan has no recorded outputs: what the inputs do not change is recorded as it is declared.
    """
    kind = OTHER_KINDS[resource_type(plan.urn)]
    if kind not in RESOURCES:
        return None
    after = password_settings(kind, plan.properties)
    names = {key: spelling.pulumi for key, spelling in RESOURCES[kind].keys.items()}
    declared = {key: after.get(key, UNKNOWN) for key, name in names.items() if name in plan.declared}
    if plan.operation == "create":
        return PlannedPasswords(declared, None, plan.is_deleted_last, perhaps_retained=True)
    recorded = {key: value for key, value in after.items() if names[key] not in plan.changed}
    recorded |= {key: UNKNOWN for key, name in names.items() if name in plan.deletes}
    # An update sends what is ignored as it is recorded, which is not shown.
    declared |= {key: UNKNOWN for key, name in names.items() if names_property(plan.ignored, name)}
    return PlannedPasswords(declared, recorded, plan.is_deleted_last, perhaps_retained=True)


def _preference(plan: _ResourcePlan, provider: Provider) -> PlannedChange:
    """Return what the deploy does with a SecurityPreference."""
    operation = plan.operation
    after = {**settings(plan.state), **settings(plan.changed)}
    dead = _dead(plan) if operation != "delete" else None
    change = PlannedChange(
        address=plan.urn,
        operation=operation,
        declared={key.api: after.get(key.api, UNKNOWN) for key in PREFERENCE_KEYS if key.pulumi in plan.declared},
        recorded=None if operation == "create" else _recorded(plan, after),
        dead=dead,
        recorded_dead=dead_value(plan.state) if dead is None else UNKNOWN,
        recorded_id=visible_text(plan.state.get("id")),
        imported=bool(plan.goal.get("id")),
        foreign=foreign_reason(plan.urn, provider),
        provider=narrow_eras(provider, plan.state),
        # An id is one to import. Whether this deploy still imports it, and so records the account again, is not shown.
        refreshed=None if plan.goal.get("id") else False,
    )
    return _updated(change, plan, provider) if operation == "update" else change


def _updated(change: PlannedChange, plan: _ResourcePlan, provider: Provider) -> PlannedChange:
    """Return an update with what differs from the recorded state, and without what the engine ignores."""
    differs, paths = _differences(plan, change.declared), plan.ignored
    ignored = named_settings(paths)
    change = replace(
        change,
        recorded=dict.fromkeys(ignored, UNKNOWN) | dict(change.recorded or {}),
        differs=differs,
        perhaps_recorded=_perhaps_recorded(plan, differs),
    )
    change = plugin_of_outputs(provider, terraform_names(plan.state)).applied_to(change)
    dead = names_property(paths, DEAD_PROPERTY[0])
    return change.ignoring(ignored, dead=dead, partly=partly_named_settings(paths))


def _dead(plan: _ResourcePlan) -> Any:
    """Return the value that the program gives for enforceMfaForLogin, or None."""
    if DEAD_PROPERTY[0] not in plan.declared:
        return None
    return dead_value(plan.properties) if DEAD_PROPERTY[0] in plan.properties else UNKNOWN


def _recorded(plan: _ResourcePlan, after: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recorded values that an update keeps: those that are not declared or have not changed."""
    changed = _api_names(plan.changed)
    values = {**after, **{name: value for name, value in settings(plan.state).items() if name in OPTIONAL}}
    recorded = {name: value for name, value in values.items() if name not in changed}
    # An empty value is not sent: the recorded one stays, which is not shown.
    recorded |= dict.fromkeys((name for name in MODES if after.get(name) == ""), UNKNOWN)
    if not plan.state:
        recorded.setdefault(HOURS, UNKNOWN)
    return recorded


def _differences(plan: _ResourcePlan, declared: Mapping[str, Any]) -> dict[str, bool | None]:
    """Return whether each setting differs from the recorded outputs, None if that is unknown.

    Without a difference in the inputs, an update comes from outputs that differ, and which ones is not shown. An input
    that is new may be in the outputs already, and one whose value is not shown may be the recorded one.
    """
    shown = settings(plan.changed)
    deleted = [name for name in plan.deletes if _API_NAMES.get(name) in OPTIONAL]
    emptied = {key for key, value in shown.items() if value == "" and key not in OPTIONAL}  # keeps what is recorded
    changed = {name for name in (*plan.changed, *deleted) if _API_NAMES.get(name) not in emptied} - {"__defaults"}
    if not changed:
        return dict.fromkeys((*declared, *OPTIONAL), None)
    found: dict[str, bool | None] = dict.fromkeys((name for name in OPTIONAL if name not in declared), None)
    found |= dict.fromkeys(_api_names((*plan.updates, *deleted)) | (_api_names(plan.adds) & {MASKS}), True)
    # An empty list is not sent with a create, so another may be recorded. A deleted one may have been empty.
    if not declared.get(VERIFICATION) or VERIFICATION in _api_names(deleted):
        found[VERIFICATION] = None
    unsure = _api_names(plan.adds) - {MASKS}
    unsure |= {key for key, value in shown.items() if isinstance(value, Marker) or key == VERIFICATION}
    if DEAD_PROPERTY[0] in changed:  # it alone may be what makes the update, of which newer providers send nothing
        unsure |= set(plan.updated_modes)
    found |= dict.fromkeys(unsure, None) | dict.fromkeys(emptied, False)
    known = UNKNOWN not in shown.values()  # one that is known only after the deploy may come to nothing
    if len(changed) == 1 and list(found.values()) == [None] and known:  # the only change that makes the update
        found |= dict.fromkeys(unsure - emptied, True)
    return found


def _perhaps_recorded(plan: _ResourcePlan, differs: Mapping[str, bool | None]) -> frozenset[str]:
    """Return the modes that may be recorded as they are declared now. A mode that alone makes the update is not."""
    changed = [name for name in (*plan.changed, *plan.deletes) if name != "__defaults"]
    alone = len(changed) == 1 and list(differs.values()) == [True]
    return frozenset(() if alone else plan.updated_modes)


def _api_names(properties: Iterable[str]) -> set[str]:
    """Return the API's names of the properties that are settings."""
    return {_API_NAMES[name] for name in properties if name in _API_NAMES}
