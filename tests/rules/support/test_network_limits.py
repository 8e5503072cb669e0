"""How networks violate their limits, in words."""

from __future__ import annotations

from acctgate.language import Words, words_of
from acctgate.rules.support import network_limits
from acctgate.rules.support.network_limits import allowed_from, networks_of

NOUN = Words("masks", "掩码")


def test_many_networks_are_cut_in_both_languages() -> None:
    allowed = allowed_from(networks_of(tuple(f"192.0.2.{number}" for number in range(4))))
    violation = network_limits.violation(allowed, {"level": "mandatory", "within": ["10.0.0.0/8"]}, NOUN)
    shown = "192.0.2.0/32{0}192.0.2.1/32{0}192.0.2.2/32"
    assert words_of(violation or "") == (
        f"{shown.format(', ')} and 1 more lies outside 10.0.0.0/8",
        f"{shown.format('、')} 等 4 项不在 10.0.0.0/8 之内",
    )


def test_many_unreadable_networks_are_cut_in_both_languages() -> None:
    allowed = allowed_from((), unreadable=("a", "b", "c", "d"))
    assert words_of(network_limits.unreadable_reason(allowed)) == (
        "a, b, c and 1 more cannot be read as a network",
        "无法将 a、b、c 等 4 项解析为网络",
    )
