"""What Pulumi's plans and the policy pack share: resources, their properties, and their providers."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final
from urllib.parse import unquote

from acctgate.model.outcome import Place
from acctgate.model.password_request import RESOURCES
from acctgate.model.planned_change import SECRET, UNKNOWN, Operation, Provider
from acctgate.model.preference_keys import DEAD_PROPERTY, PREFERENCE_KEYS, PREFERENCE_TYPE
from acctgate.model.provider_eras import ERAS, eras_of_attributes, parse_version, pulumi_eras
from acctgate.model.resource_types import OTHER_TYPES
from acctgate.plan.require import PlanError
from acctgate.reading import SourceError, read_json
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
PROVIDER_TYPE: Final = "pulumi:providers:alicloud"
BRIDGED_TYPES: Final = frozenset({"alicloud:index/ramSecurityPreference:RamSecurityPreference"})
"""Tokens of the resource where a program uses the Terraform provider without Pulumi's own package."""
PREFERENCE_TYPES: Final = BRIDGED_TYPES | {PREFERENCE_TYPE}
WANTED_TYPES: Final = PREFERENCE_TYPES | OTHER_TYPES.keys()
"""The types that matter, besides providers."""
_NAMES: Final = {key.api: key.pulumi for key in PREFERENCE_KEYS}
_SECRET_SIGN: Final = "4dabf18193072939515e22adb298388d"  # noqa: S105
_SECRET_TEXT: Final = "[secret]"  # noqa: S105
_DEFAULT: Final = re.compile(r"default(?P<version>(_\d+)+).*")
_POSITION: Final = re.compile(r"project:///(?P<file>[^/#][^#]*)#(?P<line>[1-9]\d{0,6})(,\d+)?", re.ASCII)
_CREDENTIALS: Final = {
    "ecsRoleName": "the ECS role",
    "sharedCredentialsFile": "the credentials file",
    "credentialsUri": "the credentials URI",
}

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
"""What the deploy sends at each step. Of several steps for one resource, the first in this table decides."""


def keep(item: Mapping[str, Any]) -> bool:
    """Return whether an object of a Pulumi plan matters. Other resources do not."""
    kind = item.get("type")
    is_resource = isinstance(kind, str) and ("inputs" in item or "inputDiff" in item or "outputs" in item)
    return not is_resource or kind in WANTED_TYPES or kind == PROVIDER_TYPE


def deciding_step(steps: Sequence[Any]) -> str:
    """Return the step of a resource that decides what the deploy sends.

    Raises:
        PlanError: A step is not known.
    """
    for step in steps:
        if not isinstance(step, str) or step not in OPERATIONS:
            raise PlanError(f"the step {show(step)} is not known")
    return next(name for name in OPERATIONS if name in steps)


def is_deleted_last(operations: Sequence[str]) -> bool:
    """Return whether a replacement deletes the old resource after it has created the new one, as Pulumi does."""
    if "create-replacement" not in operations:
        return False
    deletes = [index for index, operation in enumerate(operations) if operation == "delete-replaced"]
    return not deletes or deletes[-1] > operations.index("create-replacement")


def foreign_reason(urn: str) -> str | None:
    """Return why a resource is perhaps not Pulumi's own SecurityPreference, or None."""
    kind = resource_type(urn)
    if kind == PREFERENCE_TYPE:
        return None
    return f"its type is {one_line(kind)}; use {PREFERENCE_TYPE}"


def place_of(position: Any) -> Place | None:
    """Return where the program declares a resource (`project:///__main__.py#12`), None for a file outside it."""
    match = _POSITION.fullmatch(position) if isinstance(position, str) else None
    file = one_line(unquote(match["file"])) if match else ""
    if match is None or file.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", file):
        return None
    return Place(file, int(match["line"]))


def names_property(paths: Iterable[str], name: str) -> bool:
    """Return whether property paths, such as `name`, `name[0]`, `["name"]` or `*`, name a property or a part of it."""
    first = [re.split(r"[.\[\]]", path.removeprefix("["))[0].strip("\"'") for path in paths]
    return name in first or "*" in first


def named_settings(paths: Collection[str]) -> list[str]:
    """Return the API's names of the settings that property paths name."""
    return [key for key, name in _NAMES.items() if names_property(paths, name)]


def partly_named_settings(paths: Collection[str]) -> list[str]:
    """Return the API's names of the settings of which property paths name only parts, such as `name[0]`."""
    return [
        key
        for key, name in _NAMES.items()
        if names_property(paths, name) and not {name, f'["{name}"]', f"['{name}']", "*"} & set(paths)
    ]


