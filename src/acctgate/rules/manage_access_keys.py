"""RAM users cannot create AccessKey pairs for themselves.

An AccessKey pair works from everywhere, without MFA, for as long as it exists, and network masks do not apply to it.
The account's owners decide who can create one.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.order import lower_is_stricter
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="manage-access-keys",
    title="Users manage their own AccessKey pairs",
    doc=__doc__,
    severity="medium",
    setting="AccessKeyPreference.AllowUserToManageAccessKeys",
    action=Bilingual("manage their own AccessKey pairs", "自行管理 AccessKey"),
    remediation="Set AllowUserToManageAccessKeys to false (allowUserToManageAccessKeys on the "
    "SecurityPreference resource).",
    order=lower_is_stricter,
    zh=RuleText(
        title="用户自行管理 AccessKey",
        doc="RAM 用户不能自行创建 AccessKey。\n\n"
        "AccessKey 在任何地方都能使用，不需要 MFA，只要存在就一直有效，登录掩码也约束不到它。谁可以创建 AccessKey，"
        "应由账号的负责人决定。",
        remediation="将 AllowUserToManageAccessKeys 设为 false（SecurityPreference 资源的 "
        "allowUserToManageAccessKeys）。",
    ),
)
