"""Login network masks as sets of IP addresses.

The API returns one string: CIDR blocks or single addresses, separated by ";". Empty means any network.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

Network = IPv4Network | IPv6Network

# ipaddress also reads "10.0.0.0/255.0.0.0" and "10.0.0.0/0.255.255.255"; whether Alibaba Cloud does, and
# how, is not documented, so only addresses and prefix lengths count as readable.
_PIECE = re.compile(r"[0-9A-Fa-f.:]+(/\d{1,3})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Masks:
    """A LoginNetworkMasks value, parsed piece by piece."""

    networks: tuple[Network, ...]
    unreadable: tuple[str, ...]

    @property
    def every_network(self) -> bool:
        """Return whether no mask is set, so that users can log on from any network."""
        return not self.networks and not self.unreadable


def read_masks(value: str) -> Masks:
    """Parse a LoginNetworkMasks value. Host bits are ignored: 10.0.0.7/8 is 10.0.0.0/8."""
    networks, unreadable = [], []
    for piece in filter(None, (part.strip() for part in value.split(";"))):
        network = _read(piece)
        if network is None:
            unreadable.append(piece)
        else:
            networks.append(network)
    return Masks(tuple(networks), tuple(unreadable))


def _read(piece: str) -> Network | None:
    if not _PIECE.fullmatch(piece):
        return None
    try:
        return ip_network(piece, strict=False)
    except ValueError:
        return None


def union(networks: Iterable[Network]) -> tuple[Network, ...]:
    """Return the fewest networks that cover the same addresses: IPv4, then IPv6, each in ascending order."""
    networks = list(networks)
    v4 = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    v6 = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return (*v4, *v6)


def outside(networks: Iterable[Network], allowed: tuple[Network, ...]) -> list[Network]:
    """Return the networks that are not entirely inside the union of `allowed`.

    The blocks of a collapsed union are as large as possible. So a network inside the union is inside one block:
    the last one that does not start after the network.
    """
    blocks, starts = _blocks(allowed)
    not_covered = []
    for network in networks:
        index = bisect_right(starts, (network.version, int(network.network_address))) - 1
        if index < 0 or not _is_inside(network, blocks[index]):
            not_covered.append(network)
    return not_covered


@lru_cache(maxsize=64)
def _blocks(networks: tuple[Network, ...]) -> tuple[tuple[Network, ...], list[tuple[int, int]]]:
    blocks = union(networks)
    return blocks, [(block.version, int(block.network_address)) for block in blocks]


def _is_inside(network: Network, block: Network) -> bool:
    return network.version == block.version and int(network.broadcast_address) <= int(block.broadcast_address)


def count_addresses(networks: Iterable[Network]) -> int:
    """Return how many addresses the networks cover together. Each address counts once."""
    return sum(net.num_addresses for net in union(networks))


def covers_everything(networks: Iterable[Network]) -> bool:
    """Return whether the networks together cover every IPv4 or every IPv6 address."""
    return any(net.prefixlen == 0 for net in union(networks))


def network_error(text: str) -> str | None:
    """Return why a network in a policy is invalid, None where it is valid.

    Host bits are refused there: 10.0.0.7/8 may mean the host or the network.
    """
    try:
        ip_network(text)
    except ValueError as error:
        return f"invalid network: {error}"
    return None
