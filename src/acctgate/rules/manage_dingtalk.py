"""RAM users cannot bind personal DingTalk accounts.

A bound DingTalk account is a second way into the console, outside the company's control.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.order import lower_is_stricter
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="manage-dingtalk",
    title="Users bind personal DingTalk accounts",
    doc=__doc__,
    severity="low",
    setting="PersonalInfoPreference.AllowUserToManagePersonalDingTalk",
    action=Bilingual("bind their personal DingTalk accounts", "绑定个人钉钉账号"),
    remediation="Set AllowUserToManagePersonalDingTalk to false (allowUserToManagePersonalDingTalk on the "
    "SecurityPreference resource).",
    order=lower_is_stricter,
    zh=RuleText(
        title="用户绑定个人钉钉",
        doc="RAM 用户不能绑定个人钉钉账号。\n\n绑定的钉钉账号是进入控制台的第二条途径，而且不在公司的管控之下。",
        remediation="将 AllowUserToManagePersonalDingTalk 设为 false（SecurityPreference 资源的 "
        "allowUserToManagePersonalDingTalk）。",
    ),
)
