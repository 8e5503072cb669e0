"""The Alibaba Cloud account itself has no old AccessKey pair.

The longer a key exists, the more places it has been copied to. After how many days a key counts as old is
unpublished.
"""

from acctgate.rules.families import count

RULE = count(
    id="old-root-access-keys",
    title="Old AccessKey pairs of root",
    doc=__doc__,
    severity="high",
    key="OldAkNum",
    what="old AccessKey pairs of the Alibaba Cloud account itself",
    remediation="Replace the old AccessKey pairs of the Alibaba Cloud account by RAM roles, or rotate them.",
    cis=("1.6",),
)
