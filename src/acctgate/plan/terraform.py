"""Terraform's plan, as `terraform show -json PLAN` prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from acctgate.model.planned_change import SECRET, UNKNOWN, Operation, PlannedChange, Provider
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TERRAFORM
from acctgate.plan.require import PlanError, a_text, an_object, objects
from acctgate.redact import one_line
from acctgate.text import show

_INDEX: Final = re.compile(r'\[(?:\d+|"(?:[^"\\]|\\.)*")\]')
_DEAD: Final = DEAD_PROPERTY[1]
# Of several actions the first of these says what the deploy sends.
_OPERATIONS: Final[dict[str, Operation]] = {
    "create": "create",
    "update": "update",
    "delete": "delete",
    "forget": "delete",
    "no-op": "same",
    "read": "same",
}


def is_plan(document: Mapping[str, Any]) -> bool:
    """Whether it is a plan. (A state has no resource_changes and no planned_values.)"""
    return "format_version" in document and ("resource_changes" in document or "planned_values" in document)


def keeps(item: Mapping[str, Any]) -> bool:
    """Whether an object of a plan is worth keeping: what is about other resources is not."""
    kind = item.get("type")
    about_a_resource = isinstance(kind, str) and ("change" in item or "values" in item or "expressions" in item)
    return not about_a_resource or kind == PREFERENCE_TERRAFORM


def read_plan(document: Mapping[str, Any]) -> list[PlannedChange]:
    """The planned preferences in a plan.

    Raises:
        PlanError: The plan is not whole, or something in it is not as Terraform writes it.
    """
    if document.get("errored"):
        raise PlanError("the plan is not whole: Terraform failed while it made it")
    configuration = an_object(document, "configuration", "plan")
    configured = dict(_configured(an_object(configuration, "root_module", "configuration"), ""))
    providers = an_object(configuration, "provider_config", "configuration")
    if not {"resource_changes", "deferred_changes"} & document.keys() and _plans_one(document.get("planned_values")):
        raise PlanError("plan.resource_changes is missing: the plan is not whole")
    changes = objects(document, "resource_changes", "plan")
    changes += [
        an_object(each, "resource_change", "deferred") for each in objects(document, "deferred_changes", "plan")
    ]
    found = []
    for change in changes:
        if change and a_text(change, "type", "resource_change") == PREFERENCE_TERRAFORM:
            address = a_text(change, "address", "resource_change")
            found.append(_from_change(address, change, configured.get(_INDEX.sub("", address)), providers))
    return found


def _plans_one(value: Any) -> bool:
    """Whether a preference stands somewhere in the planned values."""
    if isinstance(value, dict):
        return value.get("type") == PREFERENCE_TERRAFORM or any(map(_plans_one, value.values()))
    return isinstance(value, list) and any(map(_plans_one, value))


def _configured(module: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each configured preference by its address without indexes, through all modules."""
    for resource in objects(module, "resources", "module"):
        yield f"{prefix}{resource.get('address')}", resource
    calls = an_object(module, "module_calls", "module")
    for name in calls:
        inner = an_object(an_object(calls, name, "module_calls"), "module", name)
        yield from _configured(inner, f"{prefix}module.{name}.")


def _from_change(
    address: str, resource_change: Mapping[str, Any], resource: Mapping[str, Any] | None, providers: Mapping[str, Any]
) -> PlannedChange:
    change = an_object(resource_change, "change", one_line(address))
    operation = _operation(change.get("actions"))
    after = an_object(change, "after", "change")
    if operation in ("create", "update") and not after:
        raise PlanError(f"change.after of {one_line(address)} is missing")
    expressions = None if resource is None else an_object(resource, "expressions", "resource")
    return PlannedChange(
        address=address,
        operation=operation,
        declared=_declared(change, expressions),
        recorded=None if operation == "create" else _settings(change, "before"),
        dead=_dead(change, expressions),
        provider=_provider(resource, providers),
    )


