"""The report (version 1) as JSON, and as NDJSON with an account a line."""

from __future__ import annotations

import json
from typing import Any

from acctgate.report import AccountReport, Outcome, Summary

_KEPT = 4096


class JsonRenderer:
    """`--format json`: one document. The keys that need every account come last."""

    def __init__(self) -> None:
        self._outcomes = _Outcomes()
        self._separator = ""

    def begin(self) -> str:
        """The head of the document."""
        return '{"version": 1, "accounts": ['

    def account(self, report: AccountReport) -> str:
        """One element of `accounts`."""
        separator, self._separator = self._separator, ","
        return f"{separator}\n " + self._outcomes.account(report, ",\n  ", "\n  ")

    def end(self, summary: Summary) -> str:
        """The counts and the verdict over all accounts."""
        return f'],\n "counts": {_dumps(summary.counts)}, "verdict": "{summary.verdict}"}}\n'


class NdjsonRenderer:
    """`--format ndjson`: one account object a line."""

    def __init__(self) -> None:
        self._outcomes = _Outcomes()

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """One line."""
        return self._outcomes.account(report, ", ", "") + "\n"

    def end(self, summary: Summary) -> str:
        """Nothing."""
        return ""


class _Outcomes:
    """Outcomes as JSON. One outcome serves many accounts, so its text is kept."""

    def __init__(self) -> None:
        self._kept: dict[Outcome, str] = {}

    def account(self, report: AccountReport, separator: str, lead: str) -> str:
        kept = self._kept
        texts = []
        for outcome in report.outcomes:
            text = kept.get(outcome)
            if text is None:
                if len(kept) >= _KEPT:
                    kept.clear()
                text = kept[outcome] = _dumps(outcome_object(outcome))
            texts.append(text)
        alias = f'"alias": {_dumps(report.alias)}, ' if report.alias else ""
        return (
            f'{{"account": {_dumps(report.account)}, {alias}"verdict": "{report.verdict}", "outcomes": ['
            f"{lead}{separator.join(texts)}]}}"
        )


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """An outcome as the report's JSON has it."""
    result: dict[str, Any] = {
        "rule": outcome.rule,
        "outcome": outcome.outcome,
        "level": outcome.level,
        "severity": outcome.severity,
        "setting": outcome.setting,
        "expected": outcome.expected,
        "actual": outcome.actual,
        "message": outcome.message,
        "remediation": outcome.remediation,
    }
    if outcome.waiver:
        waiver = outcome.waiver
        result["waiver"] = {"reason": waiver.reason, "owner": waiver.owner, "expires": waiver.expires}
    return result


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
