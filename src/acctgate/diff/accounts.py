"""Compare accounts: which settings moved, and which outcomes flipped. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from acctgate.language import Words, join
from acctgate.model import compliance_pack, config_rule_compliance
from acctgate.model.compliance_pack import pack_id
from acctgate.model.diff import AccountDiff, Flip, RuleFlip, SettingChange
from acctgate.model.outcome import Outcome, Result
from acctgate.model.report import AccountReport
from acctgate.model.sections import SETTINGS_SECTIONS
from acctgate.model.snapshot import Snapshot
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from acctgate.rules.support.comparison import Comparison, plain_setting
from acctgate.rules.support.order import Move

_IDENTIFIERS: Final = ("CompliancePackId", "AccountId")
"""Keys that identify an object, so they are not compared."""
Identity = tuple[str | None, str | None]
NAMELESS: Final[Identity] = (None, None)
"""The identity of an account that has neither ID nor alias."""
Judged = tuple[AccountReport, Snapshot | None]
"""An account's report, and the snapshot that was judged, if known."""


def compare_accounts(
    before: Iterable[Judged], after: Iterable[Judged], rules: Iterable[Rule[Any]] = RULES
) -> tuple[AccountDiff, ...]:
    """Pair the accounts by ID and compare each pair. An account on one side only makes a pair too.

    Accounts without an ID are paired by their alias; one that has neither only if it is alone on its side.

    Args:
        before: The accounts on the first side.
        after: The accounts on the second side.
        rules: The rules of the policy: their orders define what is stricter.
    """
    comparison = Comparison(rules)
    pairs = list(_pairs(list(before), list(after)))
    return tuple(
        replace(compare_account(old, new, comparison), age_notice=new[0].age_notice if new else None)
        for old, new in pairs
    )


def _pairs(before: list[Judged], after: list[Judged]) -> Iterator[tuple[Judged | None, Judged | None]]:
    if len(before) == len(after) == 1 and None in (before[0][0].account, after[0][0].account):
        yield before[0], after[0]
        return
    left: dict[Identity, deque[Judged]] = {}
    for judged in before:
        left.setdefault(_identity(judged), deque()).append(judged)
    alone = len(left.get(NAMELESS, ())) == sum(_identity(judged) == NAMELESS for judged in after) == 1
    for judged in after:
        same = left.get(identity) if (identity := _identity(judged)) != NAMELESS or alone else None
        yield same.popleft() if same else None, judged
    for same in left.values():
        yield from ((judged, None) for judged in same)


def _identity(judged: Judged) -> Identity:
    """Return what tells an account from others: its ID, else its alias."""
    report, _ = judged
    return report.account, report.alias if report.account is None else None


def compare_account(before: Judged | None, after: Judged | None, comparison: Comparison) -> AccountDiff:
    """Compare one account, which may be missing on one side."""
    shown = (after or before)[0]  # type: ignore[index]
    old, new = before[0] if before else None, after[0] if after else None
    judging = [o for o in (new.outcomes if new else ()) if o.level != "disabled"]
    expected = {o.setting: o.expected for o in judging if comparison.rule_of(o.setting) == o.rule}
    return AccountDiff(
        account=shown.account,
        alias=shown.alias,
        before=old.verdict if old else None,
        after=new.verdict if new else None,
        settings=tuple(_settings(before, after, expected, comparison)) if before and after else (),
        rules=tuple(_flips(old, new)),
    )


def _settings(
    before: Judged, after: Judged, expected: dict[str, str], comparison: Comparison
) -> Iterator[SettingChange]:
    old, new = _values(before, comparison), _values(after, comparison)
    notes = {".".join(map(str, path)): note for path, note in (after[1].notes.items() if after[1] else ())}
    for setting in dict.fromkeys((*old, *new)):
        was, now = old.get(setting), new.get(setting)
        if was == now and type(was) is type(now):
            continue
        plain = plain_setting(setting)
        move = comparison.compare(setting, was, now)
        if move.direction == "changed" and expected.get(plain) in ("true", "false"):
            # The policy defines which position of the switch is stricter.
            move = Move("stricter" if now is (expected[plain] == "true") else "looser")
        note = join(Words("; ", "；"), filter(None, (move.note, notes.get(setting))))
        yield SettingChange(setting, was, now, move.direction, note, comparison.rule_of(setting), expected.get(plain))


