"""RAM users can bind their own MFA devices.

If MFA is mandatory and users cannot bind a device themselves, users without a device are locked out until an
administrator helps.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="manage-mfa-devices",
    title="Users manage their own MFA devices",
    doc=__doc__,
    severity="low",
    setting="MFAPreference.AllowUserToManageMFADevices",
    action=Bilingual("manage their own MFA devices", "自行管理 MFA 设备"),
    remediation="Set AllowUserToManageMFADevices as required (allowUserToManageMfaDevices on the "
    "SecurityPreference resource).",
    zh=RuleText(
        title="用户自行管理 MFA 设备",
        doc="RAM 用户可以自行绑定 MFA 设备。\n\n"
        "如果强制使用 MFA 而用户又不能自行绑定设备，那么没有设备的人就无法登录，只能等管理员处理。",
        remediation="按要求设置 AllowUserToManageMFADevices（SecurityPreference 资源的 allowUserToManageMfaDevices）。",
    ),
)
