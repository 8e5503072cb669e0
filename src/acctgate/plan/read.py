"""Read the planned changes in a plan file, whichever tool wrote it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from acctgate.model.other_change import Planned
from acctgate.plan.documents import read_documents
from acctgate.plan.kinds import describe_lookalike, is_relevant, plan_kind
from acctgate.plan.lock_file import Versions, find_lock_file, read_lock_file
from acctgate.plan.plugin_evidence import plugin_of_project
from acctgate.plan.pulumi_preview import read_preview
from acctgate.plan.pulumi_update_plan import read_update_plan
from acctgate.plan.require import PlanError
from acctgate.plan.terraform import read_terraform_plan
from acctgate.plan.terraform_lines import terraform_lines
from acctgate.plan.terraform_roles import with_hidden_roles
from acctgate.reading import SourceError, display_name

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
    locked = None if lock_file is None else read_lock_file(lock_file)
    versions = cache(lambda: find_lock_file(path) if locked is None else locked)  # only Terraform's plans need them
    documents = read_documents(path, is_relevant)
    try:
        planned = [change for document in documents for change in _planned(document, versions)]
    except PlanError as error:
        raise SourceError(f"{name}: {error}") from None
    folders = [Path(path).parent, Path()]
    if len(documents) == 1:  # several plans in a file are of several programs
        planned = _with_lines(planned, folders)
    return with_hidden_roles(_with_plugins(planned, folders), folders)


def _with_lines(planned: Sequence[Planned], folders: Sequence[Path]) -> list[Planned]:
    """Return the changes with the lines of these folders that declare Terraform's resources."""
    addresses = [change.address for change in planned if not change.is_pulumi]
    places = terraform_lines(addresses, folders, Path.cwd()) if addresses else {}
    return [replace(change, place=places[change.address]) if change.address in places else change for change in planned]


def _with_plugins(planned: Iterable[Planned], folders: Sequence[Path]) -> list[Planned]:
    """Return the changes with the plugins that the project files in these folders bring."""
    find = cache(lambda project: plugin_of_project(project, folders))
    return [
        find(change.address.split("::")[1]).applied_to(change) if change.is_pulumi else change for change in planned
    ]


def _planned(document: Any, versions: Callable[[], Versions]) -> list[Planned]:
    if not isinstance(document, dict):
        raise PlanError("contains no plan; a plan is a JSON object")
    match plan_kind(document):
        case "terraform":
            return read_terraform_plan(document, versions())
        case "update plan":
            return read_update_plan(document)
        case "preview":
            return read_preview(document)
    raise PlanError(describe_lookalike(document) or _NO_PLAN)
