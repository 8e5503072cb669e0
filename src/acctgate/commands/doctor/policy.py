"""Check the policy file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, failed, ok
from acctgate.model.outcome import Level
from acctgate.policy import PolicyError
from acctgate.policy.find import NoPolicyError, find_policy, load_selected


def check(context: DoctorContext) -> Iterator[Finding]:
    """Check that the policy is valid, and count its rules."""
    try:
        selected = context.policy or find_policy(context.project)
        policy = load_selected(selected, context.project, datetime.now(UTC).date())
    except NoPolicyError as error:
        problem, _, remedy = str(error).partition("; ")
        yield failed("policy", problem, remedy)
        return
    except PolicyError as error:
        yield failed("policy", str(error), "correct the file; `acctgate schema policy` prints its schema")
        return
    levels = Counter(entry.get("level", "mandatory") for entry in policy.rules.values())
    rules = ", ".join(f"{levels[level]} {level}" for level in get_args(Level) if levels[level] and level != "disabled")
    yield ok("policy", f"{selected}: {rules or 'no rules'}")
