"""Propose the password policy that makes one account satisfy a policy. Pure.

The resource declares every setting: whether the API keeps one that a call leaves out is not documented.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from acctgate.fix.model import PASSWORDS, DeclaredSetting
from acctgate.model.other_change import OtherChange
from acctgate.model.outcome import Outcome
from acctgate.model.password_request import API_DEFAULTS, PASSWORD_POLICY, SECTION, PlannedPasswords
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.policy.policy import Policy
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from acctgate.text import show

_RULES: Final = {
    rule.id: rule
    for rule in RULES
    if isinstance(rule, SettingRule) and rule.setting.startswith(f"{SECTION}.") and (rule.repair or rule.repair_all)
}
_UNDECLARABLE: Final = {"InitialPasswordAge": 14, "InterceptRiskPasswordOnApi": False}
"""Settings that no resource has, and the defaults that SetPasswordPolicy documents."""
_UNCHANGED: Final = "unchanged: the API may reset what a resource leaves out"


def password_settings(
    snapshot: Snapshot, policy: Policy, wanting: Sequence[Outcome]
) -> tuple[tuple[DeclaredSetting, ...], tuple[str, ...]]:
    """Return the settings to declare, and warnings. Without a repair there are none.

    Args:
        snapshot: The account.
        policy: The policy.
        wanting: The findings.
    """
    if isinstance(snapshot.read((SECTION,)), Unknown):
        return (), ()
    repairs: dict[str, DeclaredSetting] = {}
    for outcome in wanting:
        if outcome.rule in _RULES and policy.rules[outcome.rule]["level"] != "disabled":
            repairs |= _repairs(snapshot, policy, _RULES[outcome.rule], outcome)
    if not repairs:
        return (), ()
    live = {key: snapshot.read((SECTION, key)) for key in API_DEFAULTS}
    kept = {
        key: DeclaredSetting(PASSWORD_POLICY.keys[key], value, _UNCHANGED)
        for key, value in live.items()
        if _is_known(value)
    }
    declared = {**kept, **repairs}
    return tuple(declared[key] for key in API_DEFAULTS if key in declared), tuple(_cautions(snapshot))


def planned_passwords(settings: Sequence[DeclaredSetting]) -> OtherChange:
    """Return the planned resource with these settings."""
    declared = {setting.key.api: setting.value for setting in settings}
    return OtherChange(PASSWORDS.name, PASSWORDS.terraform, "create", passwords=PlannedPasswords(declared))


def _is_known(value: object) -> bool:
    return not isinstance(value, Unknown)


def _repairs(
    snapshot: Snapshot, policy: Policy, rule: SettingRule[Any], outcome: Outcome
) -> dict[str, DeclaredSetting]:
    """Return the settings that repair a rule, none if a person must decide: an unknown value may be stricter."""
    values = [snapshot.read(path) for path in rule.paths]
    absent = all(isinstance(value, Unknown) and value.absent for value in values)
    if policy.unusable.get(rule.id) or (outcome.outcome == "unknown" and not absent):
        return {}
    entry = policy.rules[rule.id]
    declared = {}
    for setting, value in rule.repairs(values[0], entry).items():
        key = setting.rpartition(".")[2]
        live = snapshot.read((SECTION, key))
        if isinstance(live, Unknown) or type(live) is not type(value) or live != value:
            now = live.reason if isinstance(live, Unknown) else f"{key} is now {show(live)}"
            why = f"{rule.id} requires {outcome.expected}; {now}"
            declared[key] = DeclaredSetting(PASSWORD_POLICY.keys[key], value, why, rule.id)
    return declared


def _cautions(snapshot: Snapshot) -> list[str]:
    """Return warnings about settings that the resource cannot declare."""
    live = {key: snapshot.read((SECTION, key)) for key in _UNDECLARABLE}
    return [
        f"{key} is now {show(value)}. The resource cannot declare it, and the API may reset it to "
        f"{show(_UNDECLARABLE[key])}: compare it after the deploy."
        for key, value in live.items()
        if _is_known(value) and value != _UNDECLARABLE[key]
    ]
