"""LoginNetworkMasks, read as networks.

The API gives one string: CIDR blocks or single addresses, separated by ";". Empty means every network.
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
    """What a LoginNetworkMasks value says, piece by piece."""

    networks: tuple[Network, ...]
    unreadable: tuple[str, ...]

    @property
    def every_network(self) -> bool:
        """True where no mask is set at all: the account can be logged on to from anywhere."""
        return not self.networks and not self.unreadable


def read_masks(value: str) -> Masks:
    """Split and read a LoginNetworkMasks value. Host bits are read as the network that they stand in."""
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
    """The fewest networks that cover the same addresses: IPv4 first, then IPv6, each in order."""
    networks = list(networks)
    v4 = collapse_addresses(net for net in networks if isinstance(net, IPv4Network))
    v6 = collapse_addresses(net for net in networks if isinstance(net, IPv6Network))
    return (*v4, *v6)


def outside(networks: Iterable[Network], allowed: tuple[Network, ...]) -> list[Network]:
    """The networks that do not lie wholly inside the union of `allowed`.

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
    return network.version == block.version and int(network.broadcast_address) <= int(block.broadcast_address)


def count_addresses(networks: Iterable[Network]) -> int:
    """How many addresses the networks cover together, each counted once."""
    return sum(net.num_addresses for net in union(networks))


def covers_everything(networks: Iterable[Network]) -> bool:
    """Whether the networks together cover every IPv4 or every IPv6 address."""
    return any(net.prefixlen == 0 for net in union(networks))


def network_fault(text: str) -> str | None:
    """What is wrong with a network in a policy, None where nothing is.

    Host bits are refused there: whoever writes 10.0.0.7/8 may mean either the host or the network.
    """
    try:
        ip_network(text)
    except ValueError as error:
        return f"is no network: {error}"
    return None
