"""Console logons come from known networks only.

`LoginNetworkMasks` lists the networks that RAM users may log on from; an empty list means every network.
It covers the console, not calls with an AccessKey pair. Each mask must lie inside the union of `within`,
together they must not cover more than `max_addresses`, and never every address. Masks are judged as
networks: 10.1.0.0/16 lies within 10.0.0.0/8, whatever the text looks like.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from acctgate.redact import one_line
from acctgate.rules.base import Judgement, RuleEntry, SettingRule
from acctgate.settings.masks import (
    Masks,
    Network,
    count_addresses,
    covers_everything,
    outside,
    read_masks,
)


def _network_text(value: Any) -> Any:
    """Refuse host bits: whoever writes 10.0.0.7/8 may mean either the host or the network."""
    if not isinstance(value, str):
        return value
    try:
        ip_network(value)
    except ValueError as error:
        raise ValueError(f"{one_line(value)} is no network: {one_line(error)}") from None
    return value


Cidr = Annotated[
    str,
    BeforeValidator(_network_text),
    WithJsonSchema({"type": "string", "examples": ["10.0.0.0/8"], "pattern": r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$"}),
]
"""A network as a CIDR block without host bits."""


class Parameters(RuleEntry):
    """What masks may allow. With neither, masks must be there and leave something out."""

    within: Annotated[list[Cidr], Field(min_length=1)] | None = None
    """The networks that every mask must lie in."""
    max_addresses: Annotated[int, Field(ge=1)] | None = None
    """The most addresses that the masks may cover together, at least 1."""


def expected(want: Parameters) -> str:
    """In words."""
    parts = []
    if want.within is not None:
        parts.append(f"masks within {', '.join(want.within)}")
    if want.max_addresses is not None:
        parts.append(f"at most {want.max_addresses:,} addresses")
    return ", ".join(parts) or "masks that leave something out"


@lru_cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ip_network(text) for text in texts)


def judge(value: str, want: Parameters) -> Judgement:
    """A readable violation is a fail, even beside a mask that cannot be read; that alone is unknown."""
    masks = read_masks(value)
    if masks.every_network:
        return Judgement("fail", "no mask is set: RAM users can log on from every network", value)
    if reason := _violation(masks, want):
        return Judgement("fail", reason, value)
    if masks.unreadable:
        return Judgement("unknown", f"not provable: {_some(masks.unreadable)} cannot be read as a network", value)
    return Judgement("pass", f"RAM users can log on from {_some([str(net) for net in masks.networks])}", value)


def _violation(masks: Masks, want: Parameters) -> str | None:
    if covers_everything(masks.networks):
        return "the masks cover every address"
    if want.within is not None and (stray := outside(masks.networks, _networks(tuple(want.within)))):
        return f"{_some([str(net) for net in stray])} lies outside {', '.join(want.within)}"
    if want.max_addresses is not None and (total := count_addresses(masks.networks)) > want.max_addresses:
        return f"the masks cover {total:,} addresses"
    return None


def _some(pieces: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(pieces) - 3} more" if len(pieces) > 3 else ""
    return ", ".join(one_line(piece)[:60] for piece in pieces[:3]) + more


RULE = SettingRule(
    id="network-masks",
    title="Networks that RAM users log on from",
    doc=__doc__,
    severity="high",
    setting="SecurityPreference.LoginProfilePreference.LoginNetworkMasks",
    parameters=Parameters,
    expected=expected,
    judge=judge,
    remediation="Set LoginNetworkMasks to your own networks (loginNetworkMasks on the SecurityPreference "
    "resource). Leaving it out of that resource clears it.",
    repairable=True,
)
