"""RAM users can change their own passwords.

A user who suspects that somebody else knows the password must not have to wait for an administrator.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="change-password",
    title="Users change their own passwords",
    doc=__doc__,
    severity="low",
    setting="LoginProfilePreference.AllowUserToChangePassword",
    action=Bilingual("change their own passwords", "自行修改密码"),
    remediation="Set AllowUserToChangePassword as required (allowUserToChangePassword on the "
    "SecurityPreference resource).",
    zh=RuleText(
        title="用户自行修改密码",
        doc="RAM 用户可以自行修改密码。\n\n用户怀疑密码已被他人知晓时，不应该还要等待管理员处理。",
        remediation="按要求设置 AllowUserToChangePassword（SecurityPreference 资源的 allowUserToChangePassword）。",
    ),
)
