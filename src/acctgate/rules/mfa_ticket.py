"""An MFA device is asked for at each logon.

With `EnableSaveMFATicket` a browser that has once passed MFA is not asked again for seven days. Whoever
gets at that browser needs the password alone.
"""

from acctgate.rules.families import switch

RULE = switch(
    id="mfa-ticket",
    title="MFA remembered for 7 days",
    doc=__doc__,
    severity="medium",
    setting="LoginProfilePreference.EnableSaveMFATicket",
    what="skip MFA for 7 days after a logon",
    remediation="Set EnableSaveMFATicket to false (enableSaveMfaTicket on the SecurityPreference resource).",
)
