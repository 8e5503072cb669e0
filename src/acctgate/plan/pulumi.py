"""Pulumi's plans: `pulumi preview --json` and the update plan of `--save-plan`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote

from acctgate.model.outcome import Place
from acctgate.model.planned_change import HOURS, MASKS, SECRET, UNKNOWN, Operation, PlannedChange, Provider
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TYPE
from acctgate.plan.require import PlanError, a_list, a_text, an_object, objects
from acctgate.redact import one_line
from acctgate.text import show

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
_DEFAULT: Final = re.compile(r"default(_\d+)+.*")
PROVIDER_TYPE: Final = "pulumi:providers:alicloud"
_CONFIG: Final = "alicloud:"
_POSITION: Final = re.compile(r"project:///(?P<file>[^/#][^#]*)#(?P<line>[1-9]\d{0,6})(,\d+)?", re.ASCII)

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
    "import-replacement": "same",
    "discard": "same",
    "discard-replaced": "same",
    "remove-pending-replace": "same",
    "delete-replaced": "delete",
    "delete": "delete",
}


def is_preview(document: Mapping[str, Any]) -> bool:
    """Whether it is the output of `pulumi preview --json`. Other tools have steps too, but no URNs in them."""
    if "steps" not in document:
        summary = document.get("changeSummary")
        changes = isinstance(summary, dict) and any(count for name, count in summary.items() if name != "same")
        return "changeSummary" in document and "duration" in document and not changes
    steps = document["steps"]
    return isinstance(steps, list) and all(isinstance(step, dict) and {"op", "urn"} <= step.keys() for step in steps)


def is_update_plan(document: Mapping[str, Any]) -> bool:
    """Whether it is what `--save-plan` writes."""
    return "resourcePlans" in document


def keeps(item: Mapping[str, Any]) -> bool:
    """Whether an object of a Pulumi plan is worth keeping: what is about other resources is not."""
    kind = item.get("type")
    about_a_resource = isinstance(kind, str) and ("inputs" in item or "inputDiff" in item or "outputs" in item)
    return not about_a_resource or kind in (PREFERENCE_TYPE, PROVIDER_TYPE)


def read_preview(document: Mapping[str, Any]) -> list[PlannedChange]:
    """The planned preferences in the output of `pulumi preview --json`.

    Raises:
        PlanError: The preview has failed, so that it is not whole, or something in it is not as Pulumi writes it.
    """
    for told in objects(document, "diagnostics", "preview"):
        if told.get("severity") == "error":
            raise PlanError(f"the preview has failed: {one_line(told.get('message'))[:200]}")
    by_urn: dict[str, list[Mapping[str, Any]]] = {}
    for step in objects(document, "steps", "preview"):
        by_urn.setdefault(a_text(step, "urn", "step"), []).append(step)
    providers = {urn: _previewed_provider(urn, steps[0]) for urn, steps in by_urn.items() if _is_provider(urn)}
    default = {
        name.removeprefix(_CONFIG): value
        for name, value in an_object(document, "config", "preview").items()
        if name.startswith(_CONFIG)
    }
    return [
        _from_step(urn, _deciding(steps), providers, default)
        for urn, steps in by_urn.items()
        if resource_type(urn) == PREFERENCE_TYPE
    ]


def _deciding(steps: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    names = [a_text(step, "op", "step") for step in steps]
    return steps[names.index(_deciding_name(names))]


def _deciding_name(names: Sequence[Any]) -> str:
    for name in names:
        if not isinstance(name, str) or name not in _OPERATIONS:
            raise PlanError(f"the step {show(name)} of a SecurityPreference is not known")
    return next(name for name in _OPERATIONS if name in names)


def _from_step(
    urn: str, step: Mapping[str, Any], providers: Mapping[str, Provider], default: Mapping[str, Any]
) -> PlannedChange:
    operation = _OPERATIONS[step["op"]]
    new, old = an_object(step, "newState", "step"), an_object(step, "oldState", "step")
    if operation in ("create", "update") and not new:
        raise PlanError(f"step.newState of {one_line(urn)} is missing")
    inputs = an_object(new, "inputs", "newState")
    recorded = None
    if operation != "create" and old:
        recorded = settings({**an_object(old, "inputs", "oldState"), **an_object(old, "outputs", "oldState")})
    return PlannedChange(
        address=urn,
        operation=operation,
        declared=settings(inputs),
        recorded=recorded,
        dead=dead_value(inputs),
        provider=_provider_of(new.get("provider") or old.get("provider") or step.get("provider"), providers, default),
        place=place_of(new.get("sourcePosition")),
    )


def place_of(position: Any) -> Place | None:
    """Where the program declares a resource: `project:///__main__.py#12`. None for what is not in the project."""
    match = _POSITION.fullmatch(position) if isinstance(position, str) else None
    file = one_line(unquote(match["file"])) if match else ""
    if match is None or file.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", file):
        return None
    return Place(file, int(match["line"]))


def read_update_plan(document: Mapping[str, Any]) -> list[PlannedChange]:
    """The planned preferences in an update plan.

    It has what differs from the recorded inputs, the names of all that is declared, and what the resource
    will be. What is declared and does not differ is not sent.

    Raises:
        PlanError: Something in it is not as Pulumi writes it.
    """
    if document["resourcePlans"] is None:
        raise PlanError("plan.resourcePlans is missing: the plan is not whole")
    all_plans = an_object(document, "resourcePlans", "plan")
    wanted = [urn for urn in all_plans if resource_type(urn) in (PREFERENCE_TYPE, PROVIDER_TYPE)]
    plans = {urn: an_object(all_plans, urn, "resourcePlans") for urn in wanted}
    providers = {urn: _planned_provider(urn, plan) for urn, plan in plans.items() if _is_provider(urn)}
    return [_from_resource_plan(urn, plan, providers) for urn, plan in plans.items() if not _is_provider(urn)]


def _from_resource_plan(urn: str, plan: Mapping[str, Any], providers: Mapping[str, Provider]) -> PlannedChange:
    if not plan.get("steps"):
        raise PlanError(f"resourcePlan.steps of {one_line(urn)} is missing: the plan is not whole")
    operation = _OPERATIONS[_deciding_name(a_list(plan, "steps", "resourcePlan"))]
    goal = an_object(plan, "goal", "resourcePlan")
    state = an_object(plan, "state", "resourcePlan")
    changed = _changed(goal)
    names = set(an_object(goal, "propertyDependencies", "goal")) | set(changed)
    after = settings(state)
    declared = settings(changed)
    unchanged = {key.api for key in PREFERENCE_KEYS if key.pulumi in names} - declared.keys()
    declared |= {name: after.get(name, UNKNOWN) for name in unchanged}
    recorded: dict[str, Any] | None = None
    if operation != "create" and (operation != "update" or _differs(goal)):
        recorded = {name: declared[name] for name in unchanged}
    if operation == "update":  # masks and duration are sent again in any case
        if not state:
            after = {MASKS: UNKNOWN, HOURS: UNKNOWN}
        if after.get(MASKS):
            declared.setdefault(MASKS, after[MASKS])
        declared.setdefault(HOURS, after.get(HOURS, UNKNOWN))
    dead = dead_value(changed)
    if dead is None and DEAD_PROPERTY[0] in names and operation != "delete":
        dead = state.get(DEAD_PROPERTY[0], True)
    return PlannedChange(
        address=urn,
        operation=operation,
        declared=declared,
        recorded=recorded,
        dead=dead,
        provider=_provider_of(goal.get("provider"), providers, {}),
    )


def _differs(goal: Mapping[str, Any]) -> bool:
    """Whether the inputs differ from the recorded ones. Where they do not, an update comes from recorded outputs."""
    return any(an_object(goal, "inputDiff", "goal").values())


def _changed(goal: Mapping[str, Any]) -> dict[str, Any]:
    diff = an_object(goal, "inputDiff", "goal")
    return {**an_object(diff, "adds", "inputDiff"), **an_object(diff, "updates", "inputDiff")}


def settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """A resource's properties under the API's names. What is null is left out, what is not told a marker."""
    values = {key.api: _value(properties.get(key.pulumi)) for key in PREFERENCE_KEYS}
    return {name: value for name, value in values.items() if value is not None}


def dead_value(properties: Mapping[str, Any]) -> Any:
    """What is given for enforceMfaForLogin, None where nothing is."""
    return properties.get(DEAD_PROPERTY[0])


def _value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_unknown(value):
        return UNKNOWN
    return SECRET if _is_secret(value) else value


def is_unknown(value: Any) -> bool:
    """Whether a value, or anything in it, is known only after the deploy."""
    if isinstance(value, dict):
        return any(map(is_unknown, value.values()))
    if isinstance(value, list):
        return any(map(is_unknown, value))
    return isinstance(value, str) and value in UNKNOWN_VALUES


def _is_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return _SECRET_SIGN in value or any(map(_is_secret, value.values()))
    if isinstance(value, list):
        return any(map(_is_secret, value))
    return isinstance(value, str) and value == _SECRET_TEXT


def resource_type(urn: str) -> str:
    """A resource's type: the last of the chain that its URN names."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""


