"""Read a plan of Terraform or OpenTofu, as `terraform show -json PLAN` prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from acctgate.model.effect import Operation
from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import PREFERENCE_TERRAFORM
from acctgate.model.provider import Provider
from acctgate.plan.lock_file import Versions
from acctgate.plan.require import PlanError, require_known, require_object, require_objects, require_text
from acctgate.plan.resource_types import TERRAFORM_TYPES
from acctgate.plan.terraform_provider import ProviderContext, foreign_source
from acctgate.plan.terraform_values import (
    DEAD_ARGUMENT,
    dead_value,
    declared_passwords,
    declared_settings,
    is_marked,
    recorded_passwords,
    recorded_settings,
    secret_differences,
)
from acctgate.redact import one_line
from acctgate.text import show

_MAJORS: Final = ("0", "1")
_INDEX: Final = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_CREATE_BEFORE_DESTROY: Final = ["create", "delete"]
_OPERATIONS: Final[dict[str, Operation]] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "forget": "delete",
    "no-op": "same",
    "read": "same",
}
"""What the deploy sends for each action. Of several actions, the first in this table decides."""


class _Change:
    """The planned change of one resource."""

    def __init__(self, item: Mapping[str, Any], *, deferred: bool) -> None:
        """Take an item of `resource_changes`, and whether Terraform defers it to a later run."""
        self.item, self.deferred = item, deferred
        self.address = require_text(item, "address", "resource_change")
        if self.address.startswith("urn:"):
            raise PlanError(f"resource_change.address should be Terraform's, found {show(self.address)}")
        self.kind = require_text(item, "type", "resource_change")
        self.change = require_object(item, "change", one_line(self.address))
        self.before = require_object(self.change, "before", "change")
        self.after = require_object(self.change, "after", "change")
        self.actions = self.change.get("actions")
        if not isinstance(self.actions, list) or not self.actions:
            raise PlanError(f"change.actions should be a list of actions, found {show(self.actions)}")
        # A replacement is a create, whether the delete comes first or last.
        self.operation = _OPERATIONS[require_known(self.actions, _OPERATIONS, "action")]


def read_terraform_plan(document: Mapping[str, Any], versions: Versions) -> list[Planned]:
    """Return the planned changes in a plan.

    Args:
        document: The plan.
        versions: The locked versions of the providers.

    Raises:
        PlanError: The plan is incomplete, of an unknown format, or a part is not as Terraform writes it.
    """
    _require_finished(document)
    configuration = require_object(document, "configuration", "plan")
    root = require_object(configuration, "root_module", "configuration")
    configured = dict(_configured(root, ""))
    providers = ProviderContext(
        require_object(configuration, "provider_config", "configuration"),
        require_object(document, "variables", "plan"),
        versions,
        _ephemeral(require_object(root, "variables", "root_module")),
        dict(_folders(root, "", ".")),
    )
    changes = list(_changes(document))
    _require_all_changes(document, changes)
    return [
        _planned(change, configured.get(_INDEX.sub("", change.address)), providers)
        for change in changes
        if change.kind == PREFERENCE_TERRAFORM or change.actions != ["forget"]
    ]


def _require_finished(document: Mapping[str, Any]) -> None:
    """Require a plan of a supported format that Terraform has made to the end.

    Raises:
        PlanError: It is not.
    """
    version = document["format_version"]
    if not isinstance(version, str) or version.partition(".")[0] not in _MAJORS:
        raise PlanError(f"unsupported format {show(version)} of a Terraform plan; 1.x is supported")
    if document.get("errored"):
        raise PlanError("the plan is incomplete: Terraform failed while it made it")


def _ephemeral(variables: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the ephemeral variables among these."""
    return frozenset(name for name in variables if require_object(variables, name, "variables").get("ephemeral"))


def _changes(document: Mapping[str, Any]) -> Iterator[_Change]:
    """Yield the planned changes of the resources that matter."""
    found = [(item, False) for item in require_objects(document, "resource_changes", "plan")]
    deferred = require_objects(document, "deferred_changes", "plan")
    found += [(require_object(each, "resource_change", "deferred"), True) for each in deferred]
    for item, is_deferred in found:
        wanted = item and require_text(item, "type", "resource_change") in TERRAFORM_TYPES
        if wanted and item.get("mode", "managed") == "managed":
            yield _Change(item, deferred=is_deferred)


