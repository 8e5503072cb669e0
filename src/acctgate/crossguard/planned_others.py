"""What a deploy does with planned resources other than a SecurityPreference that change what rules judge.

Policies see neither the engine's operation nor a resource that is to be deleted. Both follow from the recorded state
and from the engine's command line, as far as they are certain.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from acctgate.crossguard.engine_command import EngineCommand
from acctgate.crossguard.planned_preference import Declared, Properties, has_other_id
from acctgate.crossguard.recorded_state import Recorded, part_of
from acctgate.model.effect import Operation
from acctgate.model.other_change import OtherChange, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.provider import Provider
from acctgate.plan.pulumi_provider import foreign_reason, provider_of
from acctgate.plan.pulumi_values import is_unknown, password_settings
from acctgate.plan.resource_types import OTHER_KINDS, resource_type

_IRRELEVANT: Final = ("__defaults", "password")
"""Inputs that no rule depends on. The state shows a password only in encrypted form, so it cannot be compared."""
_REPLACING: Final = ("taint", "pendingReplacement", "replaceOnChanges", "replacementTrigger", "replaceWith")
"""Marks of a recorded resource that may have it replaced."""


def planned_others(
    declared: Mapping[str, Declared],
    state: Recorded | None,
    command: EngineCommand,
    outputs: Mapping[str, Properties],
) -> Iterator[OtherChange]:
    """Yield what the deploy changes in other resources, those that it deletes among them.

    Args:
        declared: The resources that the program declares, by URN.
        state: The recorded resources, None if they are not known.
        command: The engine's command line.
        outputs: The previewed outputs, by URN.
    """
    for urn, each in declared.items():
        recorded = each.recorded_in(state)
        operation = _operation(each, recorded, command, known=state is not None)
        id_ = outputs.get(urn, {}).get("id")
        if recorded is not None and (is_unknown(id_) or (id_ == "" and operation == "same")):
            operation = "unknown"  # it is replaced, or updated for another reason
        if recorded is not None and operation != "unknown" and has_other_id(recorded, outputs.get(urn, {})):
            # The one of another id is imported in its place, and is as the program declares it.
            operation = "delete" if _is_deleted(recorded) else "same"
        if operation == "create" and each.ignored and _may_be_imported(outputs.get(urn, {})):
            operation = "unknown"  # what is ignored stays as it is
        if operation != "same":
            change = _change(urn, operation, each.inputs, each.provider, recorded)
            hidden = operation == "update" and id_ == "" and each.hidden_options
            yield _perhaps_replaced(change, recorded or {}) if hidden else change
    known = {str((each.recorded_in(state) or {}).get("urn")) for each in declared.values()}
    renamed = {resource_type(urn) for urn, each in declared.items() if each.aliases and not each.recorded_in(state)}
    for urn, recorded in (state or {}).items():
        if urn in known or resource_type(urn) not in OTHER_KINDS or not _is_deleted(recorded):
            continue
        touched = command.touches(recorded["urn"])  # the key of what a replacement has left is longer
        if not command.stored and touched is not False:
            certain = touched and resource_type(urn) not in renamed
            provider = _recorded_provider(recorded, state or {})
            yield _change(urn, "delete" if certain else "unknown", part_of(recorded, "inputs"), provider, recorded)


def _change(
    urn: str, operation: Operation, inputs: Properties, provider: Provider, recorded: Properties | None
) -> OtherChange:
    kind, passwords = OTHER_KINDS[resource_type(urn)], None
    if kind in RESOURCES and operation != "unknown":
        before = {**part_of(recorded, "inputs"), **part_of(recorded, "outputs")}
        passwords = PlannedPasswords(
            {} if operation == "delete" else password_settings(kind, inputs),
            None if recorded is None else password_settings(kind, before),
        )
    foreign = foreign_reason(urn, provider)
    return OtherChange(urn, kind, operation, given_arguments(inputs), provider, passwords=passwords, foreign=foreign)


def _perhaps_replaced(change: OtherChange, recorded: Properties) -> OtherChange:
    """Return an update that may be a replacement: a preview shows policies the same of both.

    Neither `protect` nor `deleteBeforeReplace` keeps an import in its place from destroying the old resource last.
    """
    if change.passwords is None:
        return change
    forgotten = recorded.get("retainOnDelete") is True
    return replace(change, passwords=replace(change.passwords, perhaps_replaced="kept" if forgotten else "destroyed"))


def _operation(declared: Declared, recorded: Properties | None, command: EngineCommand, *, known: bool) -> Operation:
    touched = declared.touched_by(command)
    if command.stored or touched is False:
        return "same"
    if not known or touched is None or (recorded is None and declared.aliases):
        return "unknown"
    if recorded is None:
        return "create"
    replaced = any(map(recorded.get, _REPLACING))
    as_it_is = command.replaces(declared.urn) is False and command.refresh is False and not replaced
    provider = str(recorded.get("provider", "")).rpartition("::")[0]
    if not as_it_is or is_unknown(declared.inputs) or provider != declared.provider_urn:
        return "unknown"
    if _relevant(declared.inputs) == _relevant(part_of(recorded, "inputs")) and not _has_drifted(declared, recorded):
        return "same"
    return "unknown" if declared.ignored else "update"


def _may_be_imported(outputs: Properties) -> bool:
    """Return whether the previewed outputs may be those of an import. One that updates has an empty id, as a create."""
    return "id" in outputs and not is_unknown(outputs["id"])


def _has_drifted(declared: Declared, recorded: Properties) -> bool:
    """Return whether a refresh has recorded other values of a password policy than the program declares."""
    kind = OTHER_KINDS[resource_type(declared.urn)]
    if kind not in RESOURCES:
        return False
    before = password_settings(kind, part_of(recorded, "outputs"))
    return any(before.get(key, value) != value for key, value in password_settings(kind, declared.inputs).items())


def _relevant(inputs: Properties) -> Mapping[str, Any]:
    return {name: value for name, value in inputs.items() if name not in _IRRELEVANT and value is not None}


def _is_deleted(recorded: Properties) -> bool:
    """Return whether a resource that the program no longer declares is deleted, and not only forgotten."""
    return bool(recorded.get("custom")) and not recorded.get("external") and not recorded.get("retainOnDelete")


def _recorded_provider(recorded: Properties, state: Recorded) -> Provider:
    urn = str(recorded.get("provider", "")).rpartition("::")[0]
    return provider_of(urn, part_of(state.get(urn), "inputs"))
