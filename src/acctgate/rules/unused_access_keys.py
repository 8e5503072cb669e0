"""No RAM user has an AccessKey pair that nobody uses.

A key that nobody uses is only of use to whoever finds it. After how many days a key counts as unused is
unpublished.
"""

from acctgate.rules.families import count

RULE = count(
    id="unused-access-keys",
    title="RAM users with unused AccessKey pairs",
    doc=__doc__,
    severity="medium",
    key="SubUserWithUnusedAccessKey",
    what="RAM users with unused AccessKey pairs",
    remediation="Disable and delete the AccessKey pairs that are not used (RAM console, Users, or "
    "ListAccessKeys with GetAccessKeyLastUsed).",
)
