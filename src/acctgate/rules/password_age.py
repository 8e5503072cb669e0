"""Passwords of RAM users expire.

A password that was stolen without notice works until it is changed. `MaxPasswordAge` is in days, 0 to 1095; 0 means
that a password never expires, so 0 is a violation. CIS 1.13 asked for 90 days in version 1.0 of the benchmark; version
2.0 asks for 365 days or more, or none.
"""

from __future__ import annotations

from typing import Annotated, Final, Required

from annotated_types import Ge, Le

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import lower_is_stricter_zero_is_none
from acctgate.text import plural

SETTING: Final = "PasswordPolicy.MaxPasswordAge"

_NEVER: Final = Bilingual("passwords never expire", "密码永不过期")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of password-age."""

    max_days: Required[Annotated[int, Ge(1), Le(1095)]]
    """The highest age of a password allowed, 1 to 1095 days."""


def judge(days: int, want: Parameters) -> Judgement:
    """Compare the age with `max_days`. 0 is no limit."""
    expiry = Bilingual(f"passwords expire after {plural(days, 'day')}", f"密码在 {days:,} 天后过期")
    return decide(0 < days <= want["max_days"], expiry if days else _NEVER, days)


RULE = SettingRule(
    id="password-age",
    title="Age of passwords",
    doc=__doc__,
    severity="low",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: f"at most {plural(want['max_days'], 'day')}",
    judge=judge,
    orders={SETTING: lower_is_stricter_zero_is_none},
    thresholds=("max_days",),
    remediation="Set MaxPasswordAge to fewer days, but not to 0 (maxPasswordAge on the PasswordPolicy resource).",
    repair=lambda _, want: want["max_days"],
    translations={
        "zh": RuleText(
            title="密码有效期",
            doc="RAM 用户的密码会过期。\n\n"
            "被悄悄窃取的密码在更换之前一直有效。`MaxPasswordAge` 以天计，取值 0 到 1095；0 表示永不过期，因此 0 "
            "属于违反。CIS 1.13 在基准 1.0 版中要求 90 天；2.0 版要求 365 天或更长，或永不过期。",
            remediation="减少 MaxPasswordAge 的天数，但不要设为 0（PasswordPolicy 资源的 maxPasswordAge）。",
            parameters={"max_days": "允许的密码最长有效期，1 到 1095 天。"},
            expected=lambda want: f"最多 {want['max_days']} 天",
        )
    },
)
