"""GitLab Code Quality: an array of issues."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Final

from acctgate.inert_text import clean
from acctgate.json_text import dumps
from acctgate.model.outcome import Outcome, Severity
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import DEFAULT_PLACE, Frame, Renderer
from acctgate.render.findings import Fingerprints, account_id, findings, sentence, title
from acctgate.render.json import encode_part

_SEVERITIES: Final[dict[Severity, str]] = {"critical": "blocker", "high": "critical", "medium": "major", "low": "minor"}


class GitlabRenderer(Renderer):
    """`--format gitlab`: advisory findings are at most minor."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._separator, self._fingerprints = "\n ", Fingerprints()
        self._parts = lru_cache(maxsize=2048)(self._split)

    def begin(self) -> str:
        """Return the start of the array."""
        return "["

    def account(self, report: AccountReport) -> str:
        """Return an issue for each finding."""
        name, issues = encode_part(account_id(report)), []
        for outcome, fingerprint in self._fingerprints.of(report, findings(report, self.frame.places)):
            start, middle, end = self._parts(outcome)
            issues.append(f"{start}{name}{middle}{fingerprint}{end}")
        return self._listed(issues)

    def end(self, summary: Summary) -> str:
        """Return what is not a finding but should be seen, and the end of the array."""
        notes = [("policy-override", f"The policy is overridden: {override}") for override in self.frame.overrides]
        if summary.age_notice:
            notes.append(("old-snapshot", f"Old snapshot: {summary.age_notice}"))
        return f"{self._listed([_note(*note) for note in notes])}\n]\n"

    def _listed(self, issues: list[str]) -> str:
        if not issues:
            return ""
        before, self._separator = self._separator, ",\n "
        return before + ",\n ".join(issues)

    def _split(self, outcome: Outcome) -> tuple[str, str, str]:
        """Return an issue, split where the account's name and the fingerprint go.

        Cached by identity: accounts with the same values share their outcomes.
        """
        place = self.frame.place(outcome)
        location = {"path": place.file, "lines": {"begin": place.line}}
        return (
            f'{{"description": "{encode_part(title(outcome))}: account ',
            f': {encode_part(sentence(outcome))}", "check_name": {dumps(outcome.rule)}, "fingerprint": "',
            f'", "severity": "{_severity(outcome)}", "location": {dumps(location)}}}',
        )


def _note(name: str, text: str) -> str:
    """Return a notice as an issue: the format has no other place for it."""
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
