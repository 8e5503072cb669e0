"""No RAM user has an old AccessKey pair.

The longer a key exists, the more places it has been copied to. After how many days a key counts as old is
unpublished.
"""

from acctgate.rules.families import count

RULE = count(
    id="old-access-keys",
    title="RAM users with old AccessKey pairs",
    doc=__doc__,
    severity="medium",
    key="SubUserWithOldAccessKey",
    what="RAM users with old AccessKey pairs",
    remediation="Rotate the old AccessKey pairs, or replace them by RAM roles.",
    cis=("1.6",),
)
