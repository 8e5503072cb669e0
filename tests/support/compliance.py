"""Answers of Cloud Config's API to tests, and a stand-in for it."""

from __future__ import annotations

from typing import Any

from acctgate.sources.call_error import CallError
from acctgate.sources.operations import Operation


class Api:
    """Answers calls from a script, and records them."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, str]]] = []

    def __call__(self, operation: Operation, query: dict[str, str]) -> Any:
        self.calls.append((operation.name, query))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def error(code: str) -> CallError:
    """Return a failed call."""
    return CallError("GetCompliancePackReport", {"code": code, "message": "m"})


def report(status: str = "COMPLETE", **more: Any) -> dict[str, Any]:
    """Return an answer of GetCompliancePackReport."""
    return {"CompliancePackReport": {"CompliancePackId": "cp-1", "ReportStatus": status, "AccountId": 0, **more}}
