"""What a deploy does with the SecurityPreference resources that the engine shows to the pack.

Policies do not see the engine's operation. It follows from the recorded state, from the engine's command line, and in
a preview from the outputs that the engine shows with the whole stack: what the provider computes is not known of a new
resource, and of an existing one it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from acctgate.crossguard.engine_command import UNKNOWN_COMMAND, EngineCommand
from acctgate.crossguard.recorded_state import Recorded, part_of
from acctgate.model.effect import LEAVES, UNKNOWN
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS
from acctgate.model.preference_request import FIRST_KEYS, OPTIONAL, Resource, differs
from acctgate.model.provider import Provider
from acctgate.plan.pulumi_provider import foreign_reason, narrow_eras, provider_of
from acctgate.plan.pulumi_values import (
    ALL,
    dead_value,
    is_unknown,
    named_settings,
    names_property,
    partly_named_settings,
    recorded_dead_value,
    recorded_settings,
    settings,
    visible_text,
)

Properties = Mapping[str, Any]
_COMPUTED: Final = ("id", *(key.pulumi for key in PREFERENCE_KEYS if key.api not in OPTIONAL))
"""Outputs that the provider fills in."""
_ALWAYS_COMPUTED: Final = frozenset(
    key.pulumi for key in PREFERENCE_KEYS if key.api in FIRST_KEYS and key.api not in OPTIONAL
)
"""Those that every version of the provider fills in. Older versions do not know the others."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A SecurityPreference that the program declares. Policies do not see the engine's operation on it."""

    urn: str
    inputs: Properties
    provider_urn: str = ""
    provider_inputs: Properties | None = None
    aliases: tuple[str, ...] = ()
    """The other URNs under which the state may record it."""
    ignored: tuple[str, ...] = ()
    """The property paths whose changes the engine ignores."""
    protected: bool = False
    """Whether the engine refuses to delete or replace it."""
    hidden_options: bool = True
    """Whether the program may newly have it replaced, by options that the engine does not show to policies."""

    def recorded_in(self, state: Recorded | None) -> Properties | None:
        """Return how the state records it. Of several entries, the engine takes the first."""
        return next((state[urn] for urn in (self.urn, *self.aliases) if urn in state), None) if state else None

    def touched_by(self, command: EngineCommand) -> bool | None:
        """Return whether the run may change it. None: it depends, such as on whether an alias is a target."""
        found = {command.touches(urn) for urn in (self.urn, *self.aliases)}
        return found.pop() if len(found) == 1 else None

    @property
    def provider(self) -> Provider:
        """The provider that it belongs to."""
        return narrow_eras(provider_of(self.provider_urn, self.provider_inputs or {}), self.inputs)

    @property
    def foreign(self) -> str | None:
        """Why it is perhaps not the alicloud provider's resource."""
        return foreign_reason(self.urn, self.provider)


def planned(
    declared: Declared,
    state: Recorded | None,
    command: EngineCommand = UNKNOWN_COMMAND,
    outputs: Properties | None = None,
) -> PlannedChange:
    """Return what the deploy does with a resource, as far as it is certain.

    Args:
        declared: The resource.
        state: The recorded resources, None if they are unknown: the resource may then be created, updated or left
            alone.
        command: The engine's command line.
        outputs: The previewed outputs, None without a preview.
    """
    recorded = declared.recorded_in(state)
    before = None if recorded is None else recorded_settings(part_of(recorded, "inputs"), part_of(recorded, "outputs"))
    change = PlannedChange(
        address=declared.urn,
        operation="unknown",
        declared=settings(declared.inputs),
        recorded=before,
        dead=dead_value(declared.inputs),
        recorded_dead=recorded_dead_value(part_of(recorded, "inputs"), part_of(recorded, "outputs")),
        recorded_id=visible_text((recorded or {}).get("id")),
        imported=bool((recorded or {}).get("importID")),
        provider=declared.provider,
        foreign=declared.foreign,
        refreshed=True if recorded and recorded.get("refreshBeforeUpdate") else command.refresh,
    )
    touched = declared.touched_by(command)
    if command.stored or touched is False:
        return replace(change, operation="same")
    if touched is None:
        change = replace(change, deferred=_perhaps_untouched(change, declared, outputs))
    if state is None or (recorded is None and declared.aliases):
        return _replaced(change, declared, outputs)
    if recorded is None:
        return _not_recorded(change, declared, outputs)
    return _recorded(change, declared, recorded, command, outputs)


