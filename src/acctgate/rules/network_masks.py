"""Console logons come from known networks only.

`LoginNetworkMasks` lists the networks that RAM users may log on from; an empty list means every network.
It covers the console, not calls with an AccessKey pair. Each mask must lie inside the union of `within`,
together they must not cover more than `max_addresses`, and never every address. Masks are judged as
networks: 10.1.0.0/16 lies within 10.0.0.0/8, whatever the text looks like.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from ipaddress import ip_network
from typing import Annotated

from annotated_types import Ge, MinLen

from acctgate.model.networks import (
    Masks,
    Network,
    count_addresses,
    covers_everything,
    network_fault,
    outside,
    read_masks,
)
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, entry


@entry
class Parameters(RuleEntry, total=False):
    """What masks may allow. With neither, masks must be there and leave something out."""

    within: Annotated[list[str], MinLen(1)]
    """The networks that every mask must lie in: CIDR blocks without host bits."""
    max_addresses: Annotated[int, Ge(1)]
    """The most addresses that the masks may cover together, at least 1."""


def expected(want: Parameters) -> str:
    """In words."""
    parts = []
    if "within" in want:
        parts.append(f"masks within {', '.join(want['within'])}")
    if "max_addresses" in want:
        parts.append(f"at most {want['max_addresses']:,} addresses")
    return ", ".join(parts) or "masks that leave something out"


def faults(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Networks that are none."""
    for index, text in enumerate(want.get("within", ())):
        if fault := network_fault(text):
            yield ("within", index), fault


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
    if "within" in want and (stray := outside(masks.networks, _networks(tuple(want["within"])))):
        return f"{_some([str(net) for net in stray])} lies outside {', '.join(want['within'])}"
    if "max_addresses" in want and (total := count_addresses(masks.networks)) > want["max_addresses"]:
        return f"the masks cover {total:,} addresses"
    return None


def repair(value: object, want: Parameters) -> str | None:
    """What of the present masks is allowed; where nothing is, everything that is allowed. None: a person must say."""
    allowed = _networks(tuple(want.get("within", ())))
    masks = read_masks(value) if isinstance(value, str) else Masks((), ())
    kept = [net for net in masks.networks if net not in outside([net], allowed)] if allowed else []
    repaired = ";".join(str(net) for net in kept or allowed)
    return repaired if repaired and judge(repaired, want).outcome == "pass" else None


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
    faults=faults,
    judge=judge,
    remediation="Set LoginNetworkMasks to your own networks (loginNetworkMasks on the SecurityPreference "
    "resource). Leaving it out of that resource clears it.",
    by_resource=True,
    repair=repair,
)
