"""What the formats for pipelines share: which outcomes are findings, where they are, and how grave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from acctgate.report import AccountReport, Outcome, Place

_LEVELS: Final = {"mandatory": "error", "remediate": "error", "advisory": "warning"}


DEFAULT_PLACE: Final = Place("policies/policy.yaml", 1)
"""Where a finding is put when the policy is a preset: pipelines want a file."""


def findings(report: AccountReport) -> Iterable[Outcome]:
    """Violations, and what is not provable. Waived ones are none."""
    return (outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown"))


def level(outcome: Outcome) -> str:
    """error where it binds, warning where it advises."""
    return _LEVELS.get(outcome.level, "none")


def title(outcome: Outcome) -> str:
    """The rule, and whether it is violated or not provable."""
    return f"{outcome.rule}: {'not provable' if outcome.outcome == 'unknown' else 'violated'}"


def sentence(report: AccountReport, outcome: Outcome) -> str:
    """Account, what is, what is expected."""
    account = f"account {report.account}" if report.account else "account unknown"
    return f"{account}: {outcome.message}; expected {outcome.expected}"


def fingerprint(report: AccountReport, outcome: Outcome) -> str:
    """The same for the same finding in every run, whatever its values: account, rule, and pack."""
    pack = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    text = "\n".join((str(report.account), outcome.rule, str(pack or "")))
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()


def printable(text: str) -> str:
    """Text from outside in one line, without control characters and halves of characters."""
    flat = " ".join(text.split())
    return "".join(char if char.isprintable() else "\ufffd" for char in flat)
