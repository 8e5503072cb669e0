"""Terraform's plan, as `terraform show -json PLAN` prints it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from acctgate.plan.change import HOURS, MASKS, UNKNOWN, Operation, PlannedPreference, Provider
from acctgate.settings.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TERRAFORM

_INDEX: Final = re.compile(r"\[[^\]]*\]")


def is_plan(document: Mapping[str, Any]) -> bool:
    """Whether it is a plan. (A state has no resource_changes and no planned_values.)"""
    return "format_version" in document and ("resource_changes" in document or "planned_values" in document)


def keeps(item: Mapping[str, Any]) -> bool:
    """Whether an object of a plan is worth keeping: what is about other resources is not."""
    kind = item.get("type")
    about_a_resource = isinstance(kind, str) and ("change" in item or "values" in item or "expressions" in item)
    return not about_a_resource or kind == PREFERENCE_TERRAFORM


def read_plan(document: Mapping[str, Any]) -> list[PlannedPreference]:
    """The planned preferences in a plan."""
    configuration = document.get("configuration")
    configuration = configuration if isinstance(configuration, dict) else {}
    configured = dict(_configured(configuration.get("root_module"), ""))
    providers = configuration.get("provider_config")
    providers = providers if isinstance(providers, dict) else {}
    found = []
    for change in document.get("resource_changes") or []:
        if isinstance(change, dict) and change.get("type") == PREFERENCE_TERRAFORM:
            resource = configured.get(_INDEX.sub("", str(change.get("address"))))
            found.append(_from_change(change, resource, providers))
    return found


def _configured(module: Any, prefix: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each configured preference by its address without indexes, through all modules."""
    if not isinstance(module, dict):
        return
    for resource in module.get("resources") or []:
        if isinstance(resource, dict):
            yield f"{prefix}{resource.get('address')}", resource
    for name, call in (module.get("module_calls") or {}).items():
        if isinstance(call, dict):
            yield from _configured(call.get("module"), f"{prefix}module.{name}.")


def _from_change(
    resource_change: Mapping[str, Any], resource: Mapping[str, Any] | None, providers: Mapping[str, Any]
) -> PlannedPreference:
    change = resource_change.get("change")
    change = change if isinstance(change, dict) else {}
    operation = _operation(change.get("actions"))
    after, unknown = _object(change, "after"), _object(change, "after_unknown")
    expressions = resource.get("expressions") if resource else None
    declared = _declared(operation, after, unknown, expressions if isinstance(expressions, dict) else None)
    before = _object(change, "before")
    dead = after.get(DEAD_PROPERTY[1])
    if unknown.get(DEAD_PROPERTY[1]) and isinstance(expressions, dict) and DEAD_PROPERTY[1] in expressions:
        dead = "unknown"
    return PlannedPreference(
        address=str(resource_change.get("address")),
        operation=operation,
        declared=declared,
        recorded=None if operation == "create" else _settings(before),
        dead=dead,
        provider=_provider(resource, providers),
    )


def _operation(actions: Any) -> Operation:
    names = set(actions) if isinstance(actions, list) else set()
    if "create" in names:  # also where a delete comes before or after
        return "create"
    if "update" in names:
        return "update"
    return "delete" if "delete" in names else "same"


def _declared(
    operation: Operation, after: Mapping[str, Any], unknown: Mapping[str, Any], expressions: Mapping[str, Any] | None
) -> dict[str, Any]:
    """What the configuration declares.

    An attribute that is left out but computed stands in after_unknown like one that is given and not known yet:
    only the configuration tells them apart. Without it, both are unknown.
    """
    declared = _settings(after)
    for key in PREFERENCE_KEYS:
        is_given = expressions is None or key.terraform in expressions
        if unknown.get(key.terraform) and is_given:
            declared[key.api] = UNKNOWN
        elif expressions is not None and not is_given and key.api not in (MASKS, HOURS):
            declared.pop(key.api, None)  # a computed value that nobody asked for
        elif expressions is not None and not is_given and operation == "create":
            declared.pop(key.api, None)
    if declared.get(MASKS) == "":
        declared.pop(MASKS)  # to the provider, empty is left out
    return declared


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    named = {key.api: values.get(key.terraform) for key in PREFERENCE_KEYS}
    return {name: value for name, value in named.items() if value is not None}


def _object(change: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = change.get(key)
    return value if isinstance(value, dict) else {}


def _provider(resource: Mapping[str, Any] | None, providers: Mapping[str, Any]) -> Provider:
    key = str(resource.get("provider_config_key")) if resource else ""
    config = providers.get(key) or providers.get(key.rsplit(":", 1)[-1])
    expressions = config.get("expressions") if isinstance(config, dict) else None
    expressions = expressions if isinstance(expressions, dict) else {}
    role = expressions.get("assume_role")
    role = role[0] if isinstance(role, list) and role else role
    arn = role.get("role_arn") if isinstance(role, dict) else None
    alias = config.get("alias") if isinstance(config, dict) else None
    return Provider(
        name=str(alias or key.rsplit(".", 1)[-1] or "default") if alias or "." in key else "default",
        region=_constant(expressions.get("region")),
        profile=_constant(expressions.get("profile")),
        role_arn=_constant(arn),
        unknown=(arn is not None and _constant(arn) is None)
        or (expressions.get("profile") is not None and _constant(expressions.get("profile")) is None),
    )


def _constant(expression: Any) -> str | None:
    value = expression.get("constant_value") if isinstance(expression, dict) else None
    return value if isinstance(value, str) else None
