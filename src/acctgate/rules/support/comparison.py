"""Compare values by the orders that the rules define."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

from acctgate.language import Bilingual, Words, fill
from acctgate.log import trace
from acctgate.model.diff import Direction
from acctgate.rules.support.order import Move, Order
from acctgate.rules.support.rule import Rule


def plain_setting(setting: str) -> str:
    """Return a setting's name without an index: `CompliancePackReports[0].ReportStatus` has one."""
    head, bracket, rest = setting.partition("[")
    return head + rest.partition("]")[2] if bracket else setting


_WAS_UNKNOWN: Final = Bilingual("was unknown before", "此前未知")
_IS_UNKNOWN: Final = Bilingual("is now unknown", "现在未知")
_RAISED: Final = Words("the rule's order of values raised {}", "规则的取值顺序抛出 {}")
_NO_MOVE: Final = Bilingual("the rule's order of values returned no move", "规则的取值顺序没有返回结果")


class Comparison:
    """Which rule judges a setting, and which of its values are stricter. Among several rules, the first one decides."""

    def __init__(self, rules: Iterable[Rule[Any]]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._judges: dict[str, str] = {}
        self._orders: dict[str, Order] = {}
        for rule in self._rules.values():
            for setting in rule.settings:
                self._judges.setdefault(setting, rule.id)
            for setting, order in rule.orders.items():
                self._orders.setdefault(setting, order)

    def rule_of(self, setting: str) -> str | None:
        """Return the id of the rule that judges a setting, None if no rule does."""
        return self._judges.get(plain_setting(setting))

    def has_order(self, rule: str, setting: str) -> bool:
        """Return whether it is defined which values of a rule's setting are stricter."""
        own = self._rules.get(rule)
        return setting in self._orders or (own is not None and own.actual_order is not None)

    def compare(self, setting: str, before: Any, after: Any) -> Move:
        """Return which way a setting moved. None as a value means that it is unknown."""
        if before is None or after is None:
            return Move("unknown", _WAS_UNKNOWN if before is None else _IS_UNKNOWN)
        order = self._orders.get(plain_setting(setting))
        return (checked_move(lambda: order(before, after)) if order else None) or Move("changed")

    def compare_actual(self, rule: str, setting: str, before: Any, after: Any) -> Move:
        """Return which way the `actual` of a rule's outcome moved: by the rule's own order, else the setting's."""
        own = self._rules.get(rule)
        move = None
        if own is not None and before is not None and after is not None:
            move = checked_move(lambda: own.compare_actual(plain_setting(setting), before, after))
        return move or self.compare(setting, before, after)


def checked_move(compare: Callable[[], object]) -> Move | None:
    """Return the result of an order, which may be a user's own. If the order fails, the direction is unknown."""
    try:
        found = compare()
        if found is None or (isinstance(found, Move) and found.direction in get_args(Direction)):
            return found
    except (Exception, SystemExit) as error:
        trace("an order of values raised", error)
        return Move("unknown", fill(_RAISED, type(error).__name__))
    return Move("unknown", _NO_MOVE)
