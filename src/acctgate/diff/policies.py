"""Compare two policies: which rules became stricter or looser. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final

from acctgate.model.diff import PolicyChange
from acctgate.policy.module_code import ModuleCode
from acctgate.policy.policy import Account, Policy, Waiver
from acctgate.rules.base import Rule, RuleEntry
from acctgate.rules.comparison import checked_move
from acctgate.rules.order import Move, combine, higher_is_stricter

_LEVELS: Final = {"disabled": 0, "advisory": 1, "mandatory": 2, "remediate": 2}


def compare_policies(before: Policy, after: Policy, today: date) -> tuple[PolicyChange, ...]:
    """Return each rule whose level, parameters or waivers changed. A change of unknown direction counts as looser.

    Args:
        before: The first policy.
        after: The second policy.
        today: Waivers that expired before this day do not count (UTC).
    """
    changes = []
    nothing = RuleEntry(level="disabled")
    for rule in {rule.id: rule for rule in (*before.all_rules, *after.all_rules)}.values():
        old, new = before.rules.get(rule.id, nothing), after.rules.get(rule.id, nothing)
        moves = [
            *_entry_moves(rule, old, new),
            *_code_moves(rule.id, before, after),
            *_waiver_moves(rule.id, before, after, today),
        ]
        if moves:
            overall = combine(moves)
            changes.append(PolicyChange(rule.id, overall.direction, _text(old), _text(new), overall.note))
    return (*changes, *_account_changes(before, after), *_limit_changes(before, after))


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
            yield PolicyChange(name, "looser" if looser else "stricter", _show(old), _show(new), "")


def _entry_moves(rule: Rule[Any], old: RuleEntry, new: RuleEntry) -> Iterator[Move]:
    if old["level"] != new["level"]:
        move = higher_is_stricter(_LEVELS[old["level"]], _LEVELS[new["level"]])
        yield Move(move.direction, f"level {new['level']} was {old['level']}")
    if _LEVELS[old["level"]] == 0 or _LEVELS[new["level"]] == 0:
        return
    before, after = _parameters(old), _parameters(new)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            move = _parameter_move(rule, name, was, now)
            note = f": {move.note}" if move.note else ""
            yield Move(move.direction, f"{name} {_show(now)} was {_show(was)}{note}")


def _parameter_move(rule: Rule[Any], name: str, was: Any, now: Any) -> Move:
    """Return which way a parameter moved. None as a value means that the policy does not set it."""
    was, now = (rule.parameter_default(name) if value is None else value for value in (was, now))
    order = rule.parameter_order(name)
    if now is None or (was is None and order is not None):  # an optional parameter can only make a rule stricter
        return Move("stricter" if was is None else "looser")
    if order is not None and (move := checked_move(lambda: order(was, now))) is not None:
        return move
    # Without an order, a reviewer must decide, so the change counts as looser.
    return Move("looser", "the opposite is asked for" if isinstance(now, bool) else "which is stricter is not defined")


def _parameters(entry: RuleEntry) -> Mapping[str, Any]:
    return {name: value for name, value in entry.items() if name != "level"}


def _waiver_moves(rule: str, before: Policy, after: Policy, today: date) -> Iterator[Move]:
    old = [waiver for waiver in before.waivers if waiver.rule == rule and waiver.expires >= today]
    new = [waiver for waiver in after.waivers if waiver.rule == rule and waiver.expires >= today]
    for waiver in new:
        if not any(_covers(other, waiver) for other in old):
            until = f"until {waiver.expires.isoformat()} by {waiver.owner}"
            yield Move("looser", f"new waiver for {waiver.account or 'every account'} {until}")
    for waiver in old:
        if not any(_covers(other, waiver) for other in new):
            yield Move("stricter", f"a waiver for {waiver.account or 'every account'} is gone or shorter")


def _covers(wider: Waiver, narrower: Waiver) -> bool:
    return wider.account in (None, narrower.account) and wider.expires >= narrower.expires


def _text(entry: RuleEntry) -> str:
    return ", ".join([entry["level"], *(f"{name}: {_show(value)}" for name, value in _parameters(entry).items())])


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
