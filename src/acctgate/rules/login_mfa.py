"""Console logons of RAM users need MFA.

A password alone can be guessed, phished or reused. `MFAOperationForLogin` decides who needs a second factor:
everybody (`mandatory`), only unusual logons (`adaptive`), or each user as configured (`independent`). If the newer
setting is absent, the older switch `EnforceMFAForLogin` counts: true means mandatory, false means independent.

CIS 1.4 asks for MFA on every user with a console password; this setting enforces it for the whole account.
"""

from __future__ import annotations

from typing import Final, Literal, Required

from acctgate.language import Bilingual, Words, fill
from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry, undecided
from acctgate.rules.support.entry import WhereSso
from acctgate.rules.support.order import Move, higher_is_stricter, ordered
from acctgate.rules.support.rule_factories import lint_where_sso

LOGIN: Final = "SecurityPreference.LoginProfilePreference"
MODE: Final = f"{LOGIN}.MFAOperationForLogin"
ENFORCE: Final = f"{LOGIN}.EnforceMFAForLogin"
MODES: Final = ("independent", "adaptive", "mandatory")
"""The modes, the weakest first."""


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of login-mfa."""

    require: Required[Literal["adaptive", "mandatory"]]
    """The weakest mode allowed."""
    where_sso: WhereSso


def judge(mode: str | Unknown, enforce: bool | Unknown, want: Parameters) -> Judgement:
    """Judge the newer setting, even if it cannot be read. Only if it is absent does the older one count."""
    if not isinstance(mode, Unknown):
        return decide(_is_enough(mode, want), _at_logon(mode), mode)
    if isinstance(enforce, Unknown) or not mode.absent:
        older_decides = mode.absent and isinstance(enforce, Unknown) and not enforce.absent
        return undecided(enforce if older_decides and isinstance(enforce, Unknown) else mode)
    means = str(_mode(enforce))
    switch = str(enforce).lower()
    message = fill(Words("{} (EnforceMFAForLogin is {})", "{}（EnforceMFAForLogin 为 {}）"), _at_logon(means), switch)
    return decide(_is_enough(means, want), message, enforce)._replace(setting=ENFORCE)


def _at_logon(mode: str) -> Bilingual:
    return Bilingual(f"MFA at console logon is {mode}", f"控制台登录的 MFA 为 {mode}")


def _is_enough(mode: str, want: Parameters) -> bool:
    return MODES.index(mode) >= MODES.index(want["require"])


def compare_modes(before: object, after: object) -> Move:
    """Compare two modes. A switch stands for the mode that it means."""
    return ordered(*MODES)(_mode(before), _mode(after))


def _mode(actual: object) -> object:
    if isinstance(actual, bool):
        return "mandatory" if actual else "independent"
    return actual


RULE = SettingRule(
    id="login-mfa",
    title="MFA at console logon",
    doc=__doc__,
    severity="high",
    setting=MODE,
    also=(ENFORCE,),
    takes_unknown=True,
    where_sso=True,
    parameters=Parameters,
    expected=lambda want: "mandatory" if want["require"] == "mandatory" else "adaptive or mandatory",
    judge=judge,
    lint=lint_where_sso,
    orders={MODE: ordered(*MODES), ENFORCE: higher_is_stricter},
    thresholds=("require",),
    actual_order=compare_modes,
    remediation="Set MFAOperationForLogin with SetSecurityPreference, or mfaOperationForLogin on the "
    "SecurityPreference resource. Have users bind a device first.",
    by_resource=True,
    repair=lambda _, want: want["require"],
    translations={
        "zh": RuleText(
            title="控制台登录 MFA",
            doc="RAM 用户登录控制台时必须使用 MFA。\n\n"
            "仅有密码并不够：密码可能被猜中、被钓鱼，也可能在多处重复使用。`MFAOperationForLogin` "
            "决定登录时谁需要第二个因素：强制所有用户（`mandatory`）、仅异常登录时使用（`adaptive`），"
            "或依赖每个用户的独立配置（`independent`）。没有这个新设置时，以旧开关 `EnforceMFAForLogin` 为准：true "
            "等同于 mandatory，false 等同于 independent。\n\n"
            "CIS 1.4 要求每个拥有控制台密码的用户都启用 MFA；本规则检查的是对整个账号生效的那个开关。",
            remediation="通过 SetSecurityPreference 设置 MFAOperationForLogin，或在 SecurityPreference 资源上设置 "
            "mfaOperationForLogin。请先让用户绑定 MFA 设备。",
            parameters={
                "require": "允许的最弱模式。",
            },
            expected=lambda want: "mandatory" if want["require"] == "mandatory" else "adaptive 或 mandatory",
        )
    },
)
