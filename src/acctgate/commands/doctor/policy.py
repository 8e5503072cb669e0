"""The policy file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import get_args

from acctgate.commands.doctor.context import Patient
from acctgate.commands.doctor.finding import Finding, failed, ok
from acctgate.model.outcome import Level
from acctgate.policy import PolicyError, load_policy, load_preset


def check(patient: Patient) -> Iterator[Finding]:
    """Whether the policy can be read, and what it asks for."""
    try:
        policy = load_policy(patient.policy) if patient.policy else load_preset("baseline")
    except PolicyError as error:
        yield failed("policy", str(error), "correct it there; `acctgate schema policy` prints what may stand in it")
        return
    levels = Counter(entry.get("level", "mandatory") for entry in policy.rules.values())
    rules = ", ".join(f"{levels[level]} {level}" for level in get_args(Level) if levels[level] and level != "disabled")
    name = str(patient.policy) if patient.policy else "the preset baseline, since no policies/policy.yaml is here"
    yield ok("policy", f"{name}: {rules or 'no rules'}")
