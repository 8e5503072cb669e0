"""Pulumi's plans: `pulumi preview --json` and the update plan of `--save-plan`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from acctgate.plan.change import HOURS, MASKS, UNKNOWN, Operation, PlannedPreference, Provider
from acctgate.settings.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TYPE

UNKNOWN_VALUES: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # boolean
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""What Pulumi writes for a value that is known only after the deploy."""
_SECRET_SIGN: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
_SECRET_TEXT: Final = "[secret]"  # noqa: S105
PROVIDER_TYPE: Final = "pulumi:providers:alicloud"

# Of several steps for one resource the first of these says what the deploy sends.
_OPERATIONS: Final[dict[str, Operation]] = {
    "create-replacement": "create",
    "create": "create",
    "replace": "create",
    "update": "update",
    "same": "same",
    "refresh": "same",
    "read": "same",
    "read-replacement": "same",
    "import": "same",
    "delete-replaced": "delete",
    "delete": "delete",
}


def is_preview(document: Mapping[str, Any]) -> bool:
    """Whether it is the output of `pulumi preview --json`."""
    return isinstance(document.get("steps"), list) or (
        "changeSummary" in document and "duration" in document and "steps" not in document
    )


def is_update_plan(document: Mapping[str, Any]) -> bool:
    """Whether it is what `--save-plan` writes."""
    return isinstance(document.get("resourcePlans"), dict)


def keeps(item: Mapping[str, Any]) -> bool:
    """Whether an object of a Pulumi plan is worth keeping: what is about other resources is not."""
    kind = item.get("type")
    about_a_resource = isinstance(kind, str) and ("inputs" in item or "inputDiff" in item or "outputs" in item)
    return not about_a_resource or kind in (PREFERENCE_TYPE, PROVIDER_TYPE)


def read_preview(document: Mapping[str, Any]) -> list[PlannedPreference]:
    """The planned preferences in the output of `pulumi preview --json`."""
    steps = [step for step in document.get("steps") or [] if isinstance(step, dict)]
    providers = _providers(steps)
    by_urn: dict[str, dict[str, Any]] = {}
    for step in steps:
        urn = str(step.get("urn"))
        if resource_type(urn) == PREFERENCE_TYPE and _rank(step) < _rank(by_urn.get(urn, {})):
            by_urn[urn] = step
    return [_from_step(urn, step, providers) for urn, step in by_urn.items()]


def _rank(step: Mapping[str, Any]) -> int:
    names = list(_OPERATIONS)
    return names.index(step["op"]) if step.get("op") in names else len(names)


def _from_step(urn: str, step: Mapping[str, Any], providers: Mapping[str, Provider]) -> PlannedPreference:
    operation = _OPERATIONS[step["op"]]
    new, old = _state(step, "newState"), _state(step, "oldState")
    inputs = new.get("inputs") or {}
    recorded = None
    if operation != "create" and old:
        recorded = settings({**(old.get("inputs") or {}), **(old.get("outputs") or {})})
    return PlannedPreference(
        address=urn,
        operation=operation,
        declared=settings(inputs),
        recorded=recorded,
        dead=dead_value(inputs),
        provider=_provider_of(new.get("provider") or old.get("provider") or step.get("provider"), providers),
    )


