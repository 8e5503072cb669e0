"""The policy file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from acctgate.doctor.finding import Finding, failed, ok
from acctgate.doctor.patient import Patient
from acctgate.policy import PolicyError, load_policy, load_preset


def check(patient: Patient) -> Iterator[Finding]:
    """Whether the policy can be read, and what it asks for."""
    try:
        policy = load_policy(patient.policy) if patient.policy else load_preset("baseline")
    except PolicyError as error:
        yield failed("policy", str(error), "correct it there; `acctgate schema policy` prints what may stand in it")
        return
    levels = Counter(entry.get("level", "mandatory") for entry in policy.rules.values())
    levels.pop("disabled", None)
    rules = ", ".join(f"{number} {level}" for level, number in sorted(levels.items(), key=lambda pair: -pair[1]))
    name = str(patient.policy) if patient.policy else "the preset baseline, since no policies/policy.yaml is here"
    yield ok("policy", f"{name}: {rules or 'no rules'}")
