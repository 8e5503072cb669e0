"""The SecurityPreference resources of a stack, as the engine shows them to the pack: what the deploy sends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from acctgate.crossguard.recorded import Recorded
from acctgate.model.planned_change import MASKS, PlannedChange, Provider
from acctgate.plan.pulumi import dead_value, provider_of, settings


@dataclass(frozen=True, slots=True)
class Declared:
    """A SecurityPreference that the program declares. Policies are not told what becomes of it."""

    urn: str
    inputs: Mapping[str, Any]
    provider_urn: str = ""
    provider_inputs: Mapping[str, Any] | None = None
    aliased: bool = False
    """Whether it may be recorded under another URN."""

    @property
    def provider(self) -> Provider:
        """The provider that it goes to."""
        return provider_of(self.provider_urn, self.provider_inputs or {})


def planned(declared: Declared, state: Recorded | None) -> PlannedChange:
    """What the deploy does with it, as far as the recorded state tells.

    Without the recorded state it may be created, updated or left alone, and a provider that is another one may or may
    not mean a replacement: then what is declared counts only where the live account agrees already. What is not
    recorded is created or imported.
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
    before = settings({**(recorded.get("inputs") or {}), **(recorded.get("outputs") or {})})
    differs = any(before.get(key) != value for key, value in values.items())
    clears = MASKS not in values and bool(before.get(MASKS))
    return replace(change, operation="update" if differs or clears else "same", recorded=before)
