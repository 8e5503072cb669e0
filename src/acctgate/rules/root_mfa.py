"""The Alibaba Cloud account itself has MFA.

Root can do everything, so a password alone must never be enough to log on as root.
"""

from __future__ import annotations

from typing import Final

from acctgate.language import Bilingual, Words
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide
from acctgate.rules.support.order import higher_is_stricter
from acctgate.rules.support.rule_factories import USER_INFO
from acctgate.rules.support.users_behind import Behind, root_without_mfa

SETTING: Final = f"{USER_INFO}.BindMfa"

_BOUND: Final = Bilingual("the Alibaba Cloud account itself has MFA", "主账号已绑定 MFA")
_NOT_BOUND: Final = Bilingual("the Alibaba Cloud account itself has no MFA", "主账号未绑定 MFA")


def judge(bound: bool, want: RuleEntry) -> Judgement:
    """Require that MFA is bound."""
    return decide(bound, _BOUND if bound else _NOT_BOUND, bound)


RULE = SettingRule(
    id="root-mfa",
    title="MFA for root",
    doc=__doc__,
    severity="critical",
    setting=SETTING,
    orders={SETTING: higher_is_stricter},
    parameters=RuleEntry,
    expected=lambda want: "true",
    judge=judge,
    remediation="Log on as the Alibaba Cloud account and bind an MFA device (Account Center, Security "
    "Settings, Account Protection).",
    behind=Behind(
        Words("root without an MFA device", "未绑定 MFA 设备的主账号"),
        root_without_mfa,
        lambda bound: int(not bound),
        root=True,
    ),
    translations={
        "zh": RuleText(
            title="主账号 MFA",
            doc="阿里云账号（主账号）本身启用了 MFA。\n\n主账号拥有全部权限，绝不应该仅凭一个密码就能登录。",
            remediation="以主账号登录并绑定 MFA 设备（账号中心，安全设置，账号保护）。",
            expected=lambda want: "true",
        )
    },
)
