"""RAM users do not bind personal DingTalk accounts.

A bound DingTalk account is a second way into the console, and it is not under the company's control.
"""

from acctgate.rules.families import switch

RULE = switch(
    id="manage-dingtalk",
    title="Users bind personal DingTalk accounts",
    doc=__doc__,
    severity="low",
    setting="PersonalInfoPreference.AllowUserToManagePersonalDingTalk",
    what="bind their personal DingTalk accounts",
    remediation="Set AllowUserToManagePersonalDingTalk to false (allowUserToManagePersonalDingTalk on the "
    "SecurityPreference resource).",
)
