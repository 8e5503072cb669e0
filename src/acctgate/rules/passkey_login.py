"""RAM users can log on with a passkey.

A passkey is bound to the site and the device: it cannot be phished or reused, unlike a password with a one-time code.
Accounts that cannot trust the users' devices may want to forbid it.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="passkey-login",
    title="Logon with a passkey",
    doc=__doc__,
    severity="low",
    setting="LoginProfilePreference.AllowUserToLoginWithPasskey",
    action=Bilingual("log on with a passkey", "使用通行密钥登录"),
    remediation="Set AllowUserToLoginWithPasskey as required (allowUserToLoginWithPasskey on the SecurityPreference "
    "resource).",
    zh=RuleText(
        title="使用通行密钥登录",
        doc="RAM 用户可以使用通行密钥（passkey）登录。\n\n"
        "通行密钥与网站和设备绑定，不像密码加一次性验证码那样可能被钓鱼或重复使用。"
        "如果账号无法信任用户的设备，也可以禁止使用。",
        remediation="按要求设置 AllowUserToLoginWithPasskey（SecurityPreference 资源的 allowUserToLoginWithPasskey）。",
    ),
)
