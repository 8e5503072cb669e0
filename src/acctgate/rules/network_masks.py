"""Console logons come from known networks only.

`LoginNetworkMasks` lists the networks that RAM users can log on from; an empty list means every network. It applies
to the console, not to API calls with an AccessKey pair. Each mask must lie inside the union of `within`. Together the
masks must not cover more than `max_addresses` addresses, nor more than `max_public_addresses` that are reachable on the
Internet, and never the whole Internet: 0.0.0.0/1;128.0.0.0/2;192.0.0.0/3 is as open as 0.0.0.0/0. Masks are compared as
networks, not as text: 10.1.0.0/16 lies within 10.0.0.0/8, and ::ffff:10.1.0.0/112 is the same network.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Final

from annotated_types import Ge, MinLen

from acctgate.model.fields import Count
from acctgate.model.networks import (
    Masks,
    Network,
    count_addresses,
    count_public,
    covers_everything,
    covers_internet,
    network_error,
    outside,
    policy_network,
    read_masks,
    union,
)
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, LintHint, RuleEntry, RuleText, SettingRule, entry, unknown_message
from acctgate.rules.order import allowed_networks, compare_masks, lower_is_stricter

SETTING: Final = "SecurityPreference.LoginProfilePreference.LoginNetworkMasks"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of network-masks. With none, masks must be set and not cover the whole Internet."""

    within: Annotated[list[str], MinLen(1)]
    """The networks that every mask must lie within: CIDR blocks without host bits."""
    max_addresses: Annotated[int, Ge(1)]
    """The highest number of addresses that the masks may cover together, at least 1."""
    max_public_addresses: Count
    """The highest number of globally reachable addresses that the masks may cover together, at least 0."""


def expected(want: Parameters) -> str:
    """Return the parameters in words."""
    parts = []
    if "within" in want:
        parts.append(f"masks within {', '.join(want['within'])}")
    if "max_addresses" in want:
        parts.append(f"at most {want['max_addresses']:,} addresses")
    if "max_public_addresses" in want:
        parts.append(f"at most {want['max_public_addresses']:,} public addresses")
    return ", ".join(parts) or "masks that do not cover every address"


