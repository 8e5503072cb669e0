"""GitLab Code Quality: an array of issues."""

from __future__ import annotations

import hashlib
from typing import Final

from acctgate.model.outcome import Outcome, Severity
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render.base import DEFAULT_PLACE, Frame, Renderer
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
        found = findings(report, self.frame.places)
        return self._listed([self._issue(report, *each) for each in self._fingerprints.of(report, found)])

    def end(self, summary: Summary) -> str:
        """Return what is not a finding but should be seen, and the end of the array."""
        given = self.frame.judged_by.policy.overrides if self.frame.judged_by else ()
        notes = [("policy-override", f"The policy is overridden: {override}") for override in given]
        if summary.age_notice:
            notes.append(("old-snapshot", f"Old snapshot: {summary.age_notice}"))
        return f"{self._listed([_note(*note) for note in notes])}\n]\n"

    def _listed(self, issues: list[str]) -> str:
        if not issues:
            return ""
        before, self._separator = self._separator, ",\n "
        return before + ",\n ".join(issues)

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


def _note(name: str, text: str) -> str:
    """Return an issue that is no finding: the format has no other place for it."""
    place = DEFAULT_PLACE
    issue = {
        "description": clean(text),
        "check_name": name,
        "fingerprint": hashlib.sha256(f"{name}\n{text}".encode(errors="replace")).hexdigest(),
        "severity": "info",
        "location": {"path": place.file, "lines": {"begin": place.line}},
    }
    return dumps(issue)


def _severity(outcome: Outcome) -> str:
    if outcome.binding:
        return _SEVERITIES[outcome.severity]
    return "info" if outcome.severity == "low" else "minor"
