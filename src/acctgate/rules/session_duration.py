"""Console sessions of RAM users expire soon enough.

While a session lasts, an unlocked laptop or a stolen cookie is as good as a password. `LoginSessionDuration` is in
whole hours, 1 to 24; Alibaba Cloud's default is 6.
"""

from __future__ import annotations

from typing import Final, Required

from acctgate.language import Bilingual
from acctgate.model.fields import Hours
from acctgate.model.preference_keys import DEFAULT_HOURS
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import lower_is_stricter
from acctgate.text import plural

SETTING: Final = "SecurityPreference.LoginProfilePreference.LoginSessionDuration"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of session-duration."""

    max_hours: Required[Hours]
    """The longest session allowed, in whole hours, 1 to 24."""


def judge(hours: int, want: Parameters) -> Judgement:
    """Compare the duration with `max_hours`."""
    message = Bilingual(f"a console session lasts {plural(hours, 'hour')}", f"控制台登录会话时长为 {hours} 小时")
    return decide(hours <= want["max_hours"], message, hours)


def repair(hours: object, want: Parameters) -> int:
    """Return the longest duration allowed; if the present one is unknown, at most the API's default."""
    return want["max_hours"] if isinstance(hours, int) else min(want["max_hours"], DEFAULT_HOURS)


RULE = SettingRule(
    id="session-duration",
    title="Length of console sessions",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    trivial_values={"max_hours": 24},
    orders={SETTING: lower_is_stricter},
    thresholds=("max_hours",),
    expected=lambda want: f"at most {plural(want['max_hours'], 'hour')}",
    judge=judge,
    remediation="Set LoginSessionDuration to fewer hours (loginSessionDuration on the SecurityPreference resource).",
    by_resource=True,
    repair=repair,
    translations={
        "zh": RuleText(
            title="控制台会话时长",
            doc="RAM 用户的控制台登录会话要足够早地过期。\n\n"
            "会话持续一天，就意味着在这一天里，一台未锁屏的电脑或一个被窃取的 Cookie 与密码无异。"
            "`LoginSessionDuration`（登录会话的过期时间）以整小时计，取值 1 到 24；阿里云的默认值是 6。",
            remediation="减少 LoginSessionDuration 的小时数（SecurityPreference 资源的 loginSessionDuration）。",
            parameters={
                "max_hours": "允许的最长时长，以整小时计，取值 1 到 24。",
            },
            expected=lambda want: f"最长 {want['max_hours']} 小时",
        )
    },
)
