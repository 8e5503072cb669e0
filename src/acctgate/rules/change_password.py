"""RAM users can change their own passwords.

A user who suspects that a password is known to somebody else should not have to wait for an administrator.
"""

from acctgate.rules.families import switch

RULE = switch(
    id="change-password",
    title="Users change their own passwords",
    doc=__doc__,
    severity="low",
    setting="LoginProfilePreference.AllowUserToChangePassword",
    what="change their own passwords",
    remediation="Set AllowUserToChangePassword as required (allowUserToChangePassword on the "
    "SecurityPreference resource).",
)
