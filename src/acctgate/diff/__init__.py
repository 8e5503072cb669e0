"""Compare two snapshots, two reports or two policies: what became stricter or looser, and which outcomes flipped."""

from acctgate.diff.accounts import compare_accounts
from acctgate.diff.policies import compare_policies, unproven
from acctgate.model.diff_document import Diff, PolicyChange

__all__ = [
    "Diff",
    "PolicyChange",
    "compare_accounts",
    "compare_policies",
    "unproven",
]
