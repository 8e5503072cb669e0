"""GitLab Code Quality: an array of issues."""

from __future__ import annotations

from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame
from acctgate.render.findings import account_hash, account_name, findings, fingerprint, printable, sentence, title
from acctgate.render.json import dumps
from acctgate.render.kept import ACCOUNT, ACCOUNT_HASH, kept

_SEVERITIES = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


class GitlabRenderer:
    """`--format gitlab`: what only advises is at most minor."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._kept = kept(self._issue)
        self._separator = "\n "

    def begin(self) -> str:
        """The head."""
        return "["

    def account(self, report: AccountReport) -> str:
        """An issue for each finding."""
        issues = ",\n ".join(map(self._kept, findings(report)))
        if not issues:
            return ""
        before, self._separator = self._separator, ",\n "
        named = issues.replace(ACCOUNT, dumps(account_name(report))[1:-1])
        return before + named.replace(ACCOUNT_HASH, account_hash(report))

    def end(self, summary: Summary) -> str:
        """The end."""
        return "\n]\n"

    def _issue(self, outcome: Outcome) -> str:
        place = self._frame.place(outcome)
        issue = {
            "description": f"{printable(title(outcome))}: {sentence(outcome)}",
            "check_name": outcome.rule,
            "fingerprint": fingerprint(outcome),
            "severity": _severity(outcome),
            "location": {"path": place.file, "lines": {"begin": place.line}},
        }
        return dumps(issue)


def _severity(outcome: Outcome) -> str:
    return _SEVERITIES[outcome.severity] if outcome.binding else "info" if outcome.severity == "low" else "minor"
