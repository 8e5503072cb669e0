"""Which provider a resource of Pulumi is deployed with: its account, its version, and where its plugin comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from acctgate.model.planned_resource import resource_name
from acctgate.model.preference_keys import PREFERENCE_KEYS
from acctgate.model.provider import Provider
from acctgate.model.provider_eras import ERAS, eras_of_attributes, parse_version, pulumi_eras
from acctgate.plan.own_variables import credentials_in_variables
from acctgate.plan.pulumi_values import is_hidden, visible_text
from acctgate.plan.require import PlanError, require_object
from acctgate.plan.resource_types import OWN_TYPES, resource_type
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.strict_json import read_json
from acctgate.text import show

PLUGIN_OPTIONS: Final = "__internal"
"""The input of a provider under which the engine keeps the options that select its plugin."""
_DEFAULT: Final = re.compile(r"default(?P<version>(_\d+)+)(_(alpha|beta|rc|dev)(_\w+)?)?(?P<source>.*)")
"""The name of a default provider: its version, and the source of its plugin if that is not Pulumi's own."""
_CONFIG: Final = "alicloud:"
_ROLES: Final = ("assumeRole", "assumeRoleWithOidc")
_CREDENTIALS: Final = {
    "ecsRoleName": "the ECS role",
    "sharedCredentialsFile": "the credentials file",
    "credentialsUri": "the credentials URI",
}


@dataclass(frozen=True, slots=True)
class PlanProviders:
    """The providers that a plan shows."""

    by_urn: Mapping[str, Provider]
    configured: Mapping[str, Any]
    """What the stack configures of the default provider."""

    def named(self, reference: Any) -> Provider:
        """Return the provider that a resource names as URN::id.

        Raises:
            PlanError: The reference is not a text.
        """
        if reference is not None and not isinstance(reference, str):
            raise PlanError(f"provider should be a text, found {show(reference)}")
        urn = (reference or "").rpartition("::")[0]
        if urn in self.by_urn:
            return self.by_urn[urn]
        name = resource_name(urn)
        if not urn or _DEFAULT.fullmatch(name):
            return provider_of(urn, self.configured)
        hint = f"the plan leaves out the unchanged provider {one_line(name)}; make it with --show-sames"
        return Provider(name=name, unknown=True, hint=hint, eras=ERAS)


def stack_configuration(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the stack configures of the default alicloud provider."""
    config = require_object(document, "config", "plan")
    return {key.removeprefix(_CONFIG): value for key, value in config.items() if key.startswith(_CONFIG)}


def provider_of(urn: str, properties: Mapping[str, Any]) -> Provider:
    """Return a provider, from its URN and its properties. Nested properties are JSON texts."""
    name = resource_name(urn) if urn else "default"
    default = _DEFAULT.fullmatch(name)
    arn, hidden = _role(properties)
    profile, account = properties.get("profile"), properties.get("accountId")
    version = properties.get("version") or (default["version"].strip("_").replace("_", ".") if default else None)
    parsed = parse_version(version)
    return Provider(
        name="default" if default else name,
        region=visible_text(properties.get("region")),
        profile=visible_text(profile),
        role_arn=visible_text(arn),
        unknown=hidden or any(visible_text(value) is None for value in (arn, profile, account) if value is not None),
        account=visible_text(account),
        credentials=_credentials(properties),
        own_key=bool(properties.get("accessKey")),
        version=one_line(version) if parsed else "",
        eras=pulumi_eras(parsed) if parsed else ERAS,
        foreign=_foreign_plugin(properties, default["source"] if default else ""),
    )


def _foreign_plugin(properties: Mapping[str, Any], source: str) -> str | None:
    """Return why a provider's plugin is perhaps not Pulumi's own, or None.

    Args:
        properties: The provider's inputs.
        source: The part of a default provider's name that shows another source.
    """
    internal = properties.get(PLUGIN_OPTIONS) or {}
    if not isinstance(internal, dict):
        return "the plan does not show where its provider comes from"
    if "name" in internal or "parameterization" in internal:
        return f"its provider is the package {one_line(internal.get('name', 'of another plugin'))}; use Pulumi's own"
    url = properties.get("pluginDownloadURL") or internal.get("pluginDownloadURL") or source.strip("_")
    return f"its provider comes from {one_line(url)}; leave out pluginDownloadURL" if url else None


def foreign_reason(urn: str, provider: Provider) -> str | None:
    """Return why a resource is perhaps not one of Pulumi's own package for alicloud, or None."""
    kind = resource_type(urn)
    own = OWN_TYPES.get(kind)
    return f"its type is {one_line(kind)}; use {own}" if own else provider.foreign


def narrow_eras(provider: Provider, *states: Mapping[str, Any]) -> Provider:
    """Return the provider without the eras that a resource's properties rule out, if its version is not known."""
    if provider.eras != ERAS:
        return provider
    return replace(provider, eras=eras_of_attributes(terraform_names(*states), complete=False))


def terraform_names(*states: Mapping[str, Any]) -> set[str]:
    """Return Terraform's names of the settings that a resource's properties have."""
    return {key.terraform for key in PREFERENCE_KEYS if any(key.pulumi in state for state in states)}


def _role(properties: Mapping[str, Any]) -> tuple[Any, bool]:
    """Return the assumed role's ARN, and whether the plan hides it, as it does a role that the environment names."""
    given = [properties[name] for name in _ROLES if properties.get(name) is not None]
    if len(given) != 1:
        return None, bool(given)
    [role] = given
    hidden = is_hidden(role)
    if isinstance(role, str) and role.startswith(("{", "[")) and not hidden:
        try:
            role = read_json(role, "assumeRole")
        except SourceError:
            hidden = True
    if isinstance(role, list):
        role = role[0] if len(role) == 1 else {}
    if not isinstance(role, dict):
        return role, hidden
    arn = role.get("roleArn", role.get("role_arn"))
    return arn, hidden or arn is None


def _credentials(properties: Mapping[str, Any]) -> str | None:
    if _renames_variables(properties.get(PLUGIN_OPTIONS)):
        return "the environment variables that envVarMappings renames"
    given = [(what, properties[name]) for name, what in _CREDENTIALS.items() if properties.get(name)]
    if given:
        return f"{given[0][0]} {one_line(visible_text(given[0][1]) or 'that is not known')}"
    return None if any(map(properties.get, ("accessKey", "profile"))) else credentials_in_variables()


def _renames_variables(options: Any) -> bool:
    """Return whether the engine renames variables for the provider, which may then have other credentials."""
    return isinstance(options, dict) and bool(options.get("envVarMappings"))
