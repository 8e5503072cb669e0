"""Compare two policies: which rules became stricter or looser. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Final

from acctgate.diff.groups import all_names, match_changes, states, waivers
from acctgate.model.diff_document import PolicyChange
from acctgate.policy.entry_moves import entry_moves, show_value
from acctgate.policy.module_code import ModuleCode
from acctgate.policy.policy import Account, Policy
from acctgate.policy.waiver import Waiver
from acctgate.redact import one_line
from acctgate.rules.base import Rule, RuleEntry
from acctgate.rules.support.order import Move, combine

_NAMES: Final = {False: 0, None: 1, "hash": 2, "clear": 3}
"""The choices of names: how much a report reveals."""


def compare_policies(before: Policy, after: Policy, today: date) -> tuple[PolicyChange, ...]:
    """Return each rule whose level, parameters or waivers changed. A change of unknown direction counts as looser.

    Args:
        before: The first policy.
        after: The second policy.
        today: Waivers that expired before this day do not count (UTC).
    """
    changes: list[PolicyChange] = []
    nothing = RuleEntry(level="disabled")
    for rule in {rule.id: rule for rule in (*before.all_rules, *after.all_rules)}.values():
        old, new = before.rules.get(rule.id, nothing), after.rules.get(rule.id, nothing)
        moves = [
            *entry_moves(rule, old, new),
            *_code_moves(rule.id, before, after),
            *_waiver_moves(
                _current_waivers(before.waivers, rule.id, today), _current_waivers(after.waivers, rule.id, today)
            ),
        ]
        changes += _change(rule.id, old, new, moves)
        if before.groups or after.groups:
            changes += _group_changes(rule, before, after, today, moves)
    groups = match_changes(before, after)
    return (*changes, *groups, *_account_changes(before, after), *_limit_changes(before, after))


def _change(name: str, old: RuleEntry, new: RuleEntry, moves: list[Move]) -> Iterator[PolicyChange]:
    if moves:
        overall = combine(moves)
        yield PolicyChange(name, overall.direction, _text(old), _text(new), overall.note)


def _group_changes(
    rule: Rule[Any], before: Policy, after: Policy, today: date, outside: list[Move]
) -> Iterator[PolicyChange]:
    """Yield what changes in each group, and in several together if that is looser than in each of them.

    Args:
        rule: The rule.
        before: The first policy.
        after: The second policy.
        today: See `compare_policies`.
        outside: What changes outside of groups, which is not repeated.
    """
    found = states(before, after, rule.id)
    if found is None:
        yield PolicyChange(
            f"groups: {rule.id}", "looser", "unknown", "unknown", "too many groups name it to compare them"
        )
    loosened = bool(outside) and combine(outside).direction != "stricter"
    for state in found or ():
        moves = [move for move in entry_moves(rule, state.before, state.after) if move not in outside]
        changes = list(_change(f"{state.label}: {rule.id}", state.before, state.after, moves))
        if len(state.names) == 1 or not loosened:
            shown = [change for change in changes if len(state.names) == 1 or change.loosened]
            loosened = loosened or any(change.loosened for change in shown)
            yield from shown
    for name in all_names(before, after):
        old, new = (_current_waivers(waivers(policy, name, rule.id), rule.id, today) for policy in (before, after))
        for move in _waiver_moves(old, new):
            yield PolicyChange(f"groups.{one_line(name)}: {rule.id}", move.direction, "waivers", "waivers", move.note)


def unproven(path: str, note: str) -> PolicyChange:
    """Return a change of a file whose earlier content is unknown. It counts as looser."""
    return PolicyChange(path, "looser", "unknown", "unknown", f"{note}; use --base REVISION")


def _code_moves(rule: str, before: Policy, after: Policy) -> Iterator[Move]:
    """Return whether the code of a rule's module changed. Code cannot be compared, so it counts as looser."""
    old, new = _code(rule, before), _code(rule, after)
    if old is None or new is None or old.files == new.files:
        return
    was, now = dict(old.files), dict(new.files)
    changed = ", ".join(path for path in dict.fromkeys((*was, *now)) if was.get(path) != now.get(path))
    yield Move("looser", f"the code of {changed} changed, which is stricter is not known")


def _code(rule: str, policy: Policy) -> ModuleCode | None:
    return next((module for module in policy.modules if rule in module.rules), None)


def _account_changes(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    """Return the changed accounts. They decide which account a plan is judged on, so a change counts as looser."""
    for account in dict.fromkeys((*before.accounts, *after.accounts)):
        old, new = before.accounts.get(account), after.accounts.get(account)
        if old != new:
            note = "it decides which account a plan or a waiver is about"
            yield PolicyChange(f"accounts.{account}", "looser", _account(old), _account(new), note)


def _account(account: Account | None) -> str:
    if account is None:
        return "nothing"
    parts = [f"alias: {account.alias}"] if account.alias else []
    parts += [f"providers: {', '.join(account.providers)}"] if account.providers else []
    return ", ".join(parts) or "empty"


def _limit_changes(before: Policy, after: Policy) -> Iterator[PolicyChange]:
    limits = {
        "max_age_hours": (before.max_age_hours, after.max_age_hours),
        "max_waiver_days": (before.max_waiver_days, after.max_waiver_days),
    }
    for name, (old, new) in limits.items():
        if old != new:
            looser = new is None or (old is not None and new > old)
            yield PolicyChange(name, "looser" if looser else "stricter", show_value(old), show_value(new), "")
    if before.inline_waivers != after.inline_waivers:
        was, now = show_value(before.inline_waivers), show_value(after.inline_waivers)
        note = "it decides whether comments in the program can be waivers"
        yield PolicyChange("inline_waivers", "looser" if after.inline_waivers else "stricter", was, now, note)
    if before.names != after.names:
        looser = _NAMES[after.names] > _NAMES[before.names]
        was, now = show_value(before.names), show_value(after.names)
        note = "it decides whether reports name users, and whether waivers for users apply"
        yield PolicyChange("names", "looser" if looser else "stricter", was, now, note)
    if before.generate != after.generate:
        was, now = show_value(before.generate), show_value(after.generate)
        note = "it decides whether a check or a preview may have reports of compliance packs generated"
        yield PolicyChange("generate", "looser" if after.generate else "stricter", was, now, note)


def _current_waivers(waivers: Iterable[Waiver], rule: str, today: date) -> list[Waiver]:
    """Return the waivers of a rule that still count."""
    return [waiver for waiver in waivers if waiver.rule == rule and waiver.expires >= today]


def _waiver_moves(old: Sequence[Waiver], new: Sequence[Waiver]) -> Iterator[Move]:
    for waiver in new:
        if not any(_lasts(other, waiver) for other in old):
            until = f"until {waiver.expires.isoformat()} by {waiver.owner}"
            yield Move("looser", f"new waiver for {waiver.scope} {until}")
    for waiver in old:
        if not any(_lasts(other, waiver) for other in new):
            yield Move("stricter", f"a waiver for {waiver.scope} is gone or shorter")


def _lasts(wider: Waiver, narrower: Waiver) -> bool:
    return wider.includes(narrower) and wider.expires >= narrower.expires


def _text(entry: RuleEntry) -> str:
    others = (f"{name}: {show_value(value)}" for name, value in entry.items() if name != "level")
    return ", ".join([entry["level"], *others])
