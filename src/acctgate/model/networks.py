"""LoginNetworkMasks, read as networks, and the algebra of networks.

The API gives one string: CIDR blocks or single addresses, separated by ";". Empty means every network.
An IPv4-mapped IPv6 network (::ffff:a.b.c.d) is its IPv4 network.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final, NamedTuple

Network = IPv4Network | IPv6Network
Range = tuple[int, int]
"""The first and the last address of a block, as numbers."""

# ipaddress also reads "10.0.0.0/255.0.0.0" and "10.0.0.0/0.255.255.255". Whether Alibaba Cloud does is not
# documented, so only addresses and prefix lengths count as readable.
_PIECE: Final = re.compile(r"[0-9A-Fa-f.:]+(/\d{1,3})?", re.ASCII)
_MAPPED: Final = IPv6Network("::ffff:0:0/96")
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as a NAT64 gateway translates them (RFC 6052)."""
_EVERY_IPV4: Final = IPv4Network("0.0.0.0/0")


class Masks(NamedTuple):
    """The networks of a LoginNetworkMasks value."""

    networks: tuple[Network, ...]
    unreadable: tuple[str, ...]

    @property
    def every_network(self) -> bool:
        """Whether no mask is set: RAM users can log on from everywhere."""
        return not self.networks and not self.unreadable


def read_masks(value: str) -> Masks:
    """Split and read a LoginNetworkMasks value. Host bits are read as the network that contains them."""
    networks: list[Network] = []
    unreadable = []
    for piece in filter(None, (part.strip() for part in value.split(";"))):
        network = read_network(piece)
        if network is None:
            unreadable.append(piece)
        else:
            networks.append(network)
    return Masks(tuple(networks), tuple(unreadable))


def read_network(piece: str) -> Network | None:
    """Return the network that an address or a CIDR block of the API names, None if it cannot be read.

    Host bits are read as the network that contains them.
    """
    if not _PIECE.fullmatch(piece):
        return None
    try:
        return _plain(ip_network(piece, strict=False))
    except ValueError:
        return None


def policy_network(text: str) -> Network:
    """Return the network that a CIDR block in a policy names.

    Raises:
        ValueError: It is invalid; `network_error` says why.
    """
    return _plain(ip_network(text))


def _plain(network: Network) -> Network:
    """Return the IPv4 network that an IPv4-mapped IPv6 network is; any other one as it is."""
    return network if isinstance(network, IPv4Network) or not network.subnet_of(_MAPPED) else _embedded(network)


def _embedded(network: IPv6Network) -> IPv4Network:
    """Return the IPv4 network in the last 32 bits of an IPv6 network of at least 96."""
    return IPv4Network((int(network.network_address) & 0xFFFFFFFF, network.prefixlen - 96))


def network_error(text: str) -> str | None:
    """Return why a network in a policy is invalid, None if it is valid.

    Host bits are refused: 10.0.0.7/8 may mean either the host or the network.
    """
    try:
        ip_network(text)
    except ValueError as error:
        return f"invalid network: {error}"
    return None


