"""Limits on the networks that something is allowed from: the parameters of network-masks and access-key-networks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final, NamedTuple

from annotated_types import Ge, MinLen

from acctgate.language import Bilingual, Words, fill, join
from acctgate.model.fields import Count
from acctgate.model.networks import (
    Coverage,
    Network,
    coverage,
    network_error,
    outside,
    policy_network,
    union,
)
from acctgate.redact import one_line
from acctgate.rules.support.entry import RuleEntry, entry
from acctgate.rules.support.judgement import LintHint
from acctgate.rules.support.order import Order, allowed_networks, lower_is_stricter
from acctgate.rules.support.rule import Ratchet
from acctgate.text import first_of, first_of_zh, plural

_OUTSIDE: Final = Words("{} lies outside {}", "{} 不在 {} 之内")
_UNREADABLE: Final = Words("{} cannot be read as a network", "无法将 {} 解析为网络")
_SHOWN: Final = 3
"""Networks in a message."""


@entry
class NetworkLimits(RuleEntry, total=False):
    """Limits on networks. With none, networks must be listed and not cover the whole Internet."""

    within: Annotated[list[str], MinLen(1)]
    """The networks that every listed network must lie within: CIDR blocks without host bits."""
    max_addresses: Annotated[int, Ge(1)]
    """The highest number of addresses that the listed networks may cover together, at least 1."""
    max_public_addresses: Count
    """The highest number of globally reachable addresses that they may cover together, at least 0."""


ZH_PARAMETERS: Final = {
    "within": "列出的每个网络都必须位于这些网络之内：不含主机位的 CIDR 网段。",
    "max_addresses": "列出的网络合计最多覆盖的地址数，不小于 1。",
    "max_public_addresses": "列出的网络合计最多覆盖的公网可达地址数，不小于 0。",
}
"""The meaning of the parameters in Chinese."""
PARAMETER_ORDERS: Final[Mapping[str, Order]] = {
    "within": allowed_networks,
    "max_addresses": lower_is_stricter,
    "max_public_addresses": lower_is_stricter,
}


class Allowed(NamedTuple):
    """The networks that something is allowed from."""

    all: tuple[Network, ...]
    """The readable ones."""
    confined: tuple[Network, ...]
    """Those within single VPCs: never public, and never the whole Internet."""
    unreadable: tuple[str, ...]
    addresses: int
    """How many addresses all of them cover together."""
    covered: Coverage
    """What all but the confined ones cover."""


def allowed_from(
    networks: tuple[Network, ...], confined: tuple[Network, ...] = (), unreadable: tuple[str, ...] = ()
) -> Allowed:
    """Return what is allowed from these networks, `confined` ones and some that cannot be read."""
    covered, together = coverage(networks), (*networks, *confined)
    addresses = coverage(together).addresses if confined else covered.addresses
    return Allowed(together, confined, unreadable, addresses, covered)


def expected(want: NetworkLimits, noun: Words) -> str:
    """Return the limits in words. `noun` is the listed networks in the plural."""
    parts = []
    if "within" in want:
        parts.append(f"{noun.en} within {', '.join(want['within'])}")
    if "max_addresses" in want:
        parts.append(f"at most {_count(want['max_addresses'])}")
    if "max_public_addresses" in want:
        parts.append(f"at most {want['max_public_addresses']:,} public addresses")
    return ", ".join(parts) or f"{noun.en} that do not cover every address"


def expected_zh(want: NetworkLimits, noun: Words) -> str:
    """Return the limits in Chinese."""
    parts = []
    if "within" in want:
        parts.append(f"{noun.zh}在 {'、'.join(want['within'])} 之内")
    if "max_addresses" in want:
        parts.append(f"最多 {want['max_addresses']:,} 个地址")
    if "max_public_addresses" in want:
        parts.append(f"最多 {want['max_public_addresses']:,} 个公网地址")
    return "，".join(parts) or f"{noun.zh}不覆盖全部地址"


def faults(want: NetworkLimits) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the networks that are invalid."""
    for index, text in enumerate(want.get("within", ())):
        if fault := network_error(text):
            yield ("within", index), fault


