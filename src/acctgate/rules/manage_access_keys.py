"""RAM users do not make AccessKey pairs for themselves.

An AccessKey pair works from everywhere, without MFA, for as long as it exists, and network masks do not
cover it. Who may make one is a decision of the account's owners.
"""

from acctgate.rules.families import switch

RULE = switch(
    id="manage-access-keys",
    title="Users manage their own AccessKey pairs",
    doc=__doc__,
    severity="medium",
    setting="AccessKeyPreference.AllowUserToManageAccessKeys",
    what="manage their own AccessKey pairs",
    remediation="Set AllowUserToManageAccessKeys to false (allowUserToManageAccessKeys on the "
    "SecurityPreference resource).",
)
