"""RAM users can bind their own MFA devices.

Where MFA is mandatory and users cannot bind a device themselves, whoever has none is locked out until an
administrator helps.
"""

from acctgate.rules.families import switch

RULE = switch(
    id="manage-mfa-devices",
    title="Users manage their own MFA devices",
    doc=__doc__,
    severity="low",
    setting="MFAPreference.AllowUserToManageMFADevices",
    what="manage their own MFA devices",
    remediation="Set AllowUserToManageMFADevices as required (allowUserToManageMfaDevices on the "
    "SecurityPreference resource).",
)
