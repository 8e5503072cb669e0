"""The Alibaba Cloud account itself has no AccessKey pair that nobody uses.

A key that nobody uses is only of use to whoever finds it. After how many days a key counts as unused is
unpublished.
"""

from acctgate.rules.families import count

RULE = count(
    id="unused-root-access-keys",
    title="Unused AccessKey pairs of root",
    doc=__doc__,
    severity="high",
    key="UnusedAkNum",
    what="unused AccessKey pairs of the Alibaba Cloud account itself",
    remediation="Disable and delete the unused AccessKey pairs of the Alibaba Cloud account.",
)
