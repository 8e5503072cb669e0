"""What a deploy does with the SecurityPreference resources that the engine shows to the pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from acctgate.crossguard.recorded import Recorded
from acctgate.model.planned_change import PlannedChange, Provider
from acctgate.plan.pulumi import date_by_properties, dead_value, provider_of, settings


@dataclass(frozen=True, slots=True)
class Declared:
    """A SecurityPreference that the program declares. Policies do not see the engine's operation on it."""

    urn: str
    inputs: Mapping[str, Any]
    provider_urn: str = ""
    provider_inputs: Mapping[str, Any] | None = None
    aliased: bool = False
    """Whether the state may record it under another URN."""

    @property
    def provider(self) -> Provider:
        """The provider that it belongs to."""
        return provider_of(self.provider_urn, self.provider_inputs or {})


def planned(declared: Declared, state: Recorded | None) -> PlannedChange:
    """Return what the deploy does with a resource, as far as the recorded state shows it.

    Without the recorded state the resource may be created, updated or left alone, and another provider may or may not
    mean a replacement: the operation is unknown, and a declared value counts only if the live account has it already.
    A resource that the state does not record is created or imported.
    """
    values = settings(declared.inputs)
    change = PlannedChange(
        address=declared.urn,
        operation="create",
        declared=values,
        dead=dead_value(declared.inputs),
        provider=declared.provider,
        perhaps_imported=True,
    )
    recorded = (state or {}).get(declared.urn)
    if recorded is None and state is not None and not declared.aliased:
        return change
    if recorded is None:
        return replace(change, operation="unknown")
    if declared.provider_urn and str(recorded.get("provider", "")).rpartition("::")[0] != declared.provider_urn:
        return replace(change, operation="unknown")
    before = {**(recorded.get("inputs") or {}), **(recorded.get("outputs") or {})}
    recorded_id = recorded.get("id")
    return replace(
        change,
        operation="update",  # an update without a difference sends nothing
        recorded=settings(before),
        recorded_dead=dead_value(before),
        recorded_id=recorded_id if isinstance(recorded_id, str) else None,
        provider=date_by_properties(change.provider, before),
    )
