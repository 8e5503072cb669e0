"""RAM users log on through the company's identity provider.

With user-based SSO, a person who leaves the company loses access in one place, and the identity provider asks for MFA.
`SsoEnabled` must be what the policy requires; login-mfa and user-mfa can take SSO into account with `where_sso`.
"""

from __future__ import annotations

from typing import Final, Required

from acctgate.language import Bilingual
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry
from acctgate.rules.support.entry import SSO_SETTING
from acctgate.rules.support.order import higher_is_stricter

_ENABLED: Final = Bilingual("SSO for RAM users is enabled", "RAM 用户 SSO 已启用")
_NOT_ENABLED: Final = Bilingual("SSO for RAM users is not enabled", "RAM 用户 SSO 未启用")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of user-sso."""

    require: Required[bool]
    """The value that the switch must have."""


def judge(enabled: bool, want: Parameters) -> Judgement:
    """Compare the switch with the required value."""
    return decide(enabled == want["require"], _ENABLED if enabled else _NOT_ENABLED, enabled)


RULE = SettingRule(
    id="user-sso",
    title="SSO for RAM users",
    doc=__doc__,
    severity="medium",
    setting=SSO_SETTING,
    parameters=Parameters,
    expected=lambda want: str(want["require"]).lower(),
    judge=judge,
    orders={SSO_SETTING: higher_is_stricter},
    parameter_orders={"require": higher_is_stricter},
    remediation="Set SsoEnabled as required with SetUserSsoSettings or in the RAM console (SSO, User-based SSO). No "
    "Pulumi or Terraform resource can set it.",
    translations={
        "zh": RuleText(
            title="RAM 用户 SSO",
            doc="RAM 用户通过企业的身份提供商登录。\n\n"
            "启用用户 SSO 后，离职人员的访问权限在一处即可收回，并由身份提供商要求 MFA。`SsoEnabled` "
            "必须等于策略要求的值；login-mfa 和 user-mfa 可以用 `where_sso` 把 SSO 考虑在内。",
            remediation="通过 SetUserSsoSettings 或在 RAM 控制台（SSO 管理，用户 SSO）按要求设置 SsoEnabled。"
            "Pulumi 和 Terraform 的资源都无法设置它。",
            parameters={"require": "该开关必须等于此值。"},
            expected=lambda want: str(want["require"]).lower(),
        )
    },
)