def _not_recorded(change: PlannedChange, declared: Declared, outputs: Properties | None) -> PlannedChange:
    """Plan a resource that the state does not have: a create or an import, or nothing if the run leaves it out."""
    if outputs == {} and not declared.inputs:
        return replace(change, operation="same", deferred=False)
    match _is_new(outputs, {}, declared):
        case True:
            return replace(change, operation="create", refreshed=False)
        case False:  # an import
            return _ignoring(replace(change, operation="update", refreshed=True), declared.ignored)
    ignored = frozenset(named_settings(declared.ignored))  # by an import
    return replace(change, operation="create", refreshed=False, perhaps_imported=True, ignored=ignored)


def _recorded(
    change: PlannedChange,
    declared: Declared,
    recorded: Properties,
    command: EngineCommand,
    outputs: Properties | None,
) -> PlannedChange:
    """Plan a resource that the state has: an update, nothing, or a replacement, which creates it anew."""
    if outputs and _is_imported(change, recorded, outputs):
        return _ignoring(replace(change, operation="update", refreshed=True, imported=True), declared.ignored)
    # The engine shows what is recorded in place of all that is declared, and the provider ignores nothing.
    updated = _ignoring(change, [path for path in declared.ignored if path != ALL])
    if _keeps_recorded(updated, outputs):
        return replace(updated, operation="same", deferred=False)
    targeted = recorded.get("taint") or command.replaces(declared.urn)
    new = _is_new(outputs, part_of(recorded, "outputs"), declared)
    if targeted:  # the engine ignores the recorded resource, and ignoreChanges with it
        return replace(change, operation="create")
    if new or recorded.get("pendingReplacement"):
        return replace(_replaced(change, declared, outputs), operation="create")
    another = declared.provider_urn and str(recorded.get("provider", "")).rpartition("::")[0] != declared.provider_urn
    triggers = recorded.get("replaceOnChanges") or recorded.get("replacementTrigger") or recorded.get("replaceWith")
    # A preview shows whether it is an update, unless the program declares all that the provider computes.
    hidden = declared.hidden_options and outputs
    if new is None and (hidden or another or triggers or targeted is None) and not _is_kept(declared, recorded):
        return replace(_replaced(change, declared, outputs), operation="update", perhaps_replaced=True)
    imported = declared.hidden_options and outputs is not None and outputs.get("id") == "" and _may_be_imported(updated)
    return replace(updated, operation="update", perhaps_imported=imported)


def _is_kept(declared: Declared, recorded: Properties) -> bool:
    """Return whether the engine refuses to replace a resource that the state has. Policies do not see all reasons to.

    It shows them neither `replaceOnChanges` nor `replaceWith`, which may be new in the program.
    """
    return declared.protected and recorded.get("protect") is True


def _ignoring(change: PlannedChange, paths: Sequence[str]) -> PlannedChange:
    """Return what an update, or an import, leaves of a change if changes of these property paths are ignored."""
    dead = names_property(paths, DEAD_PROPERTY[0])
    return change.ignoring(named_settings(paths), dead=dead, partly=partly_named_settings(paths))


