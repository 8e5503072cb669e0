"""What moved between two snapshots, two reports or two policies: stricter or looser, and which verdicts flip."""

from acctgate.diff.accounts import compare_accounts
from acctgate.diff.policies import compare_policies
from acctgate.model.diff import Diff, PolicyChange

__all__ = [
    "Diff",
    "PolicyChange",
    "compare_accounts",
    "compare_policies",
]
