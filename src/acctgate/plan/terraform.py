"""Read a plan of Terraform or OpenTofu, as `terraform show -json PLAN` prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from acctgate.model.other_change import OtherChange, Planned, given_arguments
from acctgate.model.password_request import RESOURCES, PlannedPasswords
from acctgate.model.planned_change import SECRET, UNKNOWN, Operation, PlannedChange
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TERRAFORM
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.plan.lock_file import Versions
from acctgate.plan.require import PlanError, require_object, require_objects, require_text
from acctgate.plan.terraform_provider import ProviderContext, foreign_source
from acctgate.redact import one_line
from acctgate.text import show

_MAJORS: Final = ("0", "1")
_INDEX: Final = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_DEAD: Final = DEAD_PROPERTY[1]
_NAMES: Final = {key.api: key.terraform for key in PREFERENCE_KEYS}
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


WANTED_TYPES: Final = frozenset({PREFERENCE_TERRAFORM, *OTHER_TYPES.values()})
"""The types that matter."""


def is_plan(document: Mapping[str, Any]) -> bool:
    """Return whether it is a plan. A state has neither resource_changes nor planned_values."""
    parts = {"resource_changes", "planned_values", "deferred_changes"}
    return "format_version" in document and not parts.isdisjoint(document)


def keep(item: Mapping[str, Any]) -> bool:
    """Return whether an object of a plan matters. Other resources do not."""
    kind = item.get("type")
    is_resource = isinstance(kind, str) and ("change" in item or "values" in item or "expressions" in item)
    return not is_resource or kind in WANTED_TYPES


def read_plan(document: Mapping[str, Any], versions: Versions) -> list[Planned]:
    """Return the planned changes in a plan.

    Args:
        document: The plan.
        versions: The locked versions of the providers.

    Raises:
        PlanError: The plan is not whole, of an unknown format, or a part is not as Terraform writes it.
    """
    _require_format(document)
    if document.get("errored"):
        raise PlanError("the plan is not whole: Terraform failed while it made it")
    configuration = require_object(document, "configuration", "plan")
    configured = dict(_configured(require_object(configuration, "root_module", "configuration"), ""))
    providers = ProviderContext(
        require_object(configuration, "provider_config", "configuration"),
        require_object(document, "variables", "plan"),
        versions,
    )
    changes = list(_changes(document))
    _require_whole(document, changes)
    found: list[Planned] = []
    for change, deferred in changes:
        resource = configured.get(_INDEX.sub("", change["address"]))
        if change["type"] == PREFERENCE_TERRAFORM:
            found.append(_from_change(change, resource, providers, deferred=deferred))
        elif require_object(change, "change", "resource_change").get("actions") != ["forget"]:
            found.append(_other(change, resource, providers, deferred=deferred))
    return found


def _other(
    resource_change: Mapping[str, Any],
    resource: Mapping[str, Any] | None,
    providers: ProviderContext,
    *,
    deferred: bool,
) -> OtherChange:
    address = resource_change["address"]
    change = require_object(resource_change, "change", one_line(address))
    values = require_object(change, "after", "change") or require_object(change, "before", "change")
    unknown = change.get("after_unknown")
    names = unknown if isinstance(unknown, dict) else {}
    given = {name: True for name in names if _is_marked(change, "after_unknown", name)}
    operation = _operation(change.get("actions"))
    if resource is None and operation == "delete":
        resource = providers.of_deleted(resource_change)
    return OtherChange(
        address=address,
        kind=resource_change["type"],
        operation="unknown" if deferred else operation,  # a later run may do it
        given=given_arguments({**values, **given}),
        provider=providers.provider(resource_change, resource),
        passwords=_passwords(resource_change, change, resource),
    )


def _passwords(
    resource_change: Mapping[str, Any], change: Mapping[str, Any], resource: Mapping[str, Any] | None
) -> PlannedPasswords | None:
    """Return the values of a password policy, None for another resource or another provider's."""
    password = RESOURCES.get(resource_change["type"])
    if password is None or foreign_source(resource_change):
        return None
    names = {key: spelling.terraform for key, spelling in password.keys.items()}
    declared = _settings(change, "after", names)
    if resource is not None:
        expressions = require_object(resource, "expressions", "resource")
        # A default that the plan shows and that differs from the one known here is another version's: it is sent.
        declared = {
            key: value
            for key, value in declared.items()
            if _is_given(expressions, names[key]) or password.defaults.get(key, value) != value
        }
    recorded = None if _operation(change.get("actions")) == "create" else _settings(change, "before", names)
    return PlannedPasswords(declared, recorded, change.get("actions") == _CREATE_BEFORE_DESTROY)


def _require_format(document: Mapping[str, Any]) -> None:
    version = document["format_version"]
    if not isinstance(version, str) or version.partition(".")[0] not in _MAJORS:
        raise PlanError(f"a Terraform plan of format {show(version)} is not known; 1.x is")


