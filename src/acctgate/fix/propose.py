"""Propose the resources that make one account satisfy a policy, and the manual steps. Pure.

The SecurityPreference declares the settings that do not comply, and always masks and session duration: a create
without them clears them. The password policy declares all its settings. The proposal is judged before it is returned,
by the same overlay that judges plans.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from acctgate.evaluate.pipeline import evaluate
from acctgate.fix.model import PREFERENCE, DeclaredSetting, Fix, Step
from acctgate.fix.passwords import password_settings, planned_passwords
from acctgate.model.api_error import explain
from acctgate.model.outcome import Outcome, Result, reason_of
from acctgate.model.planned_change import PlannedChange
from acctgate.model.preference_keys import BY_SETTING, DEFAULT_HOURS, HOURS, MASKS, PREFERENCE_KEYS, PreferenceKey
from acctgate.model.sections import OPERATIONS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.plan.overlay import SECTION, overlay, overlay_passwords
from acctgate.policy.policy import Policy
from acctgate.rules import RULES, login_lockout, no_loosening
from acctgate.rules.base import SettingRule

_LEFT_OUT: Final = {
    MASKS: "a resource without it opens console logon to every network",
    HOURS: f"a new resource without it resets it to {DEFAULT_HOURS} hours",
}
_OPEN: Final[tuple[Result, ...]] = ("fail", "unknown")
_RANK: Final[dict[Result, int]] = {"pass": 0, "skipped": 0, "waived": 1, "unknown": 2, "fail": 3}
_CHANGE_RULES: Final = (login_lockout.RULE.id, no_loosening.RULE.id)
"""Rules that judge what the resource changes, not the account: their findings are warnings."""
_MOST_MASKS: Final = 40
_LONGEST_MASKS: Final = 512


@dataclass(frozen=True, slots=True)
class _Repairer:
    """A rule, and the setting of the resource that repairs it."""

    rule: SettingRule[Any]
    key: PreferenceKey

    def repaired(self, value: object, policy: Policy) -> Any:
        """Return the compliant value to use instead of `value`, None if the policy does not define one."""
        entry = policy.rules[self.rule.id]
        if entry["level"] == "disabled" or self.rule.id in policy.unusable or self.rule.repair is None:
            return None
        return self.rule.repair(value, entry)


_REPAIRERS: Final = {
    rule.id: _Repairer(rule, BY_SETTING[rule.setting])
    for rule in RULES
    if isinstance(rule, SettingRule) and rule.repair is not None and rule.setting in BY_SETTING
}


def propose(snapshot: Snapshot, policy: Policy, now: datetime) -> Fix:
    """Return the proposal for an account, judged as of `now`."""
    unknown_groups = tuple(_unknown_groups(snapshot, policy))
    policy = policy.for_account(snapshot)
    (report,) = evaluate([snapshot], policy, now)
    found = report.outcomes
    settings, withheld = _settings(snapshot, policy, found)
    cautions: tuple[str, ...] = ()
    if settings:
        after = _judge(overlay(snapshot, [_planned(settings)]), policy, now)
        withheld = _fault(found, after, settings)
        settings, cautions = ((), ()) if withheld else (settings, (*_change_findings(after), *_limits(settings)))
    passwords, more = _passwords(snapshot, policy, found, now)
    repaired = {setting.repairs for setting in (*settings, *passwords)}
    steps = tuple(_step(outcome) for outcome in found if outcome.outcome in _OPEN and outcome.rule not in repaired)
    return Fix(
        snapshot.account_id,
        snapshot.alias,
        policy.source,
        settings,
        (*unknown_groups, *cautions, *more),
        withheld,
        steps,
        passwords,
        report.age_notice,
    )


def _unknown_groups(snapshot: Snapshot, policy: Policy) -> Iterator[str]:
    """Yield a warning for each group that the account may be in: what it requires is not considered."""
    for each in policy.memberships(snapshot):
        if each.holds is None:
            yield f"{each.reason}, so the account may be in the group {each.group.name}, whose rules do not count here"


def _passwords(
    snapshot: Snapshot, policy: Policy, found: Sequence[Outcome], now: datetime
) -> tuple[tuple[DeclaredSetting, ...], tuple[str, ...]]:
    """Return the password policy to declare and warnings, or the warning that it would do harm."""
    settings, cautions = password_settings(snapshot, policy, [each for each in found if each.outcome in _OPEN])
    if not settings:
        return (), ()
    after = _judge(overlay_passwords(snapshot, [planned_passwords(settings)]), policy, now)
    fault = _fault(found, after, settings)
    return (
        ((), (f"No password policy is printed, because it could do harm: {fault}",)) if fault else (settings, cautions)
    )


def _judge(snapshot: Snapshot, policy: Policy, now: datetime) -> tuple[Outcome, ...]:
    (report,) = evaluate([snapshot], policy, now)
    return report.outcomes


def _planned(settings: Sequence[DeclaredSetting]) -> PlannedChange:
    return PlannedChange(PREFERENCE.name, "create", {setting.key.api: setting.value for setting in settings})


def _settings(
    snapshot: Snapshot, policy: Policy, found: Sequence[Outcome]
) -> tuple[tuple[DeclaredSetting, ...], str | None]:
    """Return the settings to declare, or why there are none."""
    wanting = [outcome for outcome in found if outcome.outcome in _OPEN and outcome.rule in _REPAIRERS]
    if reason := _unread(snapshot):
        return (), reason if wanting else None
    repairs = [_repair(snapshot, policy, outcome) for outcome in wanting]
    declared = {repair.key.api: repair for repair in repairs if repair is not None}
    if not declared:
        return (), None
    for repairer in _REPAIRERS.values():
        if repairer.key.api in _LEFT_OUT and repairer.key.api not in declared:
            unchanged = _unchanged(snapshot, policy, repairer, wanting)
            if isinstance(unchanged, str):
                return (), unchanged
            declared[unchanged.key.api] = unchanged
    return tuple(declared[key.api] for key in PREFERENCE_KEYS if key.api in declared), None


def _unread(snapshot: Snapshot) -> str | None:
    """Return why the whole preference is unknown, so that the effect of a resource is unknown too."""
    section, error = snapshot.read((SECTION,)), snapshot.errors.get(SECTION)
    reason = section.reason if isinstance(section, Unknown) else error and explain(error, OPERATIONS[SECTION])
    return f"{reason}; fix this, then run acctgate fix again" if reason else None


def _read(snapshot: Snapshot, repairer: _Repairer) -> Any:
    """Return the live value. Text that cannot be encoded is unknown."""
    value = snapshot.read(repairer.key.path)
    try:
        str(value).encode()
    except UnicodeEncodeError:
        return Unknown(f"{repairer.key.api} is not valid Unicode text", value)
    return value


def _repair(snapshot: Snapshot, policy: Policy, outcome: Outcome) -> DeclaredSetting | None:
    """Return the setting that repairs the rule, None if a person must decide.

    An unknown value may be stricter than the policy requires. Masks and duration are always sent, so they get the
    policy's value.
    """
    repairer = _REPAIRERS[outcome.rule]
    value = _read(snapshot, repairer)
    sent_anyway = repairer.key.api in _LEFT_OUT and isinstance(value, Unknown)
    if outcome.outcome == "unknown" and not sent_anyway and not _absent(snapshot, repairer):
        return None
    repaired = repairer.repaired(value, policy)
    if repaired is None:
        return None
    why = f"{outcome.rule} requires {outcome.expected}; {_current(outcome)}"
    return DeclaredSetting(repairer.key, repaired, why, outcome.rule)


def _absent(snapshot: Snapshot, repairer: _Repairer) -> bool:
    """Return whether the API response has none of the settings that the rule reads."""
    values = [snapshot.read(path) for path in repairer.rule.paths]
    return all(isinstance(value, Unknown) and value.absent for value in values)


def _current(outcome: Outcome) -> str:
    if outcome.outcome == "unknown":
        return reason_of(outcome.message)
    actual = json.dumps(outcome.actual, ensure_ascii=False)
    return f"{outcome.setting.rpartition('.')[2]} is now {actual}"


def _unchanged(
    snapshot: Snapshot, policy: Policy, repairer: _Repairer, wanting: Sequence[Outcome]
) -> DeclaredSetting | str:
    """Return masks or duration unchanged, or the policy's value if they are unknown, or why there is neither."""
    key, rule = repairer.key, repairer.rule
    value = _read(snapshot, repairer)
    if not isinstance(value, Unknown):
        not_repaired = any(outcome.rule == rule.id for outcome in wanting)
        prefix = f"NOT repaired (see {rule.id} below), " if not_repaired else ""
        return DeclaredSetting(key, value, f"{prefix}unchanged: {_LEFT_OUT[key.api]}")
    wanted = repairer.repaired(value, policy)
    if wanted is None:
        reason = f"{key.api} is unknown ({value.reason}), the policy does not define it"
        return f"{reason}, and {_LEFT_OUT[key.api]}"
    return DeclaredSetting(key, wanted, f"{rule.id} requires {rule.expected(policy.rules[rule.id])}; {value.reason}")


