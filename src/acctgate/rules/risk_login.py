"""An unusual logon must be verified.

`OperationForRiskLogin` decides whether users can skip the verification of an unusual logon (`autonomous`) or not
(`enforceVerify`). Alibaba Cloud deprecated the setting in 2026 in favour of MFAOperationForLogin, so the baseline
does not use this rule.
"""

from __future__ import annotations

from typing import Final, Literal

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.order import ordered

SETTING: Final = "SecurityPreference.LoginProfilePreference.OperationForRiskLogin"
REQUIRED: Final = "enforceVerify"


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of risk-login."""

    require: Literal["enforceVerify"]
    """The required mode: enforceVerify, which is also the default."""


def judge(mode: str, want: Parameters) -> Judgement:
    """Compare the mode with the required one."""
    message = Bilingual(f"an unusual logon is {mode}", f"异常登录的验证为 {mode}")
    return decide(mode == want.get("require", REQUIRED), message, mode)


RULE = SettingRule(
    id="risk-login",
    title="Verification of unusual logons",
    doc=__doc__,
    severity="low",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: want.get("require", REQUIRED),
    judge=judge,
    orders={SETTING: ordered("autonomous", "enforceVerify")},
    thresholds=("require",),
    remediation="Set OperationForRiskLogin to enforceVerify (operationForRiskLogin on the SecurityPreference "
    "resource), or MFAOperationForLogin to mandatory.",
    by_resource=True,
    repair=lambda _, want: want.get("require", REQUIRED),
    translations={
        "zh": RuleText(
            title="异常登录验证",
            doc="异常登录必须经过验证。\n\n"
            "`OperationForRiskLogin` 决定异常登录时的 MFA 二次验证是可以跳过（`autonomous`）"
            "还是必须完成（`enforceVerify`）。阿里云已于 2026 年弃用该设置，改用 MFAOperationForLogin，因此 baseline "
            "不启用本规则。",
            remediation="将 OperationForRiskLogin 设为 enforceVerify（SecurityPreference 资源的 "
            "operationForRiskLogin），或将 MFAOperationForLogin 设为 mandatory。",
            parameters={
                "require": "要求的模式，只能是 enforceVerify，也是默认值。",
            },
            expected=lambda want: want.get("require", REQUIRED),
        )
    },
)
