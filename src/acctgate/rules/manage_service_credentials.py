"""RAM users cannot manage their own service credentials.

A service credential opens one service, such as an API gateway, without MFA and for as long as it exists. As with
AccessKey pairs, the account's owner should decide who gets one.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.order import lower_is_stricter
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="manage-service-credentials",
    title="Users manage their own service credentials",
    doc=__doc__,
    severity="medium",
    setting="AccessKeyPreference.AllowUserToManageServiceCredentials",
    action=Bilingual("manage their own service credentials", "自行管理服务凭据"),
    order=lower_is_stricter,
    plannable=False,  # neither provider has a property for it
    remediation="Set AllowUserToManageServiceCredentials as required with SetSecurityPreference or in the RAM console "
    "(Settings, User Security Settings). No Pulumi or Terraform resource can set it.",
    zh=RuleText(
        title="用户自行管理服务凭据",
        doc="RAM 用户不能自行管理服务凭据。\n\n"
        "服务凭据只用于某一项服务，不需要 MFA，只要存在就一直有效。"
        "与 AccessKey 一样，谁可以拥有它应由账号的负责人决定。",
        remediation="通过 SetSecurityPreference 或在 RAM 控制台（设置，用户安全设置）按要求设置 "
        "AllowUserToManageServiceCredentials。Pulumi 和 Terraform 的资源都无法设置它。",
    ),
)