def faults(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the networks that are invalid."""
    for index, text in enumerate(want.get("within", ())):
        if fault := network_error(text):
            yield ("within", index), fault


@lru_cache
def _networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(policy_network(text) for text in texts)


def judge(value: str, want: Parameters) -> Judgement:
    """Judge the masks. A violation by a readable mask is a fail, even beside one that cannot be read."""
    masks = read_masks(value)
    if masks.every_network:
        return Judgement("fail", "no mask is set: RAM users can log on from every network", value)
    if reason := _violation(masks, want):
        return Judgement("fail", reason, value)
    if masks.unreadable:
        reason = f"{_some(masks.unreadable)} cannot be read as a network"
        return Judgement("unknown", unknown_message(reason), value)
    return Judgement("pass", _description(masks), value)


def _violation(masks: Masks, want: Parameters) -> str | None:
    total, public = count_addresses(masks.networks), count_public(masks.networks)
    if covers_everything(masks.networks):
        return f"the masks cover every address: {_count(total)}"
    if covers_internet(masks.networks):
        return f"the masks cover every address on the Internet: {_count(total)}, {_count(public, 'public ')}"
    if "within" in want and (stray := outside(masks.networks, _networks(tuple(want["within"])))):
        return f"{_some([str(net) for net in stray])} lies outside {', '.join(want['within'])}"
    if "max_addresses" in want and total > want["max_addresses"]:
        return f"the masks cover {_count(total)}"
    if "max_public_addresses" in want and public > want["max_public_addresses"]:
        return f"the masks cover {_count(public, 'public ')}"
    return None


def _description(masks: Masks) -> str:
    total, public = count_addresses(masks.networks), count_public(masks.networks)
    shown = _some([str(net) for net in masks.networks])
    return f"RAM users can log on from {shown}: {_count(total)}, {public:,} of them public"


def _count(number: int, kind: str = "") -> str:
    return f"{number:,} {kind}address{'' if number == 1 else 'es'}"


def repair(value: object, want: Parameters) -> str | None:
    """Return the present masks that are allowed, else all networks that are allowed; None if a person must decide."""
    allowed = _networks(tuple(want.get("within", ())))
    masks = read_masks(value) if isinstance(value, str) else Masks((), ())
    kept = [net for net in masks.networks if net not in outside([net], allowed)] if allowed else []
    repaired = ";".join(str(net) for net in kept or allowed)
    return repaired if repaired and judge(repaired, want).outcome == "pass" else None


def lint(want: Parameters, _entries: Mapping[str, RuleEntry]) -> Iterator[LintHint]:
    """Warn of networks that others contain, and of a limit that `within` never reaches."""
    within = _networks(tuple(want.get("within", ())))
    for index, each in enumerate(within):
        wider = next((n for i, n in enumerate(within) if i != index and _contains(n, each, i < index)), None)
        if wider is not None:
            problem = "is listed twice" if each == wider else f"lies inside {wider}"
            yield LintHint(("within", index), f"{each} {problem}; remove it")
    most, total = want.get("max_addresses"), sum(each.num_addresses for each in within)
    if within and most is not None and most >= total:
        yield LintHint(("max_addresses",), f"{most} is never reached: within has {total} addresses")
    public, reachable = want.get("max_public_addresses"), count_public(within)
    if within and public is not None and public >= reachable:
        message = f"{public} is never reached: within has {reachable} public addresses"
        yield LintHint(("max_public_addresses",), message)


def _contains(wider: Any, network: Any, earlier: bool) -> bool:
    """Return whether a network lies in another one. Of two equal ones, the later lies in the earlier."""
    if network == wider:
        return earlier
    return bool(network.version == wider.version and network.subnet_of(wider))


def current_networks(actual: Any, wanted: Sequence[str]) -> list[str]:
    """Return the wanted networks with those of today's masks."""
    return [str(each) for each in union((*read_masks(str(actual)).networks, *map(policy_network, wanted)))]


def current_addresses(actual: Any, wanted: int) -> int:
    """Return the number of addresses that today's masks cover, at least the wanted one."""
    return max(wanted, count_addresses(read_masks(str(actual)).networks))


def current_public_addresses(actual: Any, wanted: int) -> int:
    """Return the number of public addresses that today's masks cover, at least the wanted one."""
    return max(wanted, count_public(read_masks(str(actual)).networks))


def _some(pieces: list[str] | tuple[str, ...]) -> str:
    more = f" and {len(pieces) - 3} more" if len(pieces) > 3 else ""
    return ", ".join(one_line(piece)[:60] for piece in pieces[:3]) + more


RULE = SettingRule(
    id="network-masks",
    title="Networks that RAM users can log on from",
    doc=__doc__,
    severity="high",
    setting=SETTING,
    parameters=Parameters,
    expected=expected,
    faults=faults,
    lint=lint,
    judge=judge,
    orders={SETTING: compare_masks},
    parameter_orders={
        "within": allowed_networks,
        "max_addresses": lower_is_stricter,
        "max_public_addresses": lower_is_stricter,
    },
    ratchet={
        "within": current_networks,
        "max_addresses": current_addresses,
        "max_public_addresses": current_public_addresses,
    },
    remediation="Set LoginNetworkMasks to your own networks (loginNetworkMasks on the SecurityPreference "
    "resource). Leaving it out of the resource clears it.",
    by_resource=True,
    repair=repair,
    translations={
        "zh": RuleText(
            title="RAM 用户登录网络",
            doc="只能从已知网络登录控制台。\n\n"
            "`LoginNetworkMasks`（登录掩码）列出允许 RAM 用户登录的网络；留空表示任何网络都可以登录。"
            "它只约束控制台登录，不约束使用 AccessKey 的 API 调用。每个掩码都必须位于 `within` 的并集之内，"
            "合计不得超过 `max_addresses` 个地址，其中公网可达的地址不得超过 "
            "`max_public_addresses` 个，也绝不能覆盖整个互联网：0.0.0.0/1;128.0.0.0/2;192.0.0.0/3 与 0.0.0.0/0 "
            "同样开放。掩码按网络判断，而不是按文本：10.1.0.0/16 在 10.0.0.0/8 之内，::ffff:10.1.0.0/112 "
            "就是同一个网络。",
            remediation="将 LoginNetworkMasks 设为自有网络（SecurityPreference 资源的 loginNetworkMasks）。"
            "在该资源中省略它会将其清空。",
            parameters={
                "within": "每个掩码都必须位于这些网络之内：不含主机位的 CIDR 网段。",
                "max_addresses": "所有掩码合计最多覆盖的地址数，不小于 1。",
                "max_public_addresses": "所有掩码合计最多覆盖的公网可达地址数，不小于 0。",
            },
        )
    },
)
