"""Which way a rule's entry moved: stricter or looser. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from acctgate.model.outcome import LEVEL_RANK, SEVERITIES
from acctgate.rules.base import Rule, RuleEntry
from acctgate.rules.support.comparison import checked_move
from acctgate.rules.support.entry import NOT_PARAMETERS
from acctgate.rules.support.order import Move, higher_is_stricter


def entry_moves(rule: Rule[Any], old: RuleEntry, new: RuleEntry) -> Iterator[Move]:
    """Yield how level, severity and each parameter of a rule moved. What cannot be compared counts as looser."""
    if old["level"] != new["level"]:
        move = higher_is_stricter(LEVEL_RANK[old["level"]], LEVEL_RANK[new["level"]])
        yield Move(move.direction, f"level {new['level']} was {old['level']}")
    if LEVEL_RANK[old["level"]] == 0 or LEVEL_RANK[new["level"]] == 0:
        return
    severities = rule.severity_in(old), rule.severity_in(new)
    if severities[0] != severities[1]:
        move = higher_is_stricter(*map(SEVERITIES.index, severities))
        yield Move(move.direction, f"severity {severities[1]} was {severities[0]}")
    for name, was, now, move in changed_parameters(rule, old, new):
        note = f": {move.note}" if move.note else ""
        yield Move(move.direction, f"{name} {show_value(now)} was {show_value(was)}{note}")


def changed_parameters(rule: Rule[Any], old: RuleEntry, new: RuleEntry) -> Iterator[tuple[str, Any, Any, Move]]:
    """Yield each parameter that differs: its name, both values, None where it is not set, and which way it moved."""
    before, after = parameters(rule.completed(old)), parameters(rule.completed(new))
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            yield name, was, now, _parameter_move(rule, name, was, now)


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


def parameters(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an entry asks for: without its level and severity."""
    return {name: value for name, value in entry.items() if name not in NOT_PARAMETERS}


def show_value(value: Any) -> str:
    """Return a parameter's value in words."""
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
