"""The deploy does not lock people out.

Mandatory MFA locks out users who have no device and cannot bind one. Masks lock out users on networks that the masks
do not cover: list the networks from which users must be able to log on under `keep_reachable`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from acctgate.language import Bilingual, Words, join
from acctgate.model.networks import network_error, outside, policy_network, read_masks
from acctgate.model.snapshot import Snapshot, Unknown, path_of
from acctgate.redact import one_line
from acctgate.rules import login_mfa, network_masks, user_mfa
from acctgate.rules.base import Judgement, LintHint, Rule, RuleEntry, RuleText, entry, unknown_message
from acctgate.rules.support.order import required_networks
from acctgate.rules.support.rule_factories import USER_INFO

MASKS: Final = network_masks.SETTING
MODE: Final = login_mfa.MODE
DEVICES: Final = "SecurityPreference.MFAPreference.AllowUserToManageMFADevices"
_NO_PLAN: Final = Bilingual(
    "there is no plan, or it changes no SecurityPreference", "没有部署计划，或计划不更改 SecurityPreference"
)
_NOBODY: Final = Bilingual("the deploy locks nobody out", "部署不会把任何人锁在门外")

_MASKS, _MODE, _DEVICES = path_of(MASKS), path_of(MODE), path_of(DEVICES)
_USERS, _BOUND = path_of(f"{USER_INFO}.SubUser"), path_of(f"{USER_INFO}.SubUserBindMfa")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of login-lockout."""

    keep_reachable: list[str]
    """Networks from which RAM users must be able to log on: CIDR blocks without host bits."""


def faults(want: Parameters) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Yield the networks that are invalid."""
    for index, text in enumerate(want.get("keep_reachable", ())):
        if fault := network_error(text):
            yield ("keep_reachable", index), fault


def lint(want: Parameters, entries: Mapping[str, RuleEntry]) -> Iterator[LintHint]:
    """Warn of networks that must stay reachable and that network-masks does not allow."""
    masks: dict[str, Any] = dict(entries[network_masks.RULE.id])
    if masks["level"] == "disabled" or not masks.get("within"):
        return
    allowed = tuple(map(policy_network, masks["within"]))
    if lost := outside(map(policy_network, want.get("keep_reachable", ())), allowed):
        names = ", ".join(map(str, lost))
        message = f"{network_masks.RULE.id} allows no mask with {names}; change one of the two"
        yield LintHint(("keep_reachable",), message, related=(network_masks.RULE.id,))


class LoginLockout(Rule[Parameters]):
    """Judges the account after the deploy, and only if a plan changes it."""

    def judgements(self, account: Snapshot, want: Parameters, now: datetime) -> Sequence[Judgement]:
        """Return one judgement: a lockout is a fail, even if the rest is unknown."""
        if not any(change.operation in ("create", "update") for change in account.planned or ()):
            return [Judgement("skipped", _NO_PLAN)]
        found = [_by_mfa(account), _by_masks(account, want)]
        place = next((account.places[path] for path in (_MODE, _MASKS) if path in account.places), None)
        for outcome in ("fail", "unknown"):
            messages = [message for result, message in found if result == outcome]
            if messages:
                message = join(Words("; ", "；"), messages)
                shown = unknown_message(message) if outcome == "unknown" else message
                incomplete = outcome == "fail" and any(result == "unknown" for result, _ in found)
                return [Judgement(outcome, shown, account.raw(_MASKS), place=place, incomplete=incomplete)]
        return [Judgement("pass", _NOBODY, account.raw(_MASKS))]


def _by_mfa(account: Snapshot) -> tuple[str, str]:
    """Pass if MFA is not mandatory, users can bind a device, there are no users, or all have a device."""
    mode, devices, users, bound = (account.read(path) for path in (_MODE, _DEVICES, _USERS, _BOUND))
    all_have_one = not isinstance(users, Unknown) and users in (0, bound)
    if mode in ("adaptive", "independent") or devices is True or all_have_one:
        return "pass", ""
    for value in (mode, devices, users, bound):
        if isinstance(value, Unknown):
            return "unknown", value.reason
    if bound > users:
        return "unknown", user_mfa.impossible(bound, users)
    without = users - bound
    return "fail", Bilingual(
        f"MFA is mandatory, {without} of {users} RAM users have no device and cannot bind one",
        f"强制使用 MFA，但 {users} 个 RAM 用户中有 {without} 个没有设备，也不能自行绑定",
    )


def _by_masks(account: Snapshot, want: Parameters) -> tuple[str, str]:
    keep = [policy_network(text) for text in want.get("keep_reachable", ())]
    value = account.read(_MASKS)
    if not keep or value == "":
        return "pass", ""
    if isinstance(value, Unknown):
        return "unknown", value.reason
    masks = read_masks(value)
    if masks.every_network:
        return "pass", ""
    cut_off = outside(keep, masks.networks)
    if not cut_off:
        return "pass", ""
    names, names_zh = (separator.join(map(str, cut_off)) for separator in (", ", "、"))
    if masks.unreadable:
        piece = one_line(masks.unreadable[0])[:60]
        english = f"{piece} cannot be read; it may or may not cover {names}"
        return "unknown", Bilingual(english, f"无法解析 {piece}，不清楚它是否覆盖 {names_zh}")
    return "fail", Bilingual(f"the masks do not cover {names}", f"登录掩码没有覆盖 {names_zh}")


def expected_zh(want: Parameters) -> str:
    """Return the parameters in Chinese."""
    networks = "、".join(want.get("keep_reachable", ()))
    return f"没有人被锁在门外{f'，始终能够从 {networks} 登录' if networks else ''}"


RULE = LoginLockout(
    id="login-lockout",
    title="Users who would be locked out",
    doc=__doc__,
    severity="medium",
    setting=MASKS,
    parameters=Parameters,
    expected=lambda want: ", ".join(("nobody is locked out", *want.get("keep_reachable", ()))),
    faults=faults,
    lint=lint,
    parameter_orders={"keep_reachable": required_networks},
    moved_by=(MODE, MASKS, DEVICES),
    value_explains=False,
    remediation="Have users bind MFA devices first, or allow them to (allowUserToManageMfaDevices); add the networks "
    "that they work from to loginNetworkMasks.",
    translations={
        "zh": RuleText(
            title="会被锁在门外的人员",
            doc="部署不会把人锁在门外。\n\n"
            "强制使用 MFA 会挡住没有设备、又不能自行绑定设备的人；登录掩码会挡住从掩码之外的网络登录的人：请在 "
            "`keep_reachable` 中列出必须始终能够登录的网络。",
            remediation="先让用户绑定 MFA 设备，或允许其自行绑定（allowUserToManageMfaDevices）；将办公网络加入 "
            "loginNetworkMasks。",
            parameters={
                "keep_reachable": "RAM 用户必须始终能够从这些网络登录：不含主机位的 CIDR 网段。",
            },
            expected=expected_zh,
        )
    },
)