def union(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Return the fewest networks that cover the same addresses: IPv4 first, then IPv6, each in order."""
    networks = tuple(networks)
    if len(networks) == 1:  # as in most accounts; collapsing is slow
        return networks
    v4 = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    v6 = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return (*v4, *v6)


def outside(networks: Iterable[Network], allowed: tuple[Network, ...]) -> list[Network]:
    """Return the networks that do not lie wholly inside the union of `allowed`.

    A CIDR block that a union covers lies inside one of the union's collapsed blocks, since these are as
    large as they can be: the last one that starts no later.
    """
    blocks, starts = _blocks(allowed)
    stray = []
    for network in networks:
        index = bisect_right(starts, (network.version, int(network.network_address))) - 1
        if index < 0 or not _lies_in(network, blocks[index]):
            stray.append(network)
    return stray


@lru_cache(maxsize=64)
def _blocks(networks: tuple[Network, ...]) -> tuple[tuple[Network, ...], list[tuple[int, int]]]:
    blocks = union(networks)
    return blocks, [(block.version, int(block.network_address)) for block in blocks]


def _lies_in(network: Network, block: Network) -> bool:
    return network.version == block.version and _range(network)[1] <= _range(block)[1]


def count_outside(inner: Iterable[Network], outer: Iterable[Network]) -> int:
    """Return how many addresses of `inner` are not in `outer`."""
    inner, outer = union(inner), union(outer)
    common = sum(_count_common(_ranges(inner, version), _ranges(outer, version)) for version in _VERSIONS)
    return sum(map(_size, inner)) - common


def _ranges(blocks: Iterable[Network], version: int) -> list[Range]:
    return [_range(net) for net in blocks if net.version == version]


def _range(network: Network) -> Range:
    first = int(network.network_address)
    return first, first + _size(network) - 1


def _size(network: Network) -> int:
    """Return how many addresses the network has. Its own `num_addresses` builds two addresses to find out."""
    return 1 << (network.max_prefixlen - network.prefixlen)


def _count_common(first: Sequence[Range], second: Sequence[Range]) -> int:
    """Count the numbers that lie in both. Each is disjoint and sorted."""
    size = i = j = 0
    while i < len(first) and j < len(second):
        start, end = max(first[i][0], second[j][0]), min(first[i][1], second[j][1])
        size += max(0, end - start + 1)
        if first[i][1] < second[j][1]:
            i += 1
        else:
            j += 1
    return size


NOT_PUBLIC: Final[tuple[Network, ...]] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/3",
        "2001:db8::/32",
        "3fff::/20",
        "4000::/2",
        "8000::/1",
    )
)
"""Networks that no host on the Internet has an address in. Source: IANA's registries of special-purpose addresses, with
multicast (224.0.0.0/4), reserved addresses (240.0.0.0/4) and all of IPv6 but 2000::/3. Not taken from ipaddress, whose
list depends on the version of Python."""


_VERSIONS: Final = (4, 6)
_NOT_PUBLIC_RANGES: Final = {version: _ranges(union(NOT_PUBLIC), version) for version in _VERSIONS}
_ALL_PUBLIC: Final = {
    version: 2 ** (32 if version == 4 else 128) - sum(end - start + 1 for start, end in ranges)
    for version, ranges in _NOT_PUBLIC_RANGES.items()
}
"""How many globally reachable addresses there are, by IP version."""


class Coverage(NamedTuple):
    """What networks cover together."""

    addresses: int
    """How many addresses, each counted once."""
    public: int
    """How many of them are globally reachable."""
    everything: bool
    """Whether they are every IPv4 or every IPv6 address."""
    internet: bool
    """Whether they are every globally reachable IPv4 or every such IPv6 address."""


def coverage(networks: Iterable[Network]) -> Coverage:
    """Return what the networks cover together."""
    blocks = union(networks)
    reachable = union(_with_embedded(blocks))
    public = {version: _count_public(reachable, version) for version in {net.version for net in reachable}}
    return Coverage(
        addresses=sum(map(_size, blocks)),
        public=sum(public.values()),
        everything=any(net.prefixlen == 0 for net in blocks),
        internet=any(count == _ALL_PUBLIC[version] for version, count in public.items()),
    )


def _count_public(blocks: Iterable[Network], version: int) -> int:
    """Count the globally reachable addresses of one IP version in the blocks, which are disjoint and sorted."""
    ranges = _ranges(blocks, version)
    return sum(end - start + 1 for start, end in ranges) - _count_common(ranges, _NOT_PUBLIC_RANGES[version])


def _with_embedded(networks: Iterable[Network]) -> Iterator[Network]:
    """Yield the networks, and the IPv4 networks whose addresses are mapped or translated in them."""
    for network in networks:
        yield network
        if isinstance(network, IPv4Network):
            continue
        if network.supernet_of(_MAPPED) or network.supernet_of(_TRANSLATED):
            yield _EVERY_IPV4
        elif network.subnet_of(_TRANSLATED):
            yield _embedded(network)
