"""Repair what a planned SecurityPreference sets or leaves out, for rules at level `remediate`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from acctgate.log import trace
from acctgate.model.planned_change import Marker
from acctgate.model.preference_keys import BY_SETTING, LEFT_OUT
from acctgate.model.snapshot import Unknown
from acctgate.plan.pulumi import settings
from acctgate.rules.base import Rule, RuleEntry, SettingRule


def remediated(rule: Rule[Any], entry: RuleEntry, properties: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the resource's properties with the rule's setting repaired, None if there is nothing to repair.

    A setting that the program leaves out and the deploy does not change stays left out.
    """
    key = BY_SETTING.get(rule.setting)
    if key is None or not isinstance(rule, SettingRule) or rule.repair is None:
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


def _absent(rule: SettingRule[Any], entry: RuleEntry) -> list[Unknown]:
    return [Unknown("not declared", absent=True) for _ in rule.paths_for(entry)[1:]]


def _target(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the properties behind the SDK's proxy, in which secrets stay secret."""
    target: Mapping[str, Any] = properties["__target"] if type(properties) is not dict else properties
    return target