def _fault(before: Sequence[Outcome], after: Sequence[Outcome], settings: Sequence[DeclaredSetting]) -> str | None:
    """Return what the resource would not repair or make worse. This must never happen."""
    repaired = {setting.repairs for setting in settings}
    for old, new in zip(before, after, strict=True):
        worse = _RANK[new.outcome] > _RANK[old.outcome] and new.rule not in _CHANGE_RULES
        if worse or (new.rule in repaired and new.outcome != "pass"):
            return f"with the resource, {new.rule} would be: {new.message} (this is a bug in acctgate)"
    return None


def _change_findings(after: Sequence[Outcome]) -> list[str]:
    """Return warnings about users that stricter settings may lock out, and about settings that become looser.

    The resource itself says which present values are unknown.
    """
    lockouts = (each for each in after if each.rule == login_lockout.RULE.id and each.outcome in _OPEN)
    looser = (each for each in after if each.rule == no_loosening.RULE.id and each.outcome == "fail")
    about = (*lockouts, *looser)
    return [f"{outcome.rule} ({outcome.level}): {outcome.message}. {outcome.remediation}" for outcome in about]


def _limits(settings: Sequence[DeclaredSetting]) -> list[str]:
    masks = next(str(setting.value) for setting in settings if setting.key.api == MASKS)
    if masks.count(";") < _MOST_MASKS and len(masks) <= _LONGEST_MASKS:
        return []
    most = f"at most {_MOST_MASKS} masks and {_LONGEST_MASKS} characters"
    return [f"Alibaba Cloud documents {most}, but these are {masks.count(';') + 1} and {len(masks)}: summarize them"]


def _step(outcome: Outcome) -> Step:
    remediation = outcome.remediation
    if outcome.outcome == "unknown":  # the value may comply or be stricter
        remediation = f"Find out the value. If it does not comply: {remediation}"
    return Step(outcome.rule, outcome.level, outcome.message, outcome.expected, remediation)