def _require_all_changes(document: Mapping[str, Any], changes: Sequence[_Change]) -> None:
    """Require that each SecurityPreference among the planned values has a change, if only a no-op.

    Raises:
        PlanError: One has none.
    """
    known = {change.address for change in changes}
    for address in _planned_addresses(document.get("planned_values")):
        if not isinstance(address, str) or address not in known:
            raise PlanError(f"{one_line(address)} is missing in plan.resource_changes: the plan is incomplete")


def _planned_addresses(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if value.get("type") == PREFERENCE_TERRAFORM and value.get("mode", "managed") == "managed":
            yield value.get("address")
        value = list(value.values())
    for each in value if isinstance(value, list) else ():
        yield from _planned_addresses(each)


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each configured resource that matters, by its address without indexes, through all modules."""
    for resource in require_objects(module, "resources", "module"):
        yield f"{prefix}{resource.get('address')}", resource
    calls = require_object(module, "module_calls", "module")
    for name in calls:
        inner = require_object(require_object(calls, name, "module_calls"), "module", name)
        yield from _configured(inner, f"{prefix}module.{name}.")


def _folders(module: Mapping[str, Any], prefix: str, folder: str) -> Iterator[tuple[str, str]]:
    """Yield each module that is called by its path, such as "network.dns", with its folder from the root module's."""
    calls = require_object(module, "module_calls", "module")
    for name in calls:
        call = require_object(calls, name, "module_calls")
        source = call.get("source")
        if isinstance(source, str) and source.startswith(("./", "../")):  # Terraform installs any other in a folder
            yield f"{prefix}{name}", f"{folder}/{source}"
            yield from _folders(require_object(call, "module", name), f"{prefix}{name}.", f"{folder}/{source}")


def _planned(change: _Change, resource: Mapping[str, Any] | None, providers: ProviderContext) -> Planned:
    """Return a planned change; `resource` is the resource in the configuration, None if it is not there."""
    expressions = None if resource is None else require_object(resource, "expressions", "resource")
    if change.kind == PREFERENCE_TERRAFORM:
        return _preference(change, expressions, providers.provider(change.item, resource))
    if resource is None and change.operation == "delete":
        resource = providers.of_deleted(change.item)
    return _other(change, expressions, providers.provider(change.item, resource))


def _preference(change: _Change, expressions: Mapping[str, Any] | None, provider: Provider) -> PlannedChange:
    operation = change.operation
    if operation in ("create", "update") and not change.after:
        raise PlanError(f"change.after of {one_line(change.address)} is missing")
    creates = operation == "create"
    return PlannedChange(
        address=change.address,
        operation=operation,
        declared=declared_settings(change.change, expressions),
        recorded=None if creates else recorded_settings(change.change),
        differs=secret_differences(change.change) if operation == "update" else {},
        dead=dead_value(change.change, expressions),
        recorded_dead=None if creates else change.before.get(DEAD_ARGUMENT),
        recorded_id=_recorded_id(change),
        imported=bool(change.change.get("importing")),
        foreign=foreign_source(change.item),
        provider=provider,
        deferred=change.deferred,
    )


def _recorded_id(change: _Change) -> str | None:
    """Return the resource's id, or the account that its identity names."""
    for identity in (change.change.get("before_identity"), change.change.get("after_identity")):
        if isinstance(identity, dict) and isinstance(identity.get("account_id"), str):
            return str(identity["account_id"])
    value = change.before.get("id")
    return value if isinstance(value, str) else None


def _other(change: _Change, expressions: Mapping[str, Any] | None, provider: Provider) -> OtherChange:
    unknown = change.change.get("after_unknown")
    names = unknown if isinstance(unknown, dict) else {}
    given = {name: True for name in names if is_marked(change.change, "after_unknown", name)}
    return OtherChange(
        address=change.address,
        kind=change.kind,
        operation="unknown" if change.deferred else change.operation,  # a later run may do it
        given=given_arguments({**(change.after or change.before), **given}),
        provider=provider,
        passwords=_passwords(change, expressions),
        foreign=foreign_source(change.item),
    )


def _passwords(change: _Change, expressions: Mapping[str, Any] | None) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource."""
    resource = RESOURCES.get(change.kind)
    if resource is None:
        return None
    declared = declared_passwords(change.change, expressions, resource)
    recorded = None if change.operation == "create" else recorded_passwords(change.change, resource)
    return PlannedPasswords(declared, recorded, change.actions == _CREATE_BEFORE_DESTROY)
