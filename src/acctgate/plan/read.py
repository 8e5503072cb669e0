"""Read a plan file, of whichever tool it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from acctgate.model.other_change import Planned
from acctgate.plan import pulumi, pulumi_preview, pulumi_update_plan, terraform
from acctgate.plan.documents import read_documents
from acctgate.plan.lock_file import Versions, find_lock_file, read_lock_file
from acctgate.plan.require import PlanError
from acctgate.reading import SourceError, display_name


class PlanKind(NamedTuple):
    """A kind of plan that can be read."""

    matches: Callable[[Mapping[str, Any]], bool]
    read: Callable[[Mapping[str, Any], Versions], list[Planned]]


PLAN_KINDS: Final = (
    PlanKind(terraform.is_plan, terraform.read_plan),
    PlanKind(pulumi_update_plan.is_update_plan, lambda document, _: pulumi_update_plan.read_update_plan(document)),
    PlanKind(pulumi_preview.is_preview, lambda document, _: pulumi_preview.read_preview(document)),
)
"""The kinds of plans, in the order in which they are tried."""


class OtherKind(NamedTuple):
    """A document that is often taken for a plan."""

    matches: Callable[[Mapping[str, Any]], bool]
    message: str


_LOG: Final = {"@level", "@message"}
_EVENT: Final = {"sequence", "timestamp"}
OTHER_KINDS: Final = (
    OtherKind(
        lambda document: "lineage" in document or {"format_version", "values"} <= document.keys(),
        "is a Terraform state and no plan; `terraform show -json PLAN` prints a plan",
    ),
    OtherKind(
        lambda document: bool(_LOG & document.keys()),
        "is Terraform's log; `terraform show -json PLAN` prints a plan",
    ),
    OtherKind(
        lambda document: document.keys() >= _EVENT,
        "is an engine event log and no plan; unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW, and do not use --event-log",
    ),
    OtherKind(
        lambda document: "deployment" in document or "checkpoint" in document,
        "is a Pulumi state and no plan; `pulumi preview --json` prints a plan",
    ),
)
"""Documents that are not plans, with the remedy."""
_NO_PLAN: Final = "contains no plan of `pulumi preview --json`, `pulumi preview --save-plan` or `terraform show -json`"


def read_plans(paths: Sequence[str], lock_file: str | None = None) -> list[Planned]:
    """Return the planned changes in several plan files: all of them count together.

    Raises:
        SourceError: A file cannot be read, or it contains no plan.
    """
    return [change for path in paths for change in read_plan(path, lock_file)]


def read_plan(path: str, lock_file: str | None = None) -> list[Planned]:
    """Return the planned changes in a plan file, perhaps none. A file may contain several plans, which all count.

    Args:
        path: The file; "-" is standard input.
        lock_file: Terraform's lock file. Without it, the one beside the plan or in the working directory counts.

    Raises:
        SourceError: The file cannot be read, or it contains no plan.
    """
    name = display_name(path)
    versions = find_lock_file(path) if lock_file is None else read_lock_file(lock_file)
    documents = read_documents(path, keep)
    try:
        return list(_planned(documents, versions))
    except PlanError as error:
        raise SourceError(f"{name}: {error}") from None


def _planned(documents: Iterable[Any], versions: Versions) -> Iterable[Planned]:
    for document in documents:
        if not isinstance(document, dict):
            raise PlanError("contains no plan; a plan is a JSON object")
        kind = next((kind for kind in PLAN_KINDS if kind.matches(document)), None)
        if kind is None:
            raise PlanError(next((other.message for other in OTHER_KINDS if other.matches(document)), _NO_PLAN))
        yield from kind.read(document, versions)


def keep(item: Mapping[str, Any]) -> bool:
    """Return whether an object of a plan matters."""
    return "type" not in item or (pulumi.keep(item) and terraform.keep(item))
