"""Repair what a planned SecurityPreference or password policy sets or leaves out, for rules at level `remediate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.log import trace
from acctgate.model.effect import Marker
from acctgate.model.password_request import RESOURCES, SECTION
from acctgate.model.preference_keys import BY_API, BY_SETTING, LEFT_OUT, PREFERENCE_TYPE
from acctgate.model.snapshot import Unknown
from acctgate.plan.pulumi_values import password_settings, settings
from acctgate.rules.base import Rule, RuleEntry, SettingRule

_PASSWORDS: Final = {resource.pulumi: resource for resource in RESOURCES.values()}
REPAIRABLE_TYPES: Final = frozenset({PREFERENCE_TYPE, *_PASSWORDS})
"""Pulumi's types of the resources that can be repaired."""


def remediated(rule: Rule[Any], entry: RuleEntry, kind: str, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the resource's properties with the rule's settings repaired, None if there is nothing to repair.

    A setting that the program leaves out and the deploy does not change stays left out.

    Args:
        rule: The rule.
        entry: Its entry in the policy.
        kind: Pulumi's type of the resource.
        properties: Its properties.
    """
    names = _property_names(kind)
    if not isinstance(rule, SettingRule) or rule.setting not in names:
        return None
    declared = _declared(kind, {name: properties[name] for name in properties})
    values = [declared.get(setting, Unknown("not declared", absent=True)) for setting in rule.settings_for(entry)]
    if any(isinstance(value, Marker) for value in values):
        return None
    try:
        if rule.judge_values(values, entry).outcome != "fail":
            return None
        repairs = rule.repairs(values[0], entry)
    except (Exception, SystemExit) as error:  # a custom rule that raises is judged as unknown
        trace(f"{rule.id} raised", error)
        return None
    changed = {names[setting]: value for setting, value in repairs.items() if setting in declared}
    return {**_target(properties), **changed} if changed else None


def is_repairable(rule: Rule[Any]) -> bool:
    """Return whether a planned password policy can repair the rule."""
    section = rule.setting.partition(".")[0]
    return section == SECTION and isinstance(rule, SettingRule) and bool(rule.repair or rule.repair_all)


def _property_names(kind: str) -> Mapping[str, str]:
    """Return the settings of a type of resource, and the properties that declare them."""
    if kind in _PASSWORDS:
        return {f"{SECTION}.{name}": key.pulumi for name, key in _PASSWORDS[kind].keys.items()}
    return {setting: key.pulumi for setting, key in BY_SETTING.items()}


def _declared(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a resource makes of each setting that it declares, or that the deploy changes if it is left out."""
    if kind in _PASSWORDS:
        resource = _PASSWORDS[kind]
        passwords = {**resource.defaults, **password_settings(resource.terraform, properties)}
        return {f"{SECTION}.{name}": value for name, value in passwords.items()}
    return {BY_API[name].setting: value for name, value in {**LEFT_OUT, **settings(properties)}.items()}


def _target(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties behind the SDK's proxy, in which secrets stay secret."""
    target: Mapping[str, Any] = properties["__target"] if type(properties) is not dict else properties
    return target
