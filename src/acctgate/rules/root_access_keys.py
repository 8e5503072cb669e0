"""The Alibaba Cloud account itself has no AccessKey pair.

Root can do everything and nothing limits it: no policy, no network mask, no MFA on API calls. An AccessKey
pair of root that leaks is the whole account.
"""

from acctgate.rules.families import count

RULE = count(
    id="root-access-keys",
    title="AccessKey pairs of root",
    doc=__doc__,
    severity="critical",
    key="RootWithAccessKey",
    what="AccessKey pairs of the Alibaba Cloud account itself",
    remediation="Delete the AccessKey pairs of the Alibaba Cloud account in the console (AccessKey "
    "Management), after moving what uses them to RAM roles.",
    cis=("1.2",),
)
