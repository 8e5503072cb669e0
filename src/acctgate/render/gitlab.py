"""GitLab Code Quality: an array of issues."""

from __future__ import annotations

import json

from acctgate.render.findings import DEFAULT_PLACE, findings, fingerprint, printable, sentence, title
from acctgate.report import AccountReport, Outcome, Places, Summary

_SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


class GitlabRenderer:
    """`--format gitlab`: what only advises is at most minor."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._separator = ""

    def begin(self) -> str:
        """The head."""
        return "["

    def account(self, report: AccountReport) -> str:
        """An issue for each finding."""
        texts = []
        for outcome in findings(report):
            place = self._places.get(outcome.rule, DEFAULT_PLACE)
            issue = {
                "description": printable(f"{title(outcome)}: {sentence(report, outcome)}"),
                "check_name": outcome.rule,
                "fingerprint": fingerprint(report, outcome),
                "severity": _severity(outcome),
                "location": {"path": place.file, "lines": {"begin": place.line}},
            }
            texts.append(f"{self._separator}\n {json.dumps(issue, ensure_ascii=False)}")
            self._separator = ","
        return "".join(texts)

    def end(self, summary: Summary) -> str:
        """The end."""
        return "\n]\n"


def _severity(outcome: Outcome) -> str:
    return _SEVERITIES[outcome.severity] if outcome.binding else "info" if outcome.severity == "low" else "minor"
