"""The repair of a plan, for a comment on a pull request."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy

_FENCES: Final = {
    "pulumi-python": "python",
    "pulumi-typescript": "typescript",
    "pulumi-yaml": "yaml",
    "terraform": "hcl",
}
"""The name of each target's language in a block of code."""


def repair_of(account: Snapshot, policy: Policy, now: datetime, target: str) -> str | None:
    """Return the resources that satisfy the policy as a block of code in Markdown, None if there are none.

    Args:
        account: The account as it would be after the deploy.
        policy: The policy.
        now: The time of judgement.
        target: The tool and language, as in `TARGETS`.
    """
    proposal = propose(account, policy, now)
    if not proposal.settings and not proposal.passwords:
        return None
    text = TARGETS[target].render(proposal).strip("\n")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{_FENCES[target]}\n{text}\n{fence}\n"
