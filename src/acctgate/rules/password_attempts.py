"""Wrong passwords block the logon of a RAM user.

Without a limit, a password can be guessed by trying. `MaxLoginAttemps`, which the API spells so, is how many wrong
passwords within an hour block the logon, 0 to 32; 0 means no limit, so 0 is a violation. CIS 1.14 asks for 5.
"""

from __future__ import annotations

from typing import Annotated, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import lower_is_stricter_zero_is_none
from acctgate.text import plural

SETTING: Final = "PasswordPolicy.MaxLoginAttemps"

_NEVER: Final = Bilingual("wrong passwords never block logon", "输错密码从不阻止登录")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of password-attempts."""

    maximum: Required[Annotated[int, Ge(1), Le(32)]]
    """The highest number of wrong passwords allowed within an hour, 1 to 32."""


def judge(attempts: int, want: Parameters) -> Judgement:
    """Compare the limit with `maximum`. 0 is no limit."""
    after = plural(attempts, "wrong password")
    blocked = Bilingual(f"logon is blocked after {after}", f"输错 {attempts} 次密码后阻止登录")
    return decide(0 < attempts <= want["maximum"], blocked if attempts else _NEVER, attempts)


RULE = SettingRule(
    id="password-attempts",
    title="Attempts to guess passwords",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: f"at most {plural(want['maximum'], 'wrong password')}",
    judge=judge,
    orders={SETTING: lower_is_stricter_zero_is_none},
    thresholds=("maximum",),
    remediation="Lower MaxLoginAttemps, but not to 0 (maxLoginAttemps on the PasswordPolicy resource).",
    repair=lambda _, want: want["maximum"],
    translations={
        "zh": RuleText(
            title="密码尝试次数",
            doc="多次输错密码会阻止 RAM 用户登录。\n\n"
            "没有限制，就可以靠不断尝试来猜密码。`MaxLoginAttemps`（API 就是这样拼写的）是一小时内输错多少次密码后"
            "阻止登录，取值 0 到 32；0 表示没有限制，因此 0 属于违反。CIS 1.14 要求 5 次。",
            remediation="降低 MaxLoginAttemps，但不要设为 0（PasswordPolicy 资源的 maxLoginAttemps）。",
            parameters={"maximum": "一小时内最多允许输错密码的次数，1 到 32。"},
            expected=lambda want: f"最多输错 {want['maximum']} 次密码",
        )
    },
)
