"""Read the output of `pulumi preview --json`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from acctgate.model.effect import UNKNOWN, Operation
from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.outcome import Place
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.preference_request import Resource, differs
from acctgate.model.provider import Provider
from acctgate.plan.plugin_evidence import plugin_of_preview
from acctgate.plan.provider_plugin import ProviderPlugin
from acctgate.plan.pulumi_provider import (
    PlanProviders,
    foreign_reason,
    narrow_eras,
    provider_of,
    stack_configuration,
)
from acctgate.plan.pulumi_steps import OPERATIONS, deciding_step, is_deleted_last
from acctgate.plan.pulumi_values import (
    dead_value,
    named_settings,
    names_property,
    password_settings,
    recorded_dead_value,
    recorded_settings,
    settings,
    visible_text,
)
from acctgate.plan.require import PlanError, require_names, require_object, require_objects, require_text
from acctgate.plan.resource_types import OTHER_KINDS, PREFERENCE_TYPES, PULUMI_TYPES, is_provider, resource_type
from acctgate.redact import one_line

_IMPORTS: Final = ("import", "import-replacement")
_POSITION: Final = re.compile(r"project:///(?P<file>[^/#][^#]*)#(?P<line>[1-9]\d{0,6})(,\d+)?", re.ASCII)


def read_preview(document: Mapping[str, Any]) -> list[Planned]:
    """Return the planned changes in a preview.

    Raises:
        PlanError: The preview failed, so that it is incomplete, or a part is not as Pulumi writes it.
    """
    diagnostics = require_objects(document, "diagnostics", "preview")
    for diagnostic in diagnostics:
        if diagnostic.get("severity") == "error":
            raise PlanError(f"the preview has failed: {one_line(diagnostic.get('message'))[:200]}")
    steps: dict[str, list[Mapping[str, Any]]] = {}
    for step in require_objects(document, "steps", "preview"):
        steps.setdefault(require_text(step, "urn", "step"), []).append(step)
    by_urn = {urn: provider_of(urn, _Resource(urn, steps[urn]).last_inputs) for urn in steps if is_provider(urn)}
    providers = PlanProviders(by_urn, stack_configuration(document))
    wanted = [_Resource(urn, steps[urn]) for urn in steps if resource_type(urn) in PULUMI_TYPES]
    plugin = plugin_of_preview(str(each.get("message")) for each in diagnostics) if wanted else ProviderPlugin()
    return [plugin.applied_to(_planned(resource, providers)) for resource in wanted]


class _Resource:
    """What a preview shows of one resource."""

    def __init__(self, urn: str, steps: Sequence[Mapping[str, Any]]) -> None:
        self.urn = urn
        self.steps = [_operation(step) for step in steps]
        self._left = [require_object(step, "oldState", "step") for step in steps if step.get("op") == "replace"]
        step = steps[self.steps.index(deciding_step(self.steps))]
        self.operation = OPERATIONS[deciding_step(self.steps)]
        self.new, self.old = require_object(step, "newState", "step"), require_object(step, "oldState", "step")
        self.provider = self.new.get("provider") or self.old.get("provider") or step.get("provider")
        self.inputs = require_object(self.new, "inputs", "newState")
        self.recorded_inputs = require_object(self.old, "inputs", "oldState")
        self.recorded_outputs = require_object(self.old, "outputs", "oldState")
        self.recorded = {**self.recorded_inputs, **self.recorded_outputs}
        """The outputs, with which the provider compares, and inputs in place of missing outputs."""
        self.last_inputs = self.inputs if self.new else self.recorded_inputs
        self.differing = require_names(step, "diffReasons", "step") if self.operation == "update" else []
        """The properties that differ for the provider, as far as the preview shows them."""

    @property
    def is_retained(self) -> bool:
        """Whether the engine forgets the old resource and does not destroy it."""
        return self.old.get("retainOnDelete") is True

    @property
    def is_deleted_last(self) -> bool:
        """Whether a replacement destroys the old resource after it has created the new one.

        The preview shows one step for a replacement, and by a mark that the old resource waits to be deleted.
        """
        waiting = [old for old in self._left if old.get("delete") is True]
        if waiting:
            return not all(old.get("retainOnDelete") is True for old in waiting)
        return is_deleted_last(self.steps) and not self.is_retained


def _operation(step: Mapping[str, Any]) -> str:
    """Return what a step does. A replacement by the resource of another id imports that one, as its new state shows."""
    operation = require_text(step, "op", "step")
    new = require_object(step, "newState", "step")
    imported = visible_text(new.get("importID"))
    return "import-replacement" if operation == "replace" and imported and new.get("id") == imported else operation


def _planned(resource: _Resource, providers: PlanProviders) -> Planned:
    provider = providers.named(resource.provider)
    foreign, place = foreign_reason(resource.urn, provider), place_of(resource.new.get("sourcePosition"))
    if resource_type(resource.urn) in PREFERENCE_TYPES:
        return _preference(resource, provider, foreign, place)
    return OtherChange(
        address=resource.urn,
        kind=OTHER_KINDS[resource_type(resource.urn)],
        operation=_other_operation(resource),
        given=given_arguments(resource.last_inputs),
        provider=provider,
        place=place,
        passwords=_passwords(resource),
        foreign=foreign,
    )


def _other_operation(resource: _Resource) -> Operation:
    """Return the operation. Whatever becomes of a resource that replaces another, the other one is deleted."""
    if resource.operation == "same" and resource.is_deleted_last:
        return "delete"
    return "same" if resource.operation == "delete" and resource.is_retained else resource.operation


def _preference(resource: _Resource, provider: Provider, foreign: str | None, place: Place | None) -> PlannedChange:
    operation, inputs = resource.operation, resource.inputs
    if operation in ("create", "update") and not resource.new:
        raise PlanError(f"step.newState of {one_line(resource.urn)} is missing")
    before = resource.recorded if operation != "create" and resource.old else None
    recorded_dead = recorded_dead_value(resource.recorded_inputs, resource.recorded_outputs)
    imported = any(step in _IMPORTS for step in resource.steps)
    change = PlannedChange(
        address=resource.urn,
        operation=operation,
        declared=settings(inputs),
        recorded=None if before is None else recorded_settings(resource.recorded_inputs, resource.recorded_outputs),
        dead=dead_value(inputs),
        recorded_dead=None if before is None else recorded_dead,
        recorded_id=visible_text(resource.old.get("id")) or visible_text(resource.new.get("id")),
        imported=imported or bool(resource.old.get("importID")),
        foreign=foreign,
        provider=narrow_eras(provider, inputs, before or {}),
        place=place,
        # The deploy records the account again right before the update, when other resources may have changed it.
        refreshed=imported or resource.old.get("refreshBeforeUpdate") is True,
    )
    return _without_ignored(change, resource.differing)


def _without_ignored(change: PlannedChange, differing: Sequence[str]) -> PlannedChange:
    """Return an update without the settings that differ from the recorded ones, but not for the provider.

    The preview does not show `ignoreChanges`. It shows which properties differ for the provider, which ignores these.
    """
    if not differing:
        return change
    resource, named = Resource(change.declared, change.recorded), named_settings(differing)
    ignored = [key.api for key in PREFERENCE_KEYS if key.api not in named and differs(resource, key.api)]
    dead = not names_property(differing, DEAD_PROPERTY[0]) and bool(change.dead) != bool(change.recorded_dead)
    return change.ignoring(ignored, dead=dead)


def _passwords(resource: _Resource) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource.

    What differs from the recorded values, but not for the provider, is ignored, and unknown: it may be sent again.
    """
    kind = OTHER_KINDS[resource_type(resource.urn)]
    if kind not in RESOURCES:
        return None
    declared = password_settings(kind, resource.inputs)
    recorded = password_settings(kind, resource.recorded) if resource.old else None
    if recorded is not None and (differing := resource.differing):
        values = {**RESOURCES[kind].defaults, **declared}
        for key, spelling in RESOURCES[kind].keys.items():
            ignored = key in values and not names_property(differing, spelling.pulumi)
            if ignored and recorded.get(key, values[key]) != values[key]:
                declared[key] = UNKNOWN
    return PlannedPasswords(declared, recorded, resource.is_deleted_last)


def place_of(position: Any) -> Place | None:
    """Return where the program declares a resource (`project:///__main__.py#12`), None for a file outside it."""
    match = _POSITION.fullmatch(position) if isinstance(position, str) else None
    file = one_line(unquote(match["file"])) if match else ""
    if match is None or file.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", file):
        return None
    return Place(file, int(match["line"]))
