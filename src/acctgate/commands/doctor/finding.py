"""What a check says: how it stands, and what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Status = Literal["ok", "warning", "failed", "skipped"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says. Made by `ok`, `warning`, `failed` and `skipped`."""

    subject: str
    """What was looked at."""
    status: Status
    detail: str
    """What was found, or why nothing was looked at. One line, without secrets."""
    remedy: str | None = None
    """What to do, in one line. None where all is well."""


def ok(subject: str, detail: str) -> Finding:
    """All is well."""
    return Finding(subject, "ok", detail)


def warning(subject: str, detail: str, remedy: str) -> Finding:
    """It works, and will not for long, or not as one thinks."""
    return Finding(subject, "warning", detail, remedy)


def failed(subject: str, detail: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(subject, "failed", detail, remedy)


def skipped(subject: str, why: str, remedy: str) -> Finding:
    """It could not be looked at."""
    return Finding(subject, "skipped", why, remedy)


def worst(findings: Iterable[Finding]) -> Status:
    """How it stands as a whole. What was skipped is no worse than what kept it from being looked at."""
    found = {finding.status for finding in findings}
    return next((status for status in ("failed", "warning") if status in found), "ok")


def counted(findings: Iterable[Finding]) -> dict[Status, int]:
    """How many findings there are of each status."""
    counts = Counter(finding.status for finding in findings)
    return {status: counts[status] for status in STATUSES}
