"""Orders of values: functions that say whether a value moved to a stricter or a looser one.

Rules name these functions in `orders` and `parameter_orders`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.diff import Direction
from acctgate.model.networks import Network, count_outside, policy_network, read_masks, union
from acctgate.redact import one_line
from acctgate.text import first_of, first_of_zh, plural


class Move(NamedTuple):
    """The direction in which a value moved, and a note if the two values alone do not show it."""

    direction: Direction
    note: str = ""


_OPENS: Final = Words("opens every network: was {}", "向任何网络开放，原为 {}")
_CLOSES: Final = Words("closes every network but {}", "只保留 {}，关闭其他网络")
_WAS: Final = Words("{}, was {}", "{}，原为 {}")
_ADDS: Final = Words("adds {}: {}", "增加{}：{}")
_REMOVES: Final = Words("removes {}: {}", "减少{}：{}")
_ADDS_AND_REMOVES: Final = Words("adds {} and removes {}: {}", "增加{}，减少 {} 个地址：{}")
Order = Callable[[Any, Any], Move]
"""Takes the value before and the value after, neither of them None."""


def lower_is_stricter(before: Any, after: Any) -> Move:
    """Compare numbers, or switches that are stricter when off."""
    return _compare_numbers(before, after, stricter=-1)


def higher_is_stricter(before: Any, after: Any) -> Move:
    """Compare numbers, or switches that are stricter when on."""
    return _compare_numbers(before, after, stricter=1)


def lower_is_stricter_zero_is_none(before: Any, after: Any) -> Move:
    """Compare limits of which a lower one is stricter. 0 means no limit."""
    return lower_is_stricter(_limit(before), _limit(after))


def _limit(value: Any) -> Any:
    return (float("inf") if value == 0 else value) if type(value) is int else None


def _compare_numbers(before: Any, after: Any, *, stricter: int) -> Move:
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return Move("unknown")
    if before == after:
        return Move("changed")
    return Move("stricter" if (after - before) * stricter > 0 else "looser")


def ordered(*values: Any) -> Order:
    """Return an order of the given values, the loosest first."""

    def compare(before: Any, after: Any) -> Move:
        if before not in values or after not in values:
            return Move("unknown")
        return higher_is_stricter(values.index(before), values.index(after))

    return compare


def compare_masks(before: Any, after: Any) -> Move:
    """Compare two LoginNetworkMasks values as sets of addresses. Empty means every network."""
    if not isinstance(before, str) or not isinstance(after, str):
        return Move("unknown")
    old, new = read_masks(before), read_masks(after)
    if old.unreadable or new.unreadable:
        piece = one_line((old.unreadable + new.unreadable)[0])[:60]
        return Move("unknown", fill(Words("{} cannot be read as a network", "无法将 {} 解析为网络"), piece))
    if old.every_network and new.every_network:
        return Move("changed", Bilingual("both mean every network", "两者都表示任何网络"))
    if new.every_network:
        return Move("looser", fill(_OPENS, _list_networks(union(old.networks))))
    if old.every_network:
        return Move("stricter", fill(_CLOSES, _list_networks(union(new.networks))))
    return compare_networks(old.networks, new.networks)


def allowed_networks(before: Any, after: Any) -> Move:
    """Compare two lists of CIDR blocks that are allowed: fewer addresses are stricter."""
    return compare_networks(map(policy_network, before), map(policy_network, after))


def required_networks(before: Any, after: Any) -> Move:
    """Compare two lists of CIDR blocks that are required: more addresses are stricter."""
    move = allowed_networks(after, before)
    return Move(move.direction) if move.direction in ("stricter", "looser") else move


def compare_networks(before: Iterable[Network], after: Iterable[Network]) -> Move:
    """Compare two sets of networks: fewer addresses are stricter."""
    old, new = union(before), union(after)
    added, removed = count_outside(new, old), count_outside(old, new)
    moved = fill(_WAS, _list_networks(set(new) - set(old)), _list_networks(set(old) - set(new)))
    if added and removed:
        return Move("mixed", fill(_ADDS_AND_REMOVES, _addresses(added), f"{removed:,}", moved))
    if added:
        return Move("looser", fill(_ADDS, _addresses(added), moved))
    if removed:
        return Move("stricter", fill(_REMOVES, _addresses(removed), moved))
    return Move("changed", Bilingual("the same addresses, written differently", "地址相同，只是写法不同"))


def fewer_is_stricter(before: Any, after: Any) -> Move:
    """Compare two lists of things that are allowed."""
    return _compare_sets(before, after)


def more_is_stricter(before: Any, after: Any) -> Move:
    """Compare two lists of things that are required."""
    return _compare_sets(after, before)


def _compare_sets(looser: Any, stricter: Any) -> Move:
    """Return stricter if the second list has only items of the first one."""
    if not isinstance(looser, list) or not isinstance(stricter, list):
        return Move("unknown")
    lost = [item for item in looser if item not in stricter]
    new = [item for item in stricter if item not in looser]
    if lost and new:
        return Move("mixed")
    return Move("stricter" if lost else "looser" if new else "changed")


def combine(moves: Sequence[Move]) -> Move:
    """Return the direction of several moves together, with all their notes."""
    notes = join(Words("; ", "；"), dict.fromkeys(move.note for move in moves if move.note))
    found = {move.direction for move in moves} - {"changed"}
    if len(found) <= 1:
        return Move(next(iter(found), "changed"), notes)
    return Move("unknown" if "unknown" in found else "mixed", notes)


def _addresses(count: int) -> str:
    if count >= 1 << 64:
        return Bilingual("nearly every IPv6 address", "几乎全部 IPv6 地址")
    return Bilingual(plural(count, "address"), f" {count:,} 个地址")


def _list_networks(networks: Iterable[Network]) -> str:
    found = sorted(networks, key=lambda net: (net.version, int(net.network_address), net.prefixlen))
    if any(net.prefixlen == 0 for net in found):
        return Bilingual("every network", "任何网络")
    names = [str(net) for net in found]
    return Bilingual(first_of(names, 3), first_of_zh(names, 3)) if names else Bilingual("nothing", "无")