def _changes(document: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Return the relevant planned changes, each with whether Terraform defers it to a later run."""
    deferred = require_objects(document, "deferred_changes", "plan")
    found = [(change, False) for change in require_objects(document, "resource_changes", "plan")]
    found += [(require_object(each, "resource_change", "deferred"), True) for each in deferred]
    for change, is_deferred in found:
        if change and require_text(change, "type", "resource_change") in WANTED_TYPES:
            require_text(change, "address", "resource_change")
            if change.get("mode", "managed") == "managed":
                yield change, is_deferred


def _require_whole(document: Mapping[str, Any], changes: list[tuple[Mapping[str, Any], bool]]) -> None:
    """Every preference among the planned values has a change, be it a no-op."""
    known = {change["address"] for change, _ in changes}
    for address in _planned_addresses(document.get("planned_values")):
        if not isinstance(address, str) or address not in known:
            name = one_line(address)
            raise PlanError(f"{name} is missing in plan.resource_changes: the plan is not whole")


def _planned_addresses(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if value.get("type") == PREFERENCE_TERRAFORM and value.get("mode", "managed") == "managed":
            yield value.get("address")
        for each in value.values():
            yield from _planned_addresses(each)
    elif isinstance(value, list):
        for each in value:
            yield from _planned_addresses(each)


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each configured resource that matters, by its address without indexes, through all modules."""
    for resource in require_objects(module, "resources", "module"):
        yield f"{prefix}{resource.get('address')}", resource
    calls = require_object(module, "module_calls", "module")
    for name in calls:
        inner = require_object(require_object(calls, name, "module_calls"), "module", name)
        yield from _configured(inner, f"{prefix}module.{name}.")


def _from_change(
    resource_change: Mapping[str, Any],
    resource: Mapping[str, Any] | None,
    providers: ProviderContext,
    *,
    deferred: bool,
) -> PlannedChange:
    address = resource_change["address"]
    change = require_object(resource_change, "change", one_line(address))
    operation = _operation(change.get("actions"))
    after, before = require_object(change, "after", "change"), require_object(change, "before", "change")
    if operation in ("create", "update") and not after:
        raise PlanError(f"change.after of {one_line(address)} is missing")
    expressions = None if resource is None else require_object(resource, "expressions", "resource")
    return PlannedChange(
        address=address,
        operation=operation,
        declared=_declared(change, expressions),
        recorded=None if operation == "create" else _settings(change, "before", _NAMES),
        differs=_secret_differences(change, before, after) if operation == "update" else {},
        dead=_dead(change, expressions),
        recorded_dead=None if operation == "create" else before.get(_DEAD),
        recorded_id=_recorded_id(change, before),
        foreign=foreign_source(resource_change),
        provider=providers.provider(resource_change, resource),
        deferred=deferred,
    )


def _operation(actions: Any) -> Operation:
    """Return the operation of a change. A replacement is a create, whether the delete comes first or last."""
    if not isinstance(actions, list) or not actions:
        raise PlanError(f"change.actions should be a list of actions, found {show(actions)}")
    for action in actions:
        if not isinstance(action, str) or action not in _OPERATIONS:
            raise PlanError(f"the action {show(action)} is not known")
    return _OPERATIONS[next(name for name in _OPERATIONS if name in actions)]


def _recorded_id(change: Mapping[str, Any], before: Mapping[str, Any]) -> str | None:
    """Return the resource's id, or the account that its identity names."""
    for identity in (change.get("before_identity"), change.get("after_identity")):
        if isinstance(identity, dict) and isinstance(identity.get("account_id"), str):
            return str(identity["account_id"])
    value = before.get("id")
    return value if isinstance(value, str) else None


def _declared(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what the configuration declares.

    An attribute that is left out but computed stands in after_unknown like one that is given and not known yet, and
    one that is left out keeps its recorded value in `after`: only the configuration shows the difference. Without it,
    all of that counts as given.
    """
    declared = _settings(change, "after", _NAMES)
    if expressions is None:
        return declared
    given = {key.api for key in PREFERENCE_KEYS if _is_given(expressions, key.terraform)}
    empty = {key.api for key in PREFERENCE_KEYS if expressions.get(key.terraform) == {"constant_value": ""}}
    return {name: "" if name in empty else value for name, value in declared.items() if name in given}


def _is_given(expressions: Mapping[str, Any], name: str) -> bool:
    """Return whether the configuration gives an attribute. To give null is to leave it out."""
    return name in expressions and expressions[name] != {"constant_value": None}


def _settings(change: Mapping[str, Any], when: str, names: Mapping[str, str]) -> dict[str, Any]:
    """Return the settings before or after, with markers for unknown and sensitive values.

    Args:
        change: The change of a resource.
        when: before or after.
        names: Terraform's name of each setting.
    """
    values = require_object(change, when, "change")
    found = {}
    for key, name in names.items():
        value = values.get(name)
        if when == "after" and _is_marked(change, "after_unknown", name):
            found[key] = UNKNOWN
        elif value is not None:
            found[key] = SECRET if _is_marked(change, f"{when}_sensitive", name) else value
    return found


def _secret_differences(
    change: Mapping[str, Any], before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, bool | None]:
    """Whether a secret value changes. The plan has both values, which are compared and never shown."""
    return {
        key.api: before.get(key.terraform) != after[key.terraform]
        for key in PREFERENCE_KEYS
        if after.get(key.terraform) is not None and _is_marked(change, "after_sensitive", key.terraform)
    }


def _is_marked(change: Mapping[str, Any], which: str, name: str) -> bool:
    """Return whether an attribute, all attributes, or a part of this one is marked."""
    marks = change.get(which)
    return _has_true(marks.get(name) if isinstance(marks, dict) else marks)


def _has_true(marks: Any) -> bool:
    if isinstance(marks, dict):
        return any(map(_has_true, marks.values()))
    if isinstance(marks, list):
        return any(map(_has_true, marks))
    return marks is not None and marks is not False


def _dead(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> Any:
    """Return the value of enforce_mfa_for_login, which is computed: if omitted, it keeps the recorded value."""
    if expressions is not None and not _is_given(expressions, _DEAD):
        return None
    value = require_object(change, "after", "change").get(_DEAD)
    if value is None and expressions is not None and _is_marked(change, "after_unknown", _DEAD):
        return UNKNOWN
    return value
