"""The account's security score is high enough.

Alibaba Cloud computes the score, 0 to 100, from the account's security practices. The formula is not published, so
acctgate only compares the score and never recomputes it.
"""

from __future__ import annotations

from typing import Final, Required

from acctgate.model.fields import Percent
from acctgate.model.other_change import OTHER_TYPES
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.order import higher_is_stricter

SETTING: Final = "AccountSecurityPracticeInfo.Score"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of security-score."""

    minimum: Required[Percent]
    """The lowest score allowed, 0 to 100."""


def judge(score: int, want: Parameters) -> Judgement:
    """Compare the score with the minimum."""
    return decide(score >= want["minimum"], f"the security score is {score}", score)


RULE = SettingRule(
    id="security-score",
    title="Security score",
    doc=__doc__,
    severity="medium",
    setting=SETTING,
    parameters=Parameters,
    trivial_values={"minimum": 0},
    orders={SETTING: higher_is_stricter},
    thresholds=("minimum",),
    plot_range=(0, 100),
    moved_by_resources=tuple(OTHER_TYPES.values()),
    keeps_outcome=True,
    expected=lambda want: f"at least {want['minimum']}",
    judge=judge,
    remediation="Work through the account's security report in the RAM console (Overview, Security Check): no "
    "root AccessKey pair, MFA for root and users, no old or unused keys, strong passwords.",
    translations={
        "zh": RuleText(
            title="安全分",
            doc="账号的安全分足够高。\n\n"
            "阿里云根据账号自身的安全实践计算安全分，范围 0 到 100。算法没有公开，因此只比较，从不自行重算。",
            remediation="按 RAM 控制台的安全报告（概览，安全检查）逐项处理：主账号无 AccessKey，主账号和用户启用 "
            "MFA，无陈旧或闲置密钥，使用强密码。",
            parameters={
                "minimum": "允许的最低安全分，取值 0 到 100。",
            },
        )
    },
)