def _is_provider(urn: str) -> bool:
    return resource_type(urn) == PROVIDER_TYPE


def _previewed_provider(urn: str, step: Mapping[str, Any]) -> Provider:
    state = an_object(step, "newState", "step") or an_object(step, "oldState", "step")
    return provider_of(urn, an_object(state, "inputs", "newState"))


def _planned_provider(urn: str, plan: Mapping[str, Any]) -> Provider:
    """A provider whose inputs have not changed is known from its state only."""
    goal, state = an_object(plan, "goal", "resourcePlan"), an_object(plan, "state", "resourcePlan")
    return provider_of(urn, {**state, **_changed(goal)})


def _provider_of(reference: Any, providers: Mapping[str, Provider], default: Mapping[str, Any]) -> Provider:
    """A resource names its provider as URN::id. What the stack configures of the default one is in `default`."""
    if reference is not None and not isinstance(reference, str):
        raise PlanError(f"provider should be a text, found {show(reference)}")
    urn = (reference or "").rpartition("::")[0]
    if urn in providers:
        return providers[urn]
    return provider_of(urn, default if urn.rsplit("::", 1)[-1].startswith("default_") else {})


def provider_of(urn: str, properties: Mapping[str, Any]) -> Provider:
    """A provider, from its URN and its properties. Nested ones are JSON texts."""
    name = urn.rsplit("::", 1)[-1] if urn else "default"
    role = properties.get("assumeRole", properties.get("assumeRoleWithOidc"))
    hidden = _is_hidden(role)
    if isinstance(role, str) and role.startswith(("{", "[")) and not hidden:
        try:
            role = json.loads(role)
        except (ValueError, RecursionError):
            hidden = True
    role = role[0] if isinstance(role, list) and role else role
    arn = role.get("roleArn", role.get("role_arn")) if isinstance(role, dict) else role
    region, profile, role_arn = (_text(value) for value in (properties.get("region"), properties.get("profile"), arn))
    return Provider(
        name="default" if _DEFAULT.fullmatch(name) else name,
        region=region,
        profile=profile,
        role_arn=role_arn,
        unknown=hidden or any(_text(value) is None for value in (arn, properties.get("profile")) if value is not None),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and not _is_hidden(value) else None


def _is_hidden(value: Any) -> bool:
    return is_unknown(value) or _is_secret(value)
