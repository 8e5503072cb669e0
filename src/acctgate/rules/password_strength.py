"""Passwords of RAM users must be strong.

`SubUserPwdLevel` summarizes the account's password policy as low, mid or high. It approximates the individual
settings that CIS 1.7 to 1.14 ask for, but does not prove them.
"""

from __future__ import annotations

from typing import Final, Literal, Required

from acctgate.language import Bilingual
from acctgate.model.resource_types import PASSWORD_POLICIES
from acctgate.rules.base import Judgement, MovedEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import ordered
from acctgate.rules.support.rule_factories import USER_INFO

SETTING: Final = f"{USER_INFO}.SubUserPwdLevel"
STRENGTHS: Final = ("low", "mid", "high")
"""The strengths, the weakest first."""


@entry
class Parameters(MovedEntry, total=False):
    """The parameters of password-strength."""

    minimum: Required[Literal["low", "mid", "high"]]
    """The lowest strength allowed: low, mid or high."""


def judge(level: str, want: Parameters) -> Judgement:
    """Compare the strength with the minimum."""
    enough = STRENGTHS.index(level) >= STRENGTHS.index(want["minimum"])
    return decide(enough, Bilingual(f"password strength is {level}", f"密码强度为 {level}"), level)


RULE = SettingRule(
    id="password-strength",
    title="Password strength of RAM users",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    trivial_values={"minimum": "low"},
    orders={SETTING: ordered(*STRENGTHS)},
    thresholds=("minimum",),
    expected=lambda want: "high" if want["minimum"] == "high" else f"at least {want['minimum']}",
    judge=judge,
    remediation="Tighten the password policy for RAM users (RAM console, Settings, or "
    "SetPasswordPolicy): length, character classes, history, expiry.",
    moved_by_resources=PASSWORD_POLICIES,
    translations={
        "zh": RuleText(
            title="RAM 用户密码强度",
            doc="RAM 用户必须使用强密码。\n\n"
            "`SubUserPwdLevel` 把账号的密码策略概括为 low（低）、mid（中）或 high（高）。它大致代表 CIS 1.7 至 1.14 "
            "所要求的各项设置，但不能逐项证明。",
            remediation="收紧 RAM 用户的密码策略（RAM 控制台，设置，或 SetPasswordPolicy）：长度、字符类型、历史、"
            "有效期。",
            parameters={
                "minimum": "允许的最低强度：low（低）、mid（中）或 high（高）。",
            },
            expected=lambda want: "high" if want["minimum"] == "high" else f"至少 {want['minimum']}",
        )
    },
)
