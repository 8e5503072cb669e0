"""The algebra of networks and masks agrees with sets of addresses."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, composite

from acctgate.model.networks import (
    Network,
    count_outside,
    coverage,
    outside,
    read_masks,
    union,
)
from acctgate.rules.support.order import compare_networks
from tests.support.strategies import SETTINGS


def _span(texts: list[str]) -> set[int]:
    """Return the addresses of IPv4 networks as numbers."""
    found: set[int] = set()
    for text in texts:
        network = ip_network(text, strict=False)
        found |= set(range(int(network.network_address), int(network.broadcast_address) + 1))
    return found


@composite
def networks_in_a_kibi(draw: DrawFn) -> list[str]:
    """Networks out of 192.0.0.0/22, of which the first and the third quarter are not public, some IPv4-mapped."""
    drawn = draw(st.lists(st.tuples(st.integers(0, 1023), st.integers(22, 32), st.booleans()), max_size=6))
    addresses = [(str(ip_address(0xC0000000 + host)), prefix, mapped) for host, prefix, mapped in drawn]
    return [f"::ffff:{ip}/{prefix + 96}" if mapped else f"{ip}/{prefix}" for ip, prefix, mapped in addresses]


def _plain(texts: list[str]) -> list[str]:
    pairs = [text.removeprefix("::ffff:").split("/") for text in texts]
    return [f"{ip}/{int(prefix) - 96}" if int(prefix) > 32 else f"{ip}/{prefix}" for ip, prefix in pairs]


@SETTINGS
@given(before=networks_in_a_kibi(), after=networks_in_a_kibi())
def test_the_algebra_of_networks_agrees_with_sets(before: list[str], after: list[str]) -> None:
    old, new = (read_masks(";".join(texts)).networks for texts in (before, after))
    span, later = _span(_plain(before)), _span(_plain(after))
    public = {address for address in span if (address >> 8) & 3 in (1, 3)}
    assert (coverage(old).addresses, coverage(old).public) == (len(span), len(public))
    assert count_outside(old, new) == len(span - later)
    assert (outside(old, new) == []) is (span <= later)
    directions = {(True, True): "changed", (True, False): "stricter", (False, True): "looser", (False, False): "mixed"}
    assert compare_networks(old, new).direction == directions[later <= span, span <= later]


@SETTINGS
@given(left_out=st.sets(st.integers(0, 255), max_size=3), mapped=st.booleans())
def test_the_internet_is_every_eighth_that_has_public_addresses(left_out: set[int], mapped: bool) -> None:
    remaining = [f"{first}.0.0.0/8" for first in range(256) if first not in left_out]
    masks = [f"::ffff:{text.removesuffix('/8')}/104" if mapped else text for text in remaining]
    public = set(range(1, 224)) - {10, 127}
    networks = read_masks(";".join(masks)).networks
    assert coverage(networks).internet is not bool(left_out & public)
    assert coverage(networks).everything is not bool(left_out)


@pytest.mark.parametrize("text", ["8.8.8.8", "192.88.99.1", "2400:3200::1"])
def test_a_public_address(text: str) -> None:
    assert coverage(read_masks(text).networks).public == 1


@pytest.mark.parametrize(
    ("text", "public"), [("64:ff9b::808:808", 1), ("64:ff9b::a00:0/104", 0), ("64:ff9b::808:0/112;8.8.0.0/17", 2**16)]
)
def test_a_translated_address_is_that_of_ipv4(text: str, public: int) -> None:
    assert coverage(read_masks(text).networks).public == public


@pytest.mark.parametrize("text", ["64:ff9b::/96", "64:ff9b::/95", "64:ff9b::/97;64:ff9b::8000:0/97"])
def test_all_translated_addresses_are_the_internet(text: str) -> None:
    assert coverage(read_masks(text).networks).internet


NOT_PUBLIC = "0.1.2.3 100.64.0.1 240.0.0.1 224.0.0.1 fe80::1 ::1 2001:db8::1 fd00::1"


@pytest.mark.parametrize("text", NOT_PUBLIC.split())
def test_an_address_that_is_not_public(text: str) -> None:
    assert coverage(read_masks(text).networks).public == 0


@composite
def small_networks(draw: DrawFn) -> list[str]:
    """Networks of 1 to 32 addresses out of 10.0.0.0/27, with host bits now and then."""
    pairs = draw(st.lists(st.tuples(st.integers(0, 31), st.integers(27, 32)), max_size=6))
    return [f"10.0.0.{host}/{prefix}" for host, prefix in pairs]


def _addresses(texts: list[str]) -> set[str]:
    return {str(address) for text in texts for address in ip_network(text, strict=False)}


@SETTINGS
@given(masks=small_networks(), allowed=small_networks())
def test_masks_agree_with_sets_of_addresses(masks: list[str], allowed: list[str]) -> None:
    networks = read_masks(";".join(masks)).networks
    within = tuple(ip_network(text, strict=False) for text in allowed)
    assert list(networks) == [ip_network(text, strict=False) for text in masks]
    assert coverage(networks).addresses == len(_addresses(masks))
    assert _addresses([str(net) for net in union(networks)]) == _addresses(masks)
    stray = [net for net in networks if not _addresses([str(net)]) <= _addresses(allowed)]
    assert outside(networks, within) == stray


@SETTINGS
@given(left_out=st.integers(0, 7), base=st.sampled_from(["0.0.0.0/0", "::/0"]))
def test_all_but_an_eighth_is_not_everything(left_out: int, base: str) -> None:
    eighths: list[Network] = list(ip_network(base).subnets(prefixlen_diff=3))
    assert coverage(eighths).everything
    assert not coverage(eighths[:left_out] + eighths[left_out + 1 :]).everything


@SETTINGS
@given(value=st.text(alphabet="0123456789./;: ab١\t", max_size=40))
def test_every_piece_of_a_mask_is_accounted_for(value: str) -> None:
    masks = read_masks(value)
    pieces = [piece.strip() for piece in value.split(";") if piece.strip()]
    assert len(masks.networks) + len(masks.unreadable) == len(pieces)
    assert masks.every_network is (not pieces)
    assert set(masks.unreadable) <= set(pieces)
