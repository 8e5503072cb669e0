"""Console logons come from known networks only.

`LoginNetworkMasks` lists the networks that RAM users can log on from; an empty list means every network. It applies
to the console, not to API calls with an AccessKey pair. Each mask must lie inside the union of `within`. Together the
masks must not cover more than `max_addresses` addresses, nor more than `max_public_addresses` that are reachable on the
Internet, and never the whole Internet: 0.0.0.0/1;128.0.0.0/2;192.0.0.0/3 is as open as 0.0.0.0/0. Masks are compared as
networks, not as text: 10.1.0.0/16 lies within 10.0.0.0/8, and ::ffff:10.1.0.0/112 is the same network.
"""

from __future__ import annotations

from typing import Any, Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.networks import read_masks
from acctgate.rules.base import Judgement, RuleText, SettingRule, unknown_message
from acctgate.rules.support import network_limits
from acctgate.rules.support.network_limits import Allowed, NetworkLimits, allowed_from
from acctgate.rules.support.order import compare_masks

SETTING: Final = "SecurityPreference.LoginProfilePreference.LoginNetworkMasks"
_NOUN: Final = Words("masks", "掩码")
_NO_MASK: Final = Bilingual(
    "no mask is set: RAM users can log on from every network", "未设置登录掩码：RAM 用户可以从任何网络登录"
)
_FROM: Final = Words("RAM users can log on from {}", "RAM 用户可以从以下网络登录：{}")


def judge(value: str, want: NetworkLimits) -> Judgement:
    """Judge the masks. A violation by a readable mask is a fail, even beside one that cannot be read."""
    masks = _allowed(value)
    if not masks.all and not masks.unreadable:
        return Judgement("fail", _NO_MASK, value)
    if reason := network_limits.violation(masks, want, _NOUN):
        return Judgement("fail", reason, value)
    if masks.unreadable:
        reason = network_limits.unreadable_reason(masks)
        return Judgement("unknown", unknown_message(reason), value)
    return Judgement("pass", fill(_FROM, network_limits.description(masks)), value)


def _allowed(value: Any) -> Allowed:
    masks = read_masks(str(value))
    return allowed_from(masks.networks, unreadable=masks.unreadable)


def repair(value: object, want: NetworkLimits) -> str | None:
    """Return the present masks that are allowed, else all networks that are allowed; None if a person must decide."""
    present = read_masks(value).networks if isinstance(value, str) else ()
    repaired = ";".join(map(str, network_limits.kept_or_wanted(present, want)))
    return repaired if repaired and judge(repaired, want).outcome == "pass" else None


RULE = SettingRule(
    id="network-masks",
    title="Networks that RAM users can log on from",
    doc=__doc__,
    severity="high",
    setting=SETTING,
    parameters=NetworkLimits,
    expected=lambda want: network_limits.expected(want, _NOUN),
    faults=network_limits.faults,
    lint=network_limits.lint,
    judge=judge,
    orders={SETTING: compare_masks},
    parameter_orders=network_limits.PARAMETER_ORDERS,
    ratchet=network_limits.ratchet(_allowed),
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
            parameters=network_limits.ZH_PARAMETERS,
            expected=lambda want: network_limits.expected_zh(want, _NOUN),
        )
    },
)
