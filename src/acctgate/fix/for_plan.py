"""The repair of a plan, for a comment on a pull request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from typing import Final

from acctgate.fix.propose import propose
from acctgate.fix.targets import TARGETS
from acctgate.model.preference_keys import MASKS, PREFERENCE_KEYS
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy

_FENCES: Final = {
    "pulumi-python": "python",
    "pulumi-typescript": "typescript",
    "pulumi-yaml": "yaml",
    "terraform": "hcl",
}
"""The name of each target's language in a block of code."""


def with_repairs(
    reports: Iterable[AccountReport], accounts: Sequence[Snapshot], policy: Policy, now: datetime, target: str
) -> Iterator[AccountReport]:
    """Yield the reports, those on accounts that a deployment leaves with violations with the repair.

    Args:
        reports: The reports, in the order of the accounts.
        accounts: The accounts as they would be after the deploy.
        policy: The policy.
        now: The time of judgement.
        target: The tool and language, as in `TARGETS`.
    """
    for number, report in enumerate(reports):
        if report.diff is None or not any(outcome.outcome == "fail" for outcome in report.outcomes):
            yield report
        else:
            yield replace(report, repair=repair_of(accounts[number], policy, now, target))


def repair_of(account: Snapshot, policy: Policy, now: datetime, target: str) -> str | None:
    """Return the resources that satisfy the policy as a block of code in Markdown, None if there are none.

    Args:
        account: The account as it would be after the deploy.
        policy: The policy.
        now: The time of judgement.
        target: The tool and language, as in `TARGETS`.
    """
    proposal = propose(_with_live_masks(account), policy, now)
    if not proposal.settings and not proposal.passwords:
        return None
    text = TARGETS[target].render(proposal).strip("\n")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 3)
    return f"{fence}{_FENCES[target]}\n{text}\n{fence}\n"


def _with_live_masks(account: Snapshot) -> Snapshot:
    """Return the account after the deploy, with the live network masks if the plan clears them.

    A policy says which masks are too wide, but not which ones an account needs. The live ones are known to work.
    """
    path = next(key.path for key in PREFERENCE_KEYS if key.api == MASKS)
    live = account.before.read(path) if account.before else None
    document = deepcopy(dict(account.document))
    if account.raw(path) == "" and isinstance(live, str) and live.strip():
        document[path[0]][path[1]][path[2]] = live
    return Snapshot(document, {place: reason for place, reason in account.problems.items() if place != path})