def _operation(actions: Any) -> Operation:
    """A replacement is a create, whether the delete comes before or after it."""
    if not isinstance(actions, list) or not actions:
        raise PlanError(f"change.actions should be a list of actions, found {show(actions)}")
    for action in actions:
        if not isinstance(action, str) or action not in _OPERATIONS:
            raise PlanError(f"the action {show(action)} of a SecurityPreference is not known")
    return _OPERATIONS[next(name for name in _OPERATIONS if name in actions)]


def _declared(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the configuration declares.

    An attribute that is left out but computed stands in after_unknown like one that is given and not known yet,
    and one that is left out keeps its recorded value in `after`: only the configuration tells. Without it, all
    of that counts as given.
    """
    declared = _settings(change, "after")
    if expressions is None:
        return declared
    given = {key.api for key in PREFERENCE_KEYS if _is_given(expressions, key.terraform)}
    return {name: value for name, value in declared.items() if name in given}


def _is_given(expressions: Mapping[str, Any], name: str) -> bool:
    """Whether the configuration gives an attribute. To give null is to leave it out."""
    return name in expressions and expressions[name] != {"constant_value": None}


def _settings(change: Mapping[str, Any], when: str) -> dict[str, Any]:
    """The settings before or after, markers for those that the plan does not tell or that it marks as secret."""
    values = an_object(change, when, "change")
    named = {}
    for key in PREFERENCE_KEYS:
        value = values.get(key.terraform)
        if when == "after" and _is_marked(change, "after_unknown", key.terraform):
            named[key.api] = UNKNOWN
        elif value is not None:
            named[key.api] = SECRET if _is_marked(change, f"{when}_sensitive", key.terraform) else value
    return named


def _is_marked(change: Mapping[str, Any], which: str, name: str) -> bool:
    """Whether something is true of an attribute, of all of them, or of a part of it."""
    marks = change.get(which)
    return _has_true(marks.get(name) if isinstance(marks, dict) else marks)


def _has_true(marks: Any) -> bool:
    if isinstance(marks, dict):
        return any(map(_has_true, marks.values()))
    if isinstance(marks, list):
        return any(map(_has_true, marks))
    return marks is not None and marks is not False


def _dead(change: Mapping[str, Any], expressions: Mapping[str, Any] | None) -> Any:
    """What is given for the setting that does nothing: left out, it is computed and keeps what was recorded."""
    if expressions is not None and not _is_given(expressions, _DEAD):
        return None
    value = an_object(change, "after", "change").get(_DEAD)
    if value is None and expressions is not None and _is_marked(change, "after_unknown", _DEAD):
        return "unknown"
    return value


def _provider(resource: Mapping[str, Any] | None, providers: Mapping[str, Any]) -> Provider:
    """The provider as the configuration has it, an unknown one where that is not in the plan."""
    if resource is None:
        return Provider(name="", unknown=True)
    key = resource.get("provider_config_key")
    if not isinstance(key, str) or (providers and key not in providers and ":" in key):
        return Provider(name="", unknown=True)
    config = an_object(providers, key, "provider_config")
    expressions = an_object(config, "expressions", "provider_config")
    roles = expressions.get("assume_role", expressions.get("assume_role_with_oidc"))
    role = roles[0] if isinstance(roles, list) and roles else roles
    arn = role.get("role_arn") if isinstance(role, dict) else role
    profile = expressions.get("profile")
    alias = config.get("alias")
    return Provider(
        name=alias if isinstance(alias, str) else key.rpartition(".")[2] if "." in key else "default",
        region=_constant(expressions.get("region")),
        profile=_constant(profile),
        role_arn=_constant(arn),
        unknown=any(given is not None and _constant(given) is None for given in (arn, profile)),
    )


def _constant(expression: Any) -> str | None:
    value = expression.get("constant_value") if isinstance(expression, dict) else None
    return value if isinstance(value, str) else None