def settings(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return a resource's settings under the API's names, with a marker for a value that is not shown, without null."""
    return _values(properties, _NAMES)


def password_settings(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a password policy; see `settings`. `kind` is Terraform's type."""
    return _values(properties, {key: spelling.pulumi for key, spelling in RESOURCES[kind].keys.items()})


def _values(properties: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    values = {key: _value(properties.get(name)) for key, name in names.items()}
    return {key: value for key, value in values.items() if value is not None}


def recorded_dead_value(inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> Any:
    """Return what a resource's state records for enforceMfaForLogin. Older providers read it from the account."""
    return dead_value(outputs or inputs)


def dead_value(properties: Mapping[str, Any]) -> Any:
    """Return the value of enforceMfaForLogin, a `Marker` if the plan does not show it, None if there is none."""
    return _value(properties.get(DEAD_PROPERTY[0]))


def _value(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if is_unknown(value):
        return UNKNOWN
    return SECRET if _is_secret(value) else value


def is_unknown(value: Any) -> bool:
    """Return whether a value, or anything in it, is known only after the deploy."""
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
    """Return a resource's type: the last of the chain that its URN names."""
    parts = urn.split("::")
    return parts[2].rsplit("$", 1)[-1] if len(parts) > 3 else ""


def is_provider(urn: str) -> bool:
    """Return whether a URN names an alicloud provider."""
    return resource_type(urn) == PROVIDER_TYPE


def provider_named(reference: Any, providers: Mapping[str, Provider], configured: Mapping[str, Any]) -> Provider:
    """Return the provider that a resource names as URN::id.

    Args:
        reference: The resource's `provider`.
        providers: The providers in the plan, by URN.
        configured: What the stack configures of the default provider.

    Raises:
        PlanError: The reference is not a text.
    """
    if reference is not None and not isinstance(reference, str):
        raise PlanError(f"provider should be a text, found {show(reference)}")
    urn = (reference or "").rpartition("::")[0]
    if urn in providers:
        return providers[urn]
    name = urn.rsplit("::", 1)[-1]
    if not urn or _DEFAULT.fullmatch(name):
        return provider_of(urn, configured)
    hint = f"the plan leaves out the unchanged provider {one_line(name)}; make it with --show-sames"
    return Provider(name=name, unknown=True, hint=hint, eras=ERAS)


def provider_of(urn: str, properties: Mapping[str, Any]) -> Provider:
    """Return a provider, from its URN and its properties. Nested properties are JSON texts."""
    name = urn.rsplit("::", 1)[-1] if urn else "default"
    default = _DEFAULT.fullmatch(name)
    arn, hidden = _role(properties.get("assumeRole", properties.get("assumeRoleWithOidc")))
    profile, account = properties.get("profile"), properties.get("accountId")
    version = properties.get("version") or (default["version"].strip("_").replace("_", ".") if default else None)
    parsed = parse_version(version)
    return Provider(
        name="default" if default else name,
        region=_text(properties.get("region")),
        profile=_text(profile),
        role_arn=_text(arn),
        unknown=hidden or any(_text(value) is None for value in (arn, profile, account) if value is not None),
        account=_text(account),
        credentials=_credentials(properties),
        version=one_line(version) if parsed else "",
        eras=pulumi_eras(parsed) if parsed else ERAS,
    )


def date_by_properties(provider: Provider, *states: Mapping[str, Any]) -> Provider:
    """Return the provider without the eras that a resource's properties rule out, if its version is not known."""
    if provider.eras != ERAS:
        return provider
    names = {key.terraform for key in PREFERENCE_KEYS if any(key.pulumi in state for state in states)}
    return replace(provider, eras=eras_of_attributes(names, complete=False))


def _role(role: Any) -> tuple[Any, bool]:
    """Return the assumed role's ARN, and whether the plan hides it."""
    hidden = _is_hidden(role)
    if isinstance(role, str) and role.startswith(("{", "[")) and not hidden:
        try:
            role = read_json(role, "assumeRole")
        except SourceError:
            hidden = True
    role = role[0] if isinstance(role, list) and role else role
    return (role.get("roleArn", role.get("role_arn")) if isinstance(role, dict) else role), hidden


def _credentials(properties: Mapping[str, Any]) -> str | None:
    given = [(what, properties[name]) for name, what in _CREDENTIALS.items() if properties.get(name)]
    return f"{given[0][0]} {one_line(_text(given[0][1]) or 'that is not known')}" if given else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and not _is_hidden(value) else None


def _is_hidden(value: Any) -> bool:
    return is_unknown(value) or _is_secret(value)
