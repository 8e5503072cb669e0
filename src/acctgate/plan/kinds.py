"""Tell from a few keys which kind of plan a document is. Loads no reader, which makes it fast for other files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

from acctgate.plan.resource_types import PROVIDER_TYPE, PULUMI_TYPES, TERRAFORM_TYPES

PlanKind = Literal["terraform", "update plan", "preview"]
_TERRAFORM: Final = {"resource_changes", "planned_values", "deferred_changes"}
"""A state of Terraform has a format_version too, but none of these."""
_LOG: Final = {"@level", "@message"}
_EVENT: Final = {"sequence", "timestamp"}
_STATE: Final = {"format_version", "values"}
_WANTED: Final = PULUMI_TYPES | TERRAFORM_TYPES | {PROVIDER_TYPE}
_RESOURCE: Final = {"change", "expressions", "inputDiff", "inputs", "outputs", "values"}
"""Keys of an object that describes a resource."""


def plan_kind(document: Mapping[str, Any]) -> PlanKind | None:
    """Return the kind of a plan, None if the document is not a plan."""
    keys = document.keys()
    if "format_version" in keys and keys & _TERRAFORM:
        return "terraform"
    if "resourcePlans" in keys:
        return "update plan"
    return "preview" if _is_preview(document) else None


def _is_preview(document: Mapping[str, Any]) -> bool:
    """Return whether it is the output of `pulumi preview --json`. Other tools have steps too, but without URNs."""
    if document.get("steps", []) == []:
        summary = document.get("changeSummary")
        changes = isinstance(summary, dict) and any(count for name, count in summary.items() if name != "same")
        return "changeSummary" in document and "duration" in document and not changes
    steps = document["steps"]
    return isinstance(steps, list) and all(isinstance(step, dict) and {"op", "urn"} <= step.keys() for step in steps)


def describe_lookalike(document: Mapping[str, Any]) -> str | None:
    """Return what a document that is often mistaken for a plan is, with the remedy; None for any other document."""
    keys = document.keys()
    if "lineage" in keys or keys >= _STATE:
        return "is a Terraform state and no plan; `terraform show -json PLAN` prints a plan"
    if keys & _LOG:
        return "is Terraform's log; `terraform show -json PLAN` prints a plan"
    if keys >= _EVENT:
        remedy = "unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW, and do not use --event-log"
        return f"is an engine event log and no plan; {remedy}"
    if "deployment" in keys or "checkpoint" in keys:
        return "is a Pulumi state and no plan; `pulumi preview --json` prints a plan"
    return None


def is_relevant(item: Mapping[str, Any]) -> bool:
    """Return whether an object of a plan matters: it is not a resource, or it is one of a type that matters."""
    kind = item.get("type")
    return not isinstance(kind, str) or kind in _WANTED or _RESOURCE.isdisjoint(item)
