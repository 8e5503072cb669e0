"""AccessKey pairs work from known networks only.

The account's AccessKey policy lists the networks that permanent AccessKey pairs can be used from: the twin of
`LoginNetworkMasks` for API calls. An inactive policy means every network. Each listed network must lie inside the
union of `within`. Together they must not cover more than `max_addresses` addresses, nor more than
`max_public_addresses` that are reachable on the Internet, and never the whole Internet. A list for a single VPC counts
for `within` and `max_addresses` only, since nobody outside that VPC can use it; one for all VPCs (`AllowAllVPC`) counts
like addresses on the Internet. Temporary credentials are not limited, and a key's own policy overrides the account's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.networks import Network, read_network
from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Judgement, RuleText, SettingRule, undecided, unknown_message
from acctgate.rules.support import network_limits
from acctgate.rules.support.network_limits import Allowed, NetworkLimits, allowed_from
from acctgate.rules.support.order import Move, combine, compare_networks, ordered
from acctgate.text import show

SETTING: Final = "AccessKeyPolicy"
STATUS: Final = f"{SETTING}.Status"
STATEMENTS: Final = f"{SETTING}.Statements"
ALL_VPCS: Final = "AllowAllVPC"
_NOUN: Final = Words("networks", "网络")
_INACTIVE: Final = Bilingual(
    "the policy is inactive: AccessKey pairs can be used from every network",
    "策略未启用：AccessKey 可以从任何网络使用",
)
_FROM: Final = Words("AccessKey pairs can be used from {}", "AccessKey 可以从以下网络使用：{}")
_EMPTY: Final = Words(
    "{} lists no network, and what that allows is not documented",
    "{}没有列出任何网络，而阿里云没有说明这时允许哪些网络",
)
_STATUSES: Final = ("Inactive", "Active")
"""The looser one first."""


def judge(policy: Any, status: Any, statements: Any, want: NetworkLimits) -> Judgement:
    """Judge the lists. A violation by a readable network is a fail, even beside one that cannot be read."""
    if isinstance(policy, Unknown):
        return undecided(policy)
    if status == "Inactive":
        return Judgement("fail", _INACTIVE, policy)
    allowed = allowed_from(()) if isinstance(statements, Unknown) else _allowed(statements)
    if reason := network_limits.violation(allowed, want, _NOUN):
        return Judgement("fail", reason, policy)
    for value in (status, statements):
        if isinstance(value, Unknown):
            return undecided(value)._replace(actual=policy)
    if reason := _unproven(allowed, statements):
        return Judgement("unknown", unknown_message(reason), policy)
    return Judgement("pass", fill(_FROM, network_limits.description(allowed)), policy)


def _unproven(allowed: Allowed, statements: Any) -> str | None:
    """Return why the statements do not prove what is allowed, None if they do."""
    if allowed.unreadable:
        return network_limits.unreadable_reason(allowed)
    if not allowed.all:
        return fill(_EMPTY, Bilingual("the active policy", "已启用的策略"))
    if empty := [statement for statement in statements if not statement["IPList"]]:
        return fill(_EMPTY, Bilingual(show(empty[0]), f"{show(empty[0])} "))
    return None


def _allowed(statements: Any) -> Allowed:
    """Return the networks of the statements, whatever their form."""
    networks: list[Network] = []
    confined: list[Network] = []
    unreadable: list[str] = []
    for statement in statements if isinstance(statements, list) else [statements]:
        match statement:
            case {"Type": "ClassicWhiteList", "IPList": list(listed)}:
                found = networks
            case {"Type": "VPCWhiteList", "Value": str(vpc), "IPList": list(listed)} if vpc:
                found = networks if vpc == ALL_VPCS else confined
            case _:
                unreadable.append(show(statement))
                continue
        for piece in listed:
            network = read_network(piece.strip()) if isinstance(piece, str) else None
            if network is None:
                unreadable.append(piece if isinstance(piece, str) else show(piece))
            else:
                found.append(network)
    return allowed_from(tuple(networks), tuple(confined), tuple(unreadable))


def _allowed_by(actual: Any) -> Allowed:
    """Return the networks of an outcome's `actual`."""
    return _allowed(actual.get("Statements", ()) if isinstance(actual, dict) else ())