@lru_cache
def networks_of(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Return the networks that CIDR blocks in a policy name."""
    return tuple(policy_network(text) for text in texts)


def violation(allowed: Allowed, want: NetworkLimits, noun: Words) -> str | None:
    """Return how the readable networks violate the limits, None if they do not."""
    total, public = allowed.addresses, allowed.covered.public
    if allowed.covered.everything:
        return _cover(noun, f"every address: {_count(total)}", f"全部地址：{total:,} 个")
    if allowed.covered.internet:
        english = f"every address on the Internet: {_count(total)}, {_count(public, 'public ')}"
        return _cover(noun, english, f"互联网的全部地址：{total:,} 个地址，其中 {public:,} 个为公网地址")
    if "within" in want and (stray := outside(allowed.all, networks_of(tuple(want["within"])))):
        return fill(_OUTSIDE, _first(_names(stray)), join(Words(", ", "、"), want["within"]))
    if "max_addresses" in want and total > want["max_addresses"]:
        return _cover(noun, _count(total), f" {total:,} 个地址")
    if "max_public_addresses" in want and public > want["max_public_addresses"]:
        return _cover(noun, _count(public, "public "), f" {public:,} 个公网地址")
    return None


def _cover(noun: Words, english: str, chinese: str) -> Bilingual:
    return Bilingual(f"the {noun.en} cover {english}", f"{noun.zh}覆盖{chinese}")


def _first(texts: Sequence[str]) -> Bilingual:
    return Bilingual(first_of(texts, _SHOWN), first_of_zh(texts, _SHOWN))


def _names(networks: Iterable[Network]) -> list[str]:
    return [str(network) for network in networks]


def description(allowed: Allowed) -> str:
    """Return the networks, and how many addresses they have."""
    names, total, public = _names(allowed.all), allowed.addresses, f"{allowed.covered.public:,}"
    english = f"{first_of(names, _SHOWN)}: {_count(total)}, {public} of them public"
    return Bilingual(english, f"{first_of_zh(names, _SHOWN)}（{total:,} 个地址，其中 {public} 个为公网地址）")


def unreadable_reason(allowed: Allowed) -> str:
    """Return the networks that cannot be read, in words."""
    pieces = [one_line(piece)[:60] for piece in allowed.unreadable]
    return fill(_UNREADABLE, _first(pieces))


def _count(number: int, kind: str = "") -> str:
    return plural(number, f"{kind}address")


def lint(want: NetworkLimits, _entries: Mapping[str, RuleEntry]) -> Iterator[LintHint]:
    """Warn of networks that others contain, and of a limit that `within` never reaches."""
    within = networks_of(tuple(want.get("within", ())))
    for index, each in enumerate(within):
        wider = next((n for i, n in enumerate(within) if i != index and _contains(n, each, i < index)), None)
        if wider is not None:
            problem = "is listed twice" if each == wider else f"lies inside {wider}"
            yield LintHint(("within", index), f"{each} {problem}; remove it")
    most, total = want.get("max_addresses"), sum(each.num_addresses for each in within)
    if within and most is not None and most >= total:
        yield LintHint(("max_addresses",), f"{most} is never reached: within has {_count(total)}")
    public, reachable = want.get("max_public_addresses"), coverage(within).public
    if within and public is not None and public >= reachable:
        message = f"{public} is never reached: within has {_count(reachable, 'public ')}"
        yield LintHint(("max_public_addresses",), message)


def _contains(wider: Any, network: Any, earlier: bool) -> bool:
    """Return whether a network lies in another one. Of two equal ones, the later lies in the earlier."""
    if network == wider:
        return earlier
    return bool(network.version == wider.version and network.subnet_of(wider))


def ratchet(read: Callable[[Any], Allowed]) -> dict[str, Ratchet]:
    """Return how `init` replaces each limit by the one that the account meets today.

    Args:
        read: Returns the networks in an outcome's `actual`.
    """

    def current_networks(actual: Any, wanted: Sequence[str]) -> list[str]:
        return [str(each) for each in union((*read(actual).all, *map(policy_network, wanted)))]

    def at_least(count: Callable[[Allowed], int]) -> Ratchet:
        return lambda actual, wanted: max(wanted, count(read(actual)))

    return {
        "within": current_networks,
        "max_addresses": at_least(lambda allowed: allowed.addresses),
        "max_public_addresses": at_least(lambda allowed: allowed.covered.public),
    }


def kept_or_wanted(networks: Iterable[Network], want: NetworkLimits) -> tuple[Network, ...]:
    """Return the present networks that are allowed, else all networks that are allowed."""
    allowed = networks_of(tuple(want.get("within", ())))
    kept = tuple(net for net in networks if net not in outside([net], allowed)) if allowed else ()
    return kept or allowed
