"""Repair what a planned SecurityPreference or password policy sets or leaves out, for rules at level `remediate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.log import trace
from acctgate.model.effect import Marker
from acctgate.model.password_request import RESOURCES, SECTION, PasswordResource
from acctgate.model.preference_keys import BY_SETTING, LEFT_OUT, PREFERENCE_TYPE
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
    if not isinstance(rule, SettingRule):
        return None
    if kind in _PASSWORDS:
        return _with_passwords(rule, entry, _PASSWORDS[kind], properties)
    key = BY_SETTING.get(rule.setting)
    if key is None or rule.repair is None:
        return None
    declared = settings({name: properties[name] for name in properties})
    value = declared.get(key.api, LEFT_OUT.get(key.api))
    if value is None or isinstance(value, Marker):
        return None
    try:
        if rule.judge_values([value, *_absent(rule, entry)], entry).outcome != "fail":
            return None
        repaired = rule.repair(value, entry)
    except (Exception, SystemExit) as error:  # a custom rule that raises is judged as unknown
        trace(f"{rule.id} raised", error)
        return None
    return None if repaired is None else {**_target(properties), key.pulumi: repaired}


def is_repairable(rule: Rule[Any]) -> bool:
    """Return whether a planned password policy can repair the rule."""
    section = rule.setting.partition(".")[0]
    return section == SECTION and isinstance(rule, SettingRule) and bool(rule.repair or rule.repair_all)


def _with_passwords(
    rule: SettingRule[Any], entry: RuleEntry, resource: PasswordResource, properties: Mapping[str, Any]
) -> Mapping[str, Any] | None:
    """Return the properties of a password policy, repaired; see `remediated`."""
    given = password_settings(resource.terraform, {name: properties[name] for name in properties})
    declared = {**resource.defaults, **given}
    absent = Unknown("not declared", absent=True)
    values = [declared.get(str(path[-1]), absent) for path in rule.paths_for(entry)]
    if not is_repairable(rule) or any(isinstance(value, Marker) for value in values):
        return None
    try:
        if rule.judge_values(values, entry).outcome != "fail":
            return None
        repairs = {setting.rpartition(".")[2]: value for setting, value in rule.repairs(values[0], entry).items()}
    except (Exception, SystemExit) as error:  # a custom rule that raises is judged as unknown
        trace(f"{rule.id} raised", error)
        return None
    changed = {resource.keys[key].pulumi: value for key, value in repairs.items() if key in declared}
    return {**_target(properties), **changed} if changed else None


def _absent(rule: SettingRule[Any], entry: RuleEntry) -> list[Unknown]:
    return [Unknown("not declared", absent=True) for _ in rule.paths_for(entry)[1:]]


def _target(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties behind the SDK's proxy, in which secrets stay secret."""
    target: Mapping[str, Any] = properties["__target"] if type(properties) is not dict else properties
    return target
