"""Compare accounts: what moved, and which verdicts flip. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from typing import Any, Final

from acctgate.model.diff import AccountDiff, Flip, RuleFlip, SettingChange
from acctgate.model.outcome import Outcome, Result
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import OPERATIONS, Snapshot
from acctgate.rules import RULES
from acctgate.rules.base import SettingRule
from acctgate.rules.order import Move, compare

_RULES: Final = {
    setting: rule.id
    for rule in reversed(RULES)
    for setting in (rule.setting, *(rule.also if isinstance(rule, SettingRule) else ()))
}
"""The rule that judges a setting."""
_NAMES: Final = ("CompliancePackId", "AccountId")
"""Keys that say what an object is about: they do not move."""
Judged = tuple[AccountReport, Snapshot | None]
"""An account's report, and what it was judged by where that is known."""


def compare_accounts(before: Iterable[Judged], after: Iterable[Judged]) -> tuple[AccountDiff, ...]:
    """Pair the accounts by their id and compare each pair. An account on one side only is a pair too."""
    return tuple(compare_account(*pair) for pair in _pairs(list(before), list(after)))


def _pairs(before: list[Judged], after: list[Judged]) -> Iterator[tuple[Judged | None, Judged | None]]:
    if len(before) == len(after) == 1 and None in (before[0][0].account, after[0][0].account):
        yield before[0], after[0]
        return
    left: dict[str | None, deque[Judged]] = {}
    for judged in before:
        left.setdefault(judged[0].account, deque()).append(judged)
    for judged in after:
        same = left.get(judged[0].account)
        yield same.popleft() if same else None, judged
    for same in left.values():
        yield from ((judged, None) for judged in same)


def compare_account(before: Judged | None, after: Judged | None) -> AccountDiff:
    """What moved in one account, which may be there on one side only."""
    shown = (after or before)[0]  # type: ignore[index]
    old, new = before[0] if before else None, after[0] if after else None
    judging = [o for o in (new.outcomes if new else ()) if o.level != "disabled"]
    expected = {o.setting: o.expected for o in judging if _RULES.get(_plain_name(o.setting)) == o.rule}
    return AccountDiff(
        account=shown.account,
        alias=shown.alias,
        before=old.verdict if old else None,
        after=new.verdict if new else None,
        settings=tuple(_settings(before, after, expected)) if before and after else (),
        rules=tuple(_flips(old, new)),
    )


def _settings(before: Judged, after: Judged, expected: dict[str, str]) -> Iterator[SettingChange]:
    old, new = _values(before), _values(after)
    notes = {".".join(map(str, path)): note for path, note in (after[1].notes.items() if after[1] else ())}
    for setting in dict.fromkeys((*old, *new)):
        was, now = old.get(setting), new.get(setting)
        if was == now and type(was) is type(now):
            continue
        plain = _plain_name(setting)
        move = compare(setting, was, now)
        if move.direction == "changed" and expected.get(plain) in ("true", "false"):
            # a switch that the policy wants in one position
            move = Move("stricter" if now is (expected[plain] == "true") else "looser")
        note = "; ".join(filter(None, (move.note, notes.get(setting))))
        yield SettingChange(setting, was, now, move.direction, note, _RULES.get(plain), expected.get(plain))


def _values(judged: Judged) -> dict[str, Any]:
    """Each setting's value: from the snapshot, else from what the report says of it."""
    report, snapshot = judged
    if snapshot is None:
        found: dict[str, Any] = {}
        for outcome in report.outcomes:
            if _RULES.get(_plain_name(outcome.setting)) == outcome.rule:
                found.update(item for item in _told(outcome) if item[1] is not None)
        return found
    values: dict[str, Any] = {}
    for section in OPERATIONS:
        value = snapshot.document.get(section)
        if section == "CompliancePackReports" and isinstance(value, list):
            for index, report_of_pack in enumerate(value):
                values.update(_leaves(f"{section}[{_pack(report_of_pack) or index}]", report_of_pack))
        elif value is not None:
            values.update(_leaves(section, value))
    unknown = {".".join(map(str, path)) for path in snapshot.problems}
    return {setting: value for setting, value in values.items() if setting not in unknown}


def _told(outcome: Outcome) -> Iterator[tuple[str, Any]]:
    """What an outcome says of settings. An object holds the setting, and others beside it."""
    if not isinstance(outcome.actual, dict):
        if outcome.actual != []:
            yield outcome.setting, outcome.actual
        return
    pack = _pack(outcome.actual)
    group = f"CompliancePackReports[{pack}]" if pack else outcome.setting.rpartition(".")[0]
    yield from _leaves(group, outcome.actual)


def _leaves(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key not in _NAMES:
                yield from _leaves(f"{name}.{key}", item)
    else:
        yield name, value


def _plain_name(setting: str) -> str:
    head, bracket, rest = setting.partition("[")
    return head + rest.partition("]")[2] if bracket else setting


def _flips(before: AccountReport | None, after: AccountReport | None) -> Iterator[RuleFlip]:
    old, new = _by_subject(before), _by_subject(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        flip = _flip(was.outcome if was else None, now.outcome if now else None)
        shown = now or was
        if flip is not None and shown is not None:
            level = shown.level if shown.level != "disabled" or was is None else was.level
            message = shown.message if now else "the account is not there any more"
            results = was.outcome if was else None, now.outcome if now else None
            yield RuleFlip(key[0], level, flip, *results, message)


def _by_subject(report: AccountReport | None) -> dict[tuple[str, str | None], Outcome]:
    """Outcomes by rule and, where a rule has several, by pack."""
    return {(o.rule, _pack(o.actual)): o for o in (report.outcomes if report else ())}


def _pack(value: Any) -> str | None:
    pack = value.get("CompliancePackId") if isinstance(value, dict) else None
    return pack if isinstance(pack, str) else None


def _flip(before: Result | None, after: Result | None) -> Flip | None:
    match after:
        case "fail":
            return "still-failing" if before == "fail" else "newly-failing"
        case "unknown":
            return "still-unknown" if before == "unknown" else "newly-unknown"
        case None:  # a judgement that is gone proves nothing
            return "newly-unknown" if before is not None and before != "skipped" else None
    if before in ("fail", "unknown"):
        flips: dict[Result, Flip] = {"pass": "repaired", "waived": "waived", "skipped": "dropped"}
        return flips[after]
    return None