def _state(step: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    state = step.get(key)
    return state if isinstance(state, dict) else {}


def read_update_plan(document: Mapping[str, Any]) -> list[PlannedPreference]:
    """The planned preferences in an update plan.

    It has only what differs from the recorded inputs, and what the resource will be. So of an unchanged
    resource it tells nothing, which is right: nothing is sent.
    """
    plans = {urn: plan for urn, plan in document["resourcePlans"].items() if isinstance(plan, dict)}
    providers = {urn: provider_of(urn, _goal_inputs(plan)) for urn, plan in plans.items() if _is_provider(urn)}
    return [
        _from_resource_plan(urn, plan, providers)
        for urn, plan in plans.items()
        if resource_type(urn) == PREFERENCE_TYPE
    ]


def _from_resource_plan(urn: str, plan: Mapping[str, Any], providers: Mapping[str, Provider]) -> PlannedPreference:
    names = [name for name in _OPERATIONS if name in (plan.get("steps") or [])]
    operation = _OPERATIONS[names[0]] if names else "same"
    changed = _goal_inputs(plan)
    declared = settings(changed)
    recorded: dict[str, Any] | None = None
    if operation == "update":
        # Everything in the plan differs from the record; masks and duration are sent again in any case.
        recorded = {}
        after = settings(plan.get("state") or {})
        if not isinstance(plan.get("state"), dict):
            after = {MASKS: UNKNOWN, HOURS: UNKNOWN}
        if after.get(MASKS):
            declared.setdefault(MASKS, after[MASKS])
        declared.setdefault(HOURS, after.get(HOURS, UNKNOWN))
    goal = plan.get("goal") or {}
    return PlannedPreference(
        address=urn,
        operation=operation,
        declared=declared,
        recorded=recorded,
        dead=dead_value(changed),
        provider=_provider_of(goal.get("provider"), providers),
    )


def _goal_inputs(plan: Mapping[str, Any]) -> dict[str, Any]:
    goal = plan.get("goal")
    diff = goal.get("inputDiff") if isinstance(goal, dict) else None
    diff = diff if isinstance(diff, dict) else {}
    return {**(diff.get("adds") or {}), **(diff.get("updates") or {})}


def settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's properties under the API's names. What is null is left out, what is not known `UNKNOWN`."""
    values = {key.api: _value(properties.get(key.pulumi)) for key in PREFERENCE_KEYS}
    return {name: value for name, value in values.items() if value is not None}


def dead_value(properties: Mapping[str, Any]) -> Any:
    """What is given for enforceMfaForLogin, None where nothing is."""
    return properties.get(DEAD_PROPERTY[0])


def _value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return UNKNOWN if _is_unknown(value) else value


def _is_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return _SECRET_SIGN in value or any(map(_is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(_is_unknown, value))
    return isinstance(value, str) and (value in UNKNOWN_VALUES or value == _SECRET_TEXT)


def resource_type(urn: str) -> str:
    """A resource's type: the last of the chain that its URN names."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""


def _is_provider(urn: str) -> bool:
    return resource_type(urn) == PROVIDER_TYPE


def _providers(steps: Iterable[Mapping[str, Any]]) -> dict[str, Provider]:
    found = {}
    for step in steps:
        urn = str(step.get("urn"))
        if _is_provider(urn):
            state = _state(step, "newState") or _state(step, "oldState")
            found[urn] = provider_of(urn, state.get("inputs") or {})
    return found


def _provider_of(reference: Any, providers: Mapping[str, Provider]) -> Provider:
    """A resource names its provider as URN::id."""
    urn = str(reference or "").rpartition("::")[0]
    return providers.get(urn) or provider_of(urn, {})


def provider_of(urn: str, properties: Mapping[str, Any]) -> Provider:
    """A provider, from its URN and its properties. Nested ones are JSON texts."""
    name = urn.rsplit("::", 1)[-1] if urn else "default"
    role = properties.get("assumeRole")
    if isinstance(role, str) and role.startswith(("{", "[")):
        try:
            role = json.loads(role)
        except ValueError:
            role = None
    role = role[0] if isinstance(role, list) and role else role
    arn = role.get("roleArn") if isinstance(role, dict) else None
    values = (properties.get("region"), properties.get("profile"), arn)
    region, profile, role_arn = (value if isinstance(value, str) else None for value in values)
    return Provider(
        name="default" if name.startswith("default_") else name,
        region=region,
        profile=profile,
        role_arn=role_arn,
        unknown=_is_unknown(properties.get("assumeRole")) or _is_unknown(arn) or _is_unknown(profile),
    )
