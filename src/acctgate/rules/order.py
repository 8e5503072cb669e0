"""Where a setting moved: stricter or looser, and by how much. Modes are ordered, masks are networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from acctgate.model.diff import Direction
from acctgate.model.networks import Network, read_masks, union
from acctgate.redact import one_line


class Move(NamedTuple):
    """A direction, and the move in words where the values alone do not tell."""

    direction: Direction
    note: str = ""


def fewer(before: Any, after: Any) -> Move:
    """Numbers of which fewer is stricter."""
    return _number(before, after, stricter=-1)


def more(before: Any, after: Any) -> Move:
    """Numbers of which more is stricter; also switches that are stricter when on."""
    return _number(before, after, stricter=1)


def _number(before: Any, after: Any, *, stricter: int) -> Move:
    if not isinstance(before, (int, float)) or not isinstance(after, (int, float)):
        return Move("unknown")
    if before == after:
        return Move("changed")
    return Move("stricter" if (after - before) * stricter > 0 else "looser")


def ordered(*values: Any) -> Callable[[Any, Any], Move]:
    """Values in order, the loosest first."""

    def compare(before: Any, after: Any) -> Move:
        if before not in values or after not in values:
            return Move("unknown")
        return more(values.index(before), values.index(after))

    return compare


def masks(before: Any, after: Any) -> Move:
    """LoginNetworkMasks, as sets of addresses. Empty means every network."""
    if not isinstance(before, str) or not isinstance(after, str):
        return Move("unknown")
    old, new = read_masks(before), read_masks(after)
    if old.unreadable or new.unreadable:
        piece = one_line((old.unreadable + new.unreadable)[0])[:60]
        return Move("unknown", f"{piece} cannot be read as a network")
    if old.every_network and new.every_network:
        return Move("changed", "every network, in other words")
    if new.every_network:
        return Move("looser", f"opens every network: was {_some(set(union(old.networks)))}")
    if old.every_network:
        return Move("stricter", f"closes every network but {_some(set(union(new.networks)))}")
    return networks(old.networks, new.networks)


def networks(before: Iterable[Network], after: Iterable[Network]) -> Move:
    """Sets of networks, of which fewer addresses are stricter."""
    old, new = union(before), union(after)
    added, removed = _count_outside(new, old), _count_outside(old, new)
    moved = f"{_some(set(new) - set(old))} was {_some(set(old) - set(new))}"
    if added and removed:
        return Move("mixed", f"adds {_addresses(added)} and removes {removed:,}: {moved}")
    if added:
        return Move("looser", f"adds {_addresses(added)}: {moved}")
    if removed:
        return Move("stricter", f"removes {_addresses(removed)}: {moved}")
    return Move("changed", "the same addresses in other words")


def _addresses(count: int) -> str:
    if count >= 1 << 64:
        return "every IPv6 address, or nearly"
    return f"{count:,} address{'' if count == 1 else 'es'}"


def _some(found: set[Network]) -> str:
    ordered_networks = sorted(found, key=lambda net: (net.version, int(net.network_address), net.prefixlen))
    if any(net.prefixlen == 0 for net in ordered_networks):
        return "every network"
    names = [str(net) for net in ordered_networks[:3]]
    more_of_them = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return ", ".join(names) + more_of_them or "nothing"


def _count_outside(inner: Sequence[Network], outer: Sequence[Network]) -> int:
    """How many addresses of `inner` are not in `outer`. Both are unions: disjoint and in order."""
    total = 0
    for version in (4, 6):
        total += _range_difference(_ranges(inner, version), _ranges(outer, version))
    return total


def _ranges(found: Iterable[Network], version: int) -> list[tuple[int, int]]:
    return [(int(net.network_address), int(net.broadcast_address)) for net in found if net.version == version]


def _range_difference(inner: list[tuple[int, int]], outer: list[tuple[int, int]]) -> int:
    size = sum(end - start + 1 for start, end in inner)
    i = j = 0
    while i < len(inner) and j < len(outer):
        start, end = max(inner[i][0], outer[j][0]), min(inner[i][1], outer[j][1])
        size -= max(0, end - start + 1)
        if inner[i][1] < outer[j][1]:
            i += 1
        else:
            j += 1
    return size


SETTINGS: Final[dict[str, Callable[[Any, Any], Move]]] = {
    "MFAOperationForLogin": ordered("independent", "adaptive", "mandatory"),
    "EnforceMFAForLogin": more,
    "EnableSaveMFATicket": fewer,
    "OperationForRiskLogin": ordered("autonomous", "enforceVerify"),
    "LoginSessionDuration": fewer,
    "LoginNetworkMasks": masks,
    "AllowUserToManageAccessKeys": fewer,
    "AllowUserToManageServiceCredentials": fewer,
    "AllowUserToManagePersonalDingTalk": fewer,
    "Score": more,
    "RootWithAccessKey": fewer,
    "UnusedAkNum": fewer,
    "OldAkNum": fewer,
    "BindMfa": more,
    "SubUserBindMfa": more,
    "SubUserPwdLevel": ordered("low", "mid", "high"),
    "SubUserWithUnusedAccessKey": fewer,
    "SubUserWithOldAccessKey": fewer,
    "ReportStatus": ordered("NONE", "CREATING", "COMPLETE"),
    "ReportCreateTimestamp": more,
}
"""How the settings are compared that have an order. Others merely change."""


def compare(setting: str, before: Any, after: Any) -> Move:
    """Where a setting moved, by the last of its keys. What is absent on one side cannot be told."""
    if before is None or after is None:
        return Move("unknown", "was not known before" if before is None else "is no longer known")
    comparer = SETTINGS.get(setting.rsplit(".", 1)[-1])
    return comparer(before, after) if comparer else Move("changed")
