"""Check the policy file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, failed, ok
from acctgate.model.outcome import Level
from acctgate.policy import PolicyError, load_policy, load_preset


def check(context: DoctorContext) -> Iterator[Finding]:
    """Check that the policy is valid, and count its rules."""
    try:
        policy = load_policy(context.policy) if context.policy else load_preset("baseline")
    except PolicyError as error:
        yield failed("policy", str(error), "correct the file; `acctgate schema policy` prints its schema")
        return
    levels = Counter(entry.get("level", "mandatory") for entry in policy.rules.values())
    rules = ", ".join(f"{levels[level]} {level}" for level in get_args(Level) if levels[level] and level != "disabled")
    name = str(context.policy) if context.policy else "the preset baseline, because there is no policies/policy.yaml"
    yield ok("policy", f"{name}: {rules or 'no rules'}")
