"""RAM users cannot use an old password again.

If passwords expire, people go back to one that they know, and that a thief may know too.
`PasswordReusePrevention` is how many earlier passwords are refused, 0 to 24; 0 refuses none. CIS 1.12 asks for 5.
"""

from __future__ import annotations

from typing import Annotated, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import higher_is_stricter

SETTING: Final = "PasswordPolicy.PasswordReusePrevention"

_NONE: Final = Bilingual("no earlier password is refused", "可以再用任何历史密码")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of password-reuse."""

    minimum: Required[Annotated[int, Ge(1), Le(24)]]
    """The lowest number of earlier passwords that must be refused, 1 to 24."""


def judge(refused: int, want: Parameters) -> Judgement:
    """Compare the number of earlier passwords that are refused with the required one."""
    last = Bilingual(f"the last {refused} passwords are refused", f"不能再用最近 {refused} 个历史密码")
    return decide(refused >= want["minimum"], last if refused else _NONE, refused)


RULE = SettingRule(
    id="password-reuse",
    title="Reuse of passwords",
    doc=__doc__,
    severity="low",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: f"at least {want['minimum']} earlier passwords",
    judge=judge,
    orders={SETTING: higher_is_stricter},
    thresholds=("minimum",),
    remediation="Raise PasswordReusePrevention (passwordReusePrevention on the PasswordPolicy resource).",
    repair=lambda _, want: want["minimum"],
    translations={
        "zh": RuleText(
            title="密码重复使用",
            doc="RAM 用户不能再次使用旧密码。\n\n"
            "密码过期后，人们往往换回熟悉的旧密码，窃取它的人也一样。`PasswordReusePrevention` "
            "是禁止使用的历史密码个数，取值 0 到 24；0 表示不禁止。CIS 1.12 要求 5 个。",
            remediation="提高 PasswordReusePrevention（PasswordPolicy 资源的 passwordReusePrevention）。",
            parameters={"minimum": "至少禁止使用的历史密码个数，1 到 24。"},
            expected=lambda want: f"至少 {want['minimum']} 个历史密码",
        )
    },
)