def compare_statements(before: Any, after: Any) -> Move:
    """Compare two lists of statements: fewer addresses are stricter, in each VPC and outside."""
    if not isinstance(before, list) or not isinstance(after, list):
        return Move("unknown")
    old, new = _by_place(before), _by_place(after)
    if old is None or new is None:
        return Move("unknown", Bilingual("a statement cannot be read", "有一条语句无法解析"))
    return combine([compare_networks(old.get(place, ()), new.get(place, ())) for place in {**old, **new}])


def _by_place(statements: Sequence[Any]) -> dict[str, tuple[Network, ...]] | None:
    """Return the networks by VPC, "" outside a VPC; None if one cannot be read."""
    found: dict[str, tuple[Network, ...]] = {}
    for statement in statements:
        allowed = _allowed([statement])
        if allowed.unreadable or not allowed.all:
            return None
        place = str(statement["Value"]) if allowed.confined else ""
        found[place] = (*found.get(place, ()), *allowed.all)
    return found


def compare_policies(before: Any, after: Any) -> Move:
    """Compare two policies by their status, then by their statements."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return Move("unknown")
    old, new = before.get("Status"), after.get("Status")
    if old != new or old != "Active":
        return ordered(*_STATUSES)(old, new)
    return compare_statements(before.get("Statements"), after.get("Statements"))


RULE = SettingRule(
    id="access-key-networks",
    title="Networks that AccessKey pairs can be used from",
    doc=__doc__,
    severity="high",
    setting=SETTING,
    also=(STATUS, STATEMENTS),
    takes_unknown=True,
    parameters=NetworkLimits,
    expected=lambda want: network_limits.expected(want, _NOUN),
    faults=network_limits.faults,
    lint=network_limits.lint,
    judge=judge,
    orders={STATUS: ordered(*_STATUSES), STATEMENTS: compare_statements},
    parameter_orders=network_limits.PARAMETER_ORDERS,
    ratchet=network_limits.ratchet(_allowed_by),
    actual_order=compare_policies,
    remediation="Set an active policy with your own networks with SetAccessKeyPolicyForAccount or in the RAM console "
    "(Settings). Try it with one AccessKey pair first. No Pulumi or Terraform resource can set it.",
    translations={
        "zh": RuleText(
            title="AccessKey 使用网络",
            doc="AccessKey 只能在已知网络中使用。\n\n"
            "账号级 AccessKey 网络访问限制策略列出可以使用永久 AccessKey 的网络：它是 `LoginNetworkMasks` 在 API "
            "调用方面的对应设置。策略未启用表示任何网络都可以使用。列出的每个网络都必须位于 `within` 的并集之内，合计"
            "不得超过 `max_addresses` 个地址，其中公网可达的地址不得超过 `max_public_addresses` "
            "个，也绝不能覆盖整个互联网。单个 VPC 的列表只计入 `within` 和 `max_addresses`，因为该 VPC "
            "之外无人能使用；面向所有 VPC（`AllowAllVPC`）的列表按互联网地址计算。"
            "临时凭证不受限制，单个 AccessKey 自己的策略优先于账号的策略。",
            remediation="通过 SetAccessKeyPolicyForAccount 或在 RAM 控制台（设置）启用只包含自有网络的策略，"
            "请先用一个 AccessKey 试验。Pulumi 和 Terraform 的资源都无法设置它。",
            parameters=network_limits.ZH_PARAMETERS,
            expected=lambda want: network_limits.expected_zh(want, _NOUN),
        )
    },
)