def _is_new(outputs: Properties | None, recorded: Properties, declared: Declared) -> bool | None:
    """Return whether the previewed outputs are those of a resource that is created anew. None: they do not show it.

    The plugin previews a create without computed outputs. Its id is empty in the preview of a create and of an update,
    an import that updates among them. An import has no output that its version of the provider does not know either,
    so only one that every version knows proves a create by its absence.

    Args:
        outputs: The previewed outputs.
        recorded: The recorded outputs.
        declared: The resource. What it declares is known before it is created.
    """
    if not outputs:
        return None
    without_id = outputs.get("id") == ""
    left_out = [name for name in _COMPUTED if declared.inputs.get(name) in (None, "")]
    computed = [name for name in left_out if not (without_id and name == "id")]
    if any(name in outputs and not is_unknown(outputs[name]) for name in computed):
        return False
    if without_id and not recorded:
        return None if _ALWAYS_COMPUTED.isdisjoint(computed) else True
    return True if any(name in outputs or name in recorded for name in computed) else None


def has_other_id(recorded: Properties, outputs: Properties) -> bool:
    """Return whether the previewed outputs have another id than the recorded resource."""
    shown = outputs.get("id")
    return bool(shown) and not is_unknown(shown) and recorded.get("id") not in (None, shown)


def _is_imported(change: PlannedChange, recorded: Properties, outputs: Properties) -> bool:
    """Return whether the previewed outputs show that a resource of another id is imported in place of this one.

    If the deploy then updates it, they do not show the id, but what the import has read in place of what is recorded.
    """
    if has_other_id(recorded, outputs):
        return True
    shown, before = outputs, part_of(recorded, "outputs")
    read = [key.pulumi for key in PREFERENCE_KEYS if key.api not in {*change.declared, *OPTIONAL}]
    known = [name for name in read if name in before and name in shown and not is_unknown(shown[name])]
    return change.refreshed is False and any(shown[name] != before[name] for name in known)


def _may_be_imported(change: PlannedChange) -> bool:
    """Return whether what a preview shows as an update may import a resource of another id in place of this one.

    That is taken for a mistake, which policies do not see, if the recorded id is the account's, as the provider gives
    it today, and the update has another cause.
    """
    if change.recorded_account is None and any(era.id_is_account for era in change.provider.eras):
        return True
    resource = Resource(change.declared, change.recorded, change.differs)
    caused = any(differs(resource, key.api) is not False for key in PREFERENCE_KEYS)
    return not caused and bool(change.dead) == bool(change.recorded_dead)


def _keeps_recorded(change: PlannedChange, outputs: Properties | None) -> bool:
    """Return whether the outputs show a recorded value in place of a declared one: the run leaves the resource out."""
    if not outputs or not change.recorded:
        return False
    shown = settings(outputs)
    return any(
        not is_unknown(shown[key]) and shown[key] == change.recorded.get(key) != value
        for key, value in change.declared.items()
        if key in shown and value not in ("", LEAVES) and type(value) is type(shown[key])
    )


def _perhaps_untouched(change: PlannedChange, declared: Declared, outputs: Properties | None) -> bool:
    """Return whether the run may leave the resource out. Outputs that show a new value prove that it does not."""
    if not outputs or change.recorded is None:
        return not (outputs and _is_new(outputs, {}, declared))
    shown, before = settings(outputs), change.recorded
    return not any(shown.get(key) == value != before.get(key) for key, value in change.declared.items())


def _replaced(change: PlannedChange, declared: Declared, outputs: Properties | None) -> PlannedChange:
    """Plan settings whose changes are ignored as the program declares them, which is what a replacement sends.

    The engine shows the policy the recorded values in place of the declared ones. The previewed outputs show the
    declared ones.
    """
    keys = named_settings(declared.ignored)
    shown = settings(outputs or {})
    values = {key: shown.get(key, UNKNOWN) for key in keys if not outputs or key in shown}
    rest = {key: value for key, value in change.declared.items() if key not in keys}
    dead = change.dead
    if names_property(declared.ignored, DEAD_PROPERTY[0]):
        dead = dead_value(outputs) if outputs else UNKNOWN
    return replace(change, declared={**rest, **values}, dead=dead)
