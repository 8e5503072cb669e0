"""Passwords of RAM users are long enough.

Each further character makes a password many times harder to guess. `MinimumPasswordLength` is 8 to 32. CIS 1.11 asks
for 14 characters.
"""

from __future__ import annotations

from typing import Annotated, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import higher_is_stricter

SETTING: Final = "PasswordPolicy.MinimumPasswordLength"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of password-length."""

    minimum: Required[Annotated[int, Ge(8), Le(32)]]
    """The lowest minimum length allowed, 8 to 32 characters."""


def judge(length: int, want: Parameters) -> Judgement:
    """Compare the minimum length with the required one."""
    message = Bilingual(f"passwords have at least {length} characters", f"密码至少 {length} 个字符")
    return decide(length >= want["minimum"], message, length)


RULE = SettingRule(
    id="password-length",
    title="Length of passwords",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: f"at least {want['minimum']} characters",
    judge=judge,
    orders={SETTING: higher_is_stricter},
    thresholds=("minimum",),
    trivial_values={"minimum": 8},
    remediation="Raise MinimumPasswordLength (minimumPasswordLength on the PasswordPolicy resource).",
    repair=lambda _, want: want["minimum"],
    translations={
        "zh": RuleText(
            title="密码长度",
            doc="RAM 用户的密码足够长。\n\n"
            "每多一个字符，密码就难猜许多倍。`MinimumPasswordLength` 取值 8 到 32。CIS 1.11 要求 14 个字符。",
            remediation="提高 MinimumPasswordLength（PasswordPolicy 资源的 minimumPasswordLength）。",
            parameters={"minimum": "允许的最小密码长度，8 到 32 个字符。"},
            expected=lambda want: f"至少 {want['minimum']} 个字符",
        )
    },
)
