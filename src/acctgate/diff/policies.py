"""Compare two policies: what is asked more or less of. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from ipaddress import ip_network
from typing import Any, Final

from acctgate.model.diff import Direction, PolicyChange
from acctgate.policy.policy import Policy, Waiver
from acctgate.rules.base import RuleEntry
from acctgate.rules.order import SETTINGS, Move, fewer, more, networks, ordered

_LEVELS: Final = {"disabled": 0, "advisory": 1, "mandatory": 2, "remediate": 2}


def _within(before: Any, after: Any) -> Move:
    return networks(map(ip_network, before), map(ip_network, after))


def _keep_reachable(before: Any, after: Any) -> Move:
    move = _within(after, before)
    return Move(move.direction, "") if move.direction in ("stricter", "looser") else move


def _minimum(before: Any, after: Any) -> Move:
    return ordered("low", "mid", "high")(before, after) if isinstance(before, str) else more(before, after)


def _any_change(before: Any, after: Any) -> Move:
    """What was forbidden before is asked for now: whether that is looser is for a person to say."""
    return Move("looser", "the opposite is asked for")


_PARAMETERS: Final[dict[str, Callable[[Any, Any], Move]]] = {
    "require": ordered("adaptive", "mandatory"),
    "max_hours": fewer,
    "within": _within,
    "max_addresses": fewer,
    "minimum": _minimum,
    "maximum": fewer,
    "minimum_ratio": more,
    "max_age_days": fewer,
    "keep_reachable": _keep_reachable,
}


def compare_policies(before: Policy, after: Policy, today: date) -> tuple[PolicyChange, ...]:
    """Each rule that changed: its level, its parameters, its waivers. What cannot be told counts as looser."""
    changes = []
    nothing = RuleEntry(level="disabled")
    for rule in {rule.id: rule for rule in (*before.all_rules, *after.all_rules)}.values():
        old, new = before.rules.get(rule.id, nothing), after.rules.get(rule.id, nothing)
        moves = [*_entry_moves(rule.setting, old, new), *_waiver_moves(rule.id, before, after, today)]
        if moves:
            notes = "; ".join(dict.fromkeys(move.note for move in moves if move.note))
            direction = _overall([move.direction for move in moves])
            changes.append(PolicyChange(rule.id, direction, _text(old), _text(new), notes))
    return tuple(changes)


def _entry_moves(setting: str, old: RuleEntry, new: RuleEntry) -> Iterator[Move]:
    if old["level"] != new["level"]:
        move = more(_LEVELS[old["level"]], _LEVELS[new["level"]])
        yield Move(move.direction, f"level {new['level']} was {old['level']}")
    if _LEVELS[old["level"]] == 0 or _LEVELS[new["level"]] == 0:
        return
    before, after = _parameters(old), _parameters(new)
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        if was is None or now is None:
            # Each parameter only ever asks for more.
            yield Move("stricter" if was is None else "looser", f"{name} {_show(now)} was {_show(was)}")
            continue
        order = SETTINGS.get(setting.rsplit(".", 1)[-1], _any_change) if name == "allow" else None
        move = (order or _PARAMETERS.get(name, _any_change))(was, now)
        yield Move(move.direction, f"{name} {_show(now)} was {_show(was)}" + (f": {move.note}" if move.note else ""))


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


def _overall(directions: list[Direction]) -> Direction:
    found = set(directions) - {"changed"}
    if not found:
        return "changed"
    if len(found) == 1:
        return found.pop()
    return "unknown" if "unknown" in found else "mixed"


def _text(entry: RuleEntry) -> str:
    return ", ".join([entry["level"], *(f"{name}: {_show(value)}" for name, value in _parameters(entry).items())])


def _show(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return str(value).lower() if isinstance(value, bool) else str(value)
