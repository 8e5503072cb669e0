"""The result of a check, with a fix for each problem."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, get_args

Status = Literal["ok", "warning", "failed", "skipped"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. Use `ok`, `warning`, `failed` and `skipped` to create it."""

    subject: str
    """What was checked."""
    status: Status
    detail: str
    """What was found, or why nothing was checked. One line, without secrets."""
    remedy: str | None = None
    """The fix, in one line. None if there is no problem."""


def ok(subject: str, detail: str) -> Finding:
    """Return the finding of a check that passed."""
    return Finding(subject, "ok", detail)


def warning(subject: str, detail: str, remedy: str) -> Finding:
    """Return the finding of something that works, but not for long or not as expected."""
    return Finding(subject, "warning", detail, remedy)


def failed(subject: str, detail: str, remedy: str) -> Finding:
    """Return the finding of something that does not work."""
    return Finding(subject, "failed", detail, remedy)


def skipped(subject: str, why: str, remedy: str) -> Finding:
    """Return the finding of something that could not be checked."""
    return Finding(subject, "skipped", why, remedy)


def worst(findings: Iterable[Finding]) -> Status:
    """Return the overall status. Skipped findings do not count: their cause is a finding of its own."""
    found = {finding.status for finding in findings}
    return next((status for status in ("failed", "warning") if status in found), "ok")


def counted(findings: Iterable[Finding]) -> dict[Status, int]:
    """Return the number of findings by status."""
    counts = Counter(finding.status for finding in findings)
    return {status: counts[status] for status in STATUSES}
