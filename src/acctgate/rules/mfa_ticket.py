"""Every logon asks for MFA.

With `EnableSaveMFATicket`, a browser that has passed MFA once is not asked again for seven days. Anyone with access
to that browser needs only the password.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.order import lower_is_stricter
from acctgate.rules.support.rule_factories import switch

RULE = switch(
    id="mfa-ticket",
    title="MFA remembered for 7 days",
    doc=__doc__,
    severity="medium",
    setting="LoginProfilePreference.EnableSaveMFATicket",
    action=Bilingual("skip MFA for 7 days after a logon", "在登录后 7 天内免 MFA 验证"),
    remediation="Set EnableSaveMFATicket to false (enableSaveMfaTicket on the SecurityPreference resource).",
    order=lower_is_stricter,
    zh=RuleText(
        title="7 天内免 MFA",
        doc="每次登录都要验证 MFA。\n\n"
        "启用 `EnableSaveMFATicket`（保存 MFA 验证状态 7 天）后，浏览器通过一次 MFA 验证，七天内便不再要求验证。"
        "谁能用到这个浏览器，谁就只需要密码。",
        remediation="将 EnableSaveMFATicket 设为 false（SecurityPreference 资源的 enableSaveMfaTicket）。",
    ),
)