def _values(judged: Judged, comparison: Comparison) -> dict[str, Any]:
    """Return each setting's value: from the snapshot, else from the report's outcomes."""
    report, snapshot = judged
    if snapshot is None:
        found: dict[str, Any] = {}
        for outcome in report.outcomes:
            if comparison.rule_of(outcome.setting) == outcome.rule:
                found.update(item for item in _reported(outcome) if item[1] is not None)
        return found
    values: dict[str, Any] = {}
    for section in SETTINGS_SECTIONS:
        value = snapshot.document.get(section)
        if section == compliance_pack.SECTION and isinstance(value, list):
            for index, report_of_pack in enumerate(value):
                values.update(_leaves(f"{section}[{pack_id(report_of_pack) or index}]", report_of_pack))
        elif section == config_rule_compliance.SECTION:
            values.update(_rule_results(value))
        elif value is not None:
            values.update(_leaves(section, value))
    unknown = {".".join(map(str, path)) for path in snapshot.problems}
    return {setting: value for setting, value in values.items() if setting not in unknown}


def _reported(outcome: Outcome) -> Iterator[tuple[str, Any]]:
    """Yield the settings in an outcome. An object holds the outcome's setting and others of the same group."""
    if not isinstance(outcome.actual, dict):
        if outcome.actual != []:
            yield outcome.setting, outcome.actual
        return
    pack = pack_id(outcome.actual)
    group = f"{compliance_pack.SECTION}[{pack}]" if pack else outcome.setting.rpartition(".")[0]
    yield from _leaves(group, outcome.actual)


def _rule_results(packs: Any) -> Iterator[tuple[str, Any]]:
    """Yield the result of each rule of Cloud Config in a snapshot."""
    for index, pack in enumerate(packs if isinstance(packs, list) else ()):
        rules = pack.get(config_rule_compliance.SECTION) if isinstance(pack, dict) else None
        for rule in rules if isinstance(rules, list) else ():
            if isinstance(rule, dict) and isinstance(rule.get("ConfigRuleId"), str):
                name = f"{config_rule_compliance.SECTION}[{pack_id(pack) or index}].{rule['ConfigRuleId']}"
                yield name, rule.get("ComplianceType")


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _IDENTIFIERS:
                yield from _leaves(f"{name}.{key}", item)
    else:
        yield name, value


def _flips(before: AccountReport | None, after: AccountReport | None) -> Iterator[RuleFlip]:
    old, new = _by_subject(before), _by_subject(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        flip = _flip(was.outcome if was else None, now.outcome if now else None)
        shown = now or was
        if flip is not None and shown is not None:
            level = shown.level if shown.level != "disabled" or was is None else was.level
            message = shown.message if now else _why_missing(before)
            results = was.outcome if was else None, now.outcome if now else None
            yield RuleFlip(key[0], level, flip, *results, message)


def _why_missing(before: AccountReport | None) -> str:
    """Return why the second side has no outcome."""
    if before is not None and before.account is before.alias is None:
        return "accounts with neither ID nor alias cannot be paired"
    return "the account is missing"


def _by_subject(report: AccountReport | None) -> dict[tuple[str, str | None], Outcome]:
    """Return the outcomes by rule and, for compliance packs, by pack."""
    return {(o.rule, pack_id(o.actual)): o for o in (report.outcomes if report else ())}


def _flip(before: Result | None, after: Result | None) -> Flip | None:
    match after:
        case "fail":
            return "still-failing" if before == "fail" else "newly-failing"
        case "unknown":
            return "still-unknown" if before == "unknown" else "newly-unknown"
        case None:  # a missing outcome proves nothing
            return "newly-unknown" if before is not None and before != "skipped" else None
    if before in ("fail", "unknown"):
        flips: dict[Result, Flip] = {"pass": "repaired", "waived": "waived", "skipped": "dropped"}
        return flips[after]
    return None
