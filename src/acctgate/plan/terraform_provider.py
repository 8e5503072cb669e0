"""Which provider a resource of Terraform is deployed with: its account, and its version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from acctgate.model.provider import Provider
from acctgate.model.provider_eras import (
    ERAS,
    NEWEST,
    ProviderEra,
    eras_of_attributes,
    eras_of_constraints,
    parse_version,
    satisfies,
    terraform_eras,
)
from acctgate.plan.lock_file import Versions
from acctgate.plan.own_variables import credentials_in_variables
from acctgate.plan.require import require_object
from acctgate.redact import one_line

_SOURCE: Final = re.compile(
    r"(?:registry\.terraform\.io|registry\.opentofu\.org)/(?:aliyun|hashicorp|-)/alicloud|alicloud", re.ASCII
)
_ROLE: Final = re.compile(r"acs:ram::\d+:role/.+", re.ASCII)
_MODULE: Final = re.compile(r"(?:^|\.)module\.([^.]+)")
_ROLES: Final = ("assume_role", "assume_role_with_oidc")
_CREDENTIALS: Final = {
    "ecs_role_name": "the ECS role",
    "shared_credentials_file": "the credentials file",
    "credentials_uri": "the credentials URI",
}
_UNSHOWN: Final = "that the plan does not show"


class _Role(NamedTuple):
    """The role that a provider assumes, if any."""

    arn: str | None = None
    variable: str = ""
    """The variable whose value it is."""
    hidden: bool = True
    """Whether it assumes one that the plan does not show."""


@dataclass(frozen=True, slots=True)
class ProviderContext:
    """What a plan shows of all its providers."""

    configured: Mapping[str, Any]
    """`provider_config`, by key."""
    variables: Mapping[str, Any]
    """The values of the root module's variables."""
    versions: Versions
    """The locked versions, by provider source."""
    ephemeral: frozenset[str] = frozenset()
    """The names of the root module's ephemeral variables."""
    folders: Mapping[str, str] = field(default_factory=dict)
    """The folders of modules that are called by their path, from the root module's."""

    def of_deleted(self, resource_change: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return a stand-in for a resource that the configuration no longer has, with the only provider of its source.

        Return None if the plan configures several, or none.
        """
        source = resource_change.get("provider_name")
        keys = [
            key
            for key, config in self.configured.items()
            if isinstance(config, dict) and config.get("full_name", source) == source
        ]
        return {"provider_config_key": keys[0]} if len(keys) == 1 else None

    def provider(self, resource_change: Mapping[str, Any], resource: Mapping[str, Any] | None) -> Provider:
        """Return the provider of a resource.

        Args:
            resource_change: The planned change.
            resource: The resource in the configuration, None if it is not there.
        """
        key = (resource or {}).get("provider_config_key")
        eras, version = self._eras(resource_change)
        if not isinstance(key, str) or self._is_missing(key):
            hint = "the plan does not contain the resource's provider"
            return Provider(name="", unknown=True, hint=hint, eras=eras, version=version)
        config = require_object(self.configured, key, "provider_config")
        expressions = require_object(config, "expressions", "provider_config")
        role = self._role(expressions, root=":" not in key)
        profile, account = expressions.get("profile"), expressions.get("account_id")
        module = ".".join(_MODULE.findall(key.rpartition(":")[0]))
        return Provider(
            name=_name(config, key),
            region=_constant(expressions.get("region")),
            profile=_constant(profile),
            role_arn=role.arn,
            role_variable=role.variable,
            module=module,
            module_folder=self.folders.get(module),
            unknown=role.hidden or any(value is not None and _constant(value) is None for value in (profile, account)),
            hint="the plan does not show its role, its profile or its account_id",
            account=_constant(account),
            credentials=_credentials(expressions),
            own_key=bool(expressions.get("access_key")),
            eras=eras,
            version=version,
        )

    def _is_missing(self, key: str) -> bool:
        """Return whether a module's provider is not in the plan. The root module's default needs no configuration."""
        return bool(self.configured) and key not in self.configured and ":" in key

    def _role(self, expressions: Mapping[str, Any], *, root: bool) -> _Role:
        """Return the role that a provider assumes."""
        given = [expressions[name] for name in _ROLES if expressions.get(name) not in (None, [])]
        if len(given) != 1:
            return _Role(hidden=bool(given))
        [roles] = given
        if isinstance(roles, list):
            if len(roles) != 1:
                return _Role()
            roles = roles[0]
        expression = roles.get("role_arn") if isinstance(roles, dict) and "role_arn" in roles else roles
        if arn := _constant(expression):
            return _Role(arn, hidden=False)
        return self._role_in_variable(expression) if root else _Role()

    def _role_in_variable(self, expression: Any) -> _Role:
        """Return the role in a variable, unless the expression only builds a role from it.

        An ephemeral variable is given anew when the plan is applied, perhaps with another value.
        """
        references = expression.get("references") if isinstance(expression, dict) else None
        if not isinstance(references, list) or len(references) != 1 or not str(references[0]).startswith("var."):
            return _Role()
        name = str(references[0]).removeprefix("var.")
        variable = self.variables.get(name)
        value = variable.get("value") if isinstance(variable, dict) else None
        if not isinstance(value, str) or not _ROLE.fullmatch(value) or name in self.ephemeral:
            return _Role()
        return _Role(value, name, hidden=False)

    def _eras(self, resource_change: Mapping[str, Any]) -> tuple[tuple[ProviderEra, ...], str]:
        """Return the eras of the provider's version, with the version or constraint for messages."""
        source = resource_change.get("provider_name")
        constraints = self._constraints(source)
        locked = self.versions.get(source) if isinstance(source, str) else None
        version = parse_version(locked)
        if version and satisfies(version, constraints):
            return terraform_eras(version), one_line(locked)
        possible = _possible_eras(resource_change, complete=not constraints)
        allowed = eras_of_constraints(constraints) if constraints else ERAS
        shown = one_line(", ".join(constraints))
        return tuple(era for era in allowed if era in possible) or ERAS, shown

    def _constraints(self, source: Any) -> list[str]:
        """Return the constraints of all modules, joined."""
        found = [
            config["version_constraint"]
            for config in self.configured.values()
            if isinstance(config, dict)
            and config.get("full_name", source) == source
            and isinstance(config.get("version_constraint"), str)
        ]
        return list(dict.fromkeys(found))


def foreign_source(resource_change: Mapping[str, Any]) -> str | None:
    """Return why a resource is perhaps not of the official alicloud provider, or None."""
    source = resource_change.get("provider_name")
    if source is None or (isinstance(source, str) and _SOURCE.fullmatch(source)):
        return None
    return f"it belongs to the provider {one_line(source)}, not to aliyun/alicloud"


def _possible_eras(resource_change: Mapping[str, Any], *, complete: bool) -> tuple[ProviderEra, ...]:
    """Return the eras whose providers have the plan's attributes. Only the newest one has resource identity."""
    change = require_object(resource_change, "change", "resource_change")
    importing = change.get("importing")
    identities = (change.get("before_identity"), change.get("after_identity"), importing)
    if any(isinstance(each, dict) and (each.get("identity") or each is not importing) for each in identities):
        return NEWEST
    states = [change.get("before"), change.get("after"), change.get("after_unknown")]
    names = {name for state in states if isinstance(state, dict) for name in state}
    return eras_of_attributes(names, complete=complete and "enforce_mfa_for_login" in names)


def _name(config: Mapping[str, Any], key: str) -> str:
    """Return a provider's alias, which its key ends with."""
    alias = config.get("alias")
    if isinstance(alias, str):
        return alias
    return key.rpartition(".")[2] if "." in key else "default"


def _credentials(expressions: Mapping[str, Any]) -> str | None:
    given = [(what, expressions[name]) for name, what in _CREDENTIALS.items() if expressions.get(name)]
    if given:
        return f"{given[0][0]} {one_line(_constant(given[0][1]) or _UNSHOWN)}"
    return None if any(map(expressions.get, ("access_key", "profile"))) else credentials_in_variables()


def _constant(expression: Any) -> str | None:
    value = expression.get("constant_value") if isinstance(expression, dict) else None
    return value if isinstance(value, str) else None
