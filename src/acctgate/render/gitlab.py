"""GitLab Code Quality: an array of issues."""

from __future__ import annotations

from typing import Final

from acctgate.model.outcome import Outcome, Severity
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame, Renderer
from acctgate.render.findings import Fingerprints, findings, sentence, title
from acctgate.render.json import dumps

_SEVERITIES: Final[dict[Severity, str]] = {
    "critical": "blocker",
    "high": "critical",
    "medium": "major",
    "low": "minor",
}


class GitlabRenderer(Renderer):
    """`--format gitlab`: advisory findings are at most minor."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._separator, self._fingerprints = "\n ", Fingerprints()

    def begin(self) -> str:
        """Return the start of the array."""
        return "["

    def account(self, report: AccountReport) -> str:
        """Return an issue for each finding."""
        issues = ",\n ".join([self._issue(report, *each) for each in self._fingerprints.of(report, findings(report))])
        if not issues:
            return ""
        before, self._separator = self._separator, ",\n "
        return before + issues

    def end(self, summary: Summary) -> str:
        """Return the end of the array."""
        return "\n]\n"

    def _issue(self, report: AccountReport, outcome: Outcome, fingerprint: str) -> str:
        place = self.frame.place(outcome)
        issue = {
            "description": f"{title(outcome)}: {sentence(report, outcome)}",
            "check_name": outcome.rule,
            "fingerprint": fingerprint,
            "severity": _severity(outcome),
            "location": {"path": place.file, "lines": {"begin": place.line}},
        }
        return dumps(issue)


def _severity(outcome: Outcome) -> str:
    if outcome.binding:
        return _SEVERITIES[outcome.severity]
    return "info" if outcome.severity == "low" else "minor"
