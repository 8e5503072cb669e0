"""The steps of Pulumi's engine, and what a deploy sends at each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from acctgate.model.effect import Operation
from acctgate.plan.require import require_known

OPERATIONS: Final[dict[str, Operation]] = {
    "create-replacement": "create",
    "create": "create",
    "replace": "create",
    "update": "update",
    "same": "same",
    "refresh": "same",
    "read": "same",
    "read-replacement": "same",
    "import": "same",
    "import-replacement": "same",
    "discard": "same",
    "discard-replaced": "same",
    "remove-pending-replace": "same",
    "delete-replaced": "delete",
    "delete": "delete",
}
"""The operation of each step. Of several steps for one resource, the first in this table decides."""


def deciding_step(steps: Sequence[Any]) -> str:
    """Return the step of a resource that decides what the deploy sends.

    Raises:
        PlanError: A step is not known.
    """
    return require_known(steps, OPERATIONS, "step")


def is_deleted_last(steps: Sequence[str]) -> bool:
    """Return whether an old resource is deleted after the new one is created or updated, as Pulumi does.

    An interrupted replacement leaves an old resource, which the next deploy deletes.
    """
    if "create-replacement" not in steps:
        return "delete-replaced" in steps
    deletes = [index for index, step in enumerate(steps) if step == "delete-replaced"]
    return not deletes or deletes[-1] > steps.index("create-replacement")
