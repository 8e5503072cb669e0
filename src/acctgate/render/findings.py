"""What the formats for pipelines share: which outcomes are findings, where they are, and how grave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.render.kept import ACCOUNT, ACCOUNT_HASH, kept

_LEVELS: Final = {"mandatory": "error", "remediate": "error", "advisory": "warning"}


def findings(report: AccountReport) -> Iterable[Outcome]:
    """Violations, and what is not provable. Waived ones are none."""
    return (outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown"))


def level(outcome: Outcome) -> str:
    """error where it binds, warning where it advises."""
    return _LEVELS.get(outcome.level, "none")


def title(outcome: Outcome) -> str:
    """The rule, and whether it is violated or not provable."""
    return f"{outcome.rule}: {'not provable' if outcome.outcome == 'unknown' else 'violated'}"


@kept
def sentence(outcome: Outcome) -> str:
    """Account (as `ACCOUNT`), what is, what is expected: printable, in one line."""
    return f"account {ACCOUNT}: {printable(f'{outcome.message}; expected {outcome.expected}')}"


def account_name(report: AccountReport) -> str:
    """What stands for `ACCOUNT`: printable, in one line."""
    return printable(report.account or "unknown")


def fingerprint(outcome: Outcome) -> str:
    """The same for the same finding in every run, whatever its values: account (as `ACCOUNT_HASH`), rule and pack."""
    return ACCOUNT_HASH + _hash(f"{outcome.rule}\n{pack(outcome)}")


def account_hash(report: AccountReport) -> str:
    """What stands for `ACCOUNT_HASH`."""
    return _hash(str(report.account or report.alias or report.unreadable))


def _hash(text: str) -> str:
    """Half of a fingerprint: 32 hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:32]


def pack(outcome: Outcome) -> str:
    """The pack's id, or its place in the answer (`CompliancePackReports[1]`) where it has none; empty for no pack."""
    name = outcome.actual.get("CompliancePackId") if isinstance(outcome.actual, dict) else None
    head, bracket, _ = outcome.setting.rpartition("]")
    return str(name or head + bracket)


def printable(text: str) -> str:
    """Text from outside in one line, without control characters and halves of characters."""
    if text.isprintable() and "  " not in text and text == text.strip():  # most texts, by far
        return text
    return "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
