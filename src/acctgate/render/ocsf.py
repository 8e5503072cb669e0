"""OCSF for SIEMs: one Compliance Finding (class 2003 of OCSF 1.5.0) on each line.

A pass is an event too, with the same `finding_info.uid` as the violation before it, so that a SIEM can close that one.
What was not judged (skipped) is none. Names of users stay out, as in every format that goes to logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from acctgate.frameworks.framework import Framework, references
from acctgate.model.outcome import Outcome, Result, Severity
from acctgate.model.report import AccountReport
from acctgate.redact import clean
from acctgate.render.base import Frame, Renderer
from acctgate.render.controls import with_controls
from acctgate.render.findings import Fingerprints, read_line
from acctgate.render.json import dumps
from acctgate.version import __version__

VERSION: Final = "1.5.0"
"""The version of the schema."""
_CLASS: Final = {
    "activity_id": 1,
    "activity_name": "Create",
    "category_uid": 2,
    "category_name": "Findings",
    "class_uid": 2003,
    "class_name": "Compliance Finding",
    "type_uid": 200301,
    "type_name": "Compliance Finding: Create",
}
_SEVERITIES: Final[dict[Severity, tuple[int, str]]] = {
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
_INFORMATIONAL: Final = (1, "Informational")
_COMPLIANCE: Final[dict[Result, tuple[int, str]]] = {
    "pass": (1, "Pass"),
    "fail": (3, "Fail"),
    "unknown": (0, "Unknown"),
}
_NEW: Final = {"status_id": 1, "status": "New"}
_SUPPRESSED: Final = {"status_id": 3, "status": "Suppressed"}
_ACCOUNT: Final = "Alibaba Cloud Account"
_LONGEST: Final = 4_000
"""Characters of a text."""


class OcsfRenderer(Renderer):
    """`--format ocsf`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._rules = {rule.id: rule for rule in frame.rules}
        self._controls = {
            f"{framework.id} {control.id}": (framework, control)
            for framework in frame.frameworks
            for control in framework.controls
        }
        self._fingerprints = Fingerprints()
        self._described = lru_cache(maxsize=2048)(self._describe)
        by = frame.judged_by
        metadata: dict[str, Any] = {
            "version": VERSION,
            "product": {"name": "acctgate", "vendor_name": "acctgate", "version": by.acctgate if by else __version__},
            "profiles": ["cloud"],
            **({"original_time": by.judged_at} if by else {}),
        }
        self._head = dumps({**_CLASS, "metadata": metadata})[:-1]

    def account(self, report: AccountReport) -> str:
        """Return a line for each outcome of a rule or control that was judged."""
        judged_by = self.frame.judged_by
        time = _milliseconds(judged_by.judged_at if judged_by else None) or _milliseconds(report.taken_at) or 0
        tail = f"{dumps(_account(report))[1:-1]}}}\n"
        judged = [each for each in with_controls(report, self.frame.places) if each.outcome != "skipped"]
        head = f'{self._head}, "time": {time}, "finding_info": {{'
        return "".join(
            f'{head}"uid": "{fingerprint}", {self._described(outcome)}, {tail}'
            for outcome, fingerprint in self._fingerprints.of(report, judged)
        )

    def _describe(self, outcome: Outcome) -> str:
        """Return what is the same for each account with this outcome: from inside of `finding_info` on.

        Cached by identity: accounts with the same values share their outcomes.
        """
        finding = {**self._rule(outcome), **_since(outcome)}
        rest = {
            **_severity(outcome),
            "message": _text(outcome.message),
            "compliance": self._compliance(outcome),
            "remediation": {"desc": _text(outcome.remediation)},
            "unmapped": self._unmapped(outcome),
        }
        return f"{dumps(finding)[1:-1]}}}, {dumps(rest)[1:-1]}"

    def _rule(self, outcome: Outcome) -> dict[str, Any]:
        title = outcome.rule
        if outcome.rule in self._rules:
            title = self._rules[outcome.rule].title
        elif outcome.rule in self._controls:
            title = self._controls[outcome.rule][1].title.en
        analytic = {"type_id": 1, "type": "Rule", "uid": _text(outcome.rule), "name": _text(title)}
        return {"title": _text(title), "analytic": analytic}

    def _compliance(self, outcome: Outcome) -> dict[str, Any]:
        note = outcome.waiver or outcome.baseline
        status_id, status = _COMPLIANCE[(note.outcome if note else outcome.outcome) or "fail"]
        covered = list(self._covered(outcome))
        found: dict[str, Any] = {
            "status_id": status_id,
            "status": status,
            "status_detail": _text(f"{outcome.message}; expected {outcome.expected}"),
            "control": _text(outcome.rule),
        }
        if covered:
            found["standards"] = [framework.title.en for framework, _ in covered]
            found["requirements"] = [f"{framework.id} {control}" for framework, ids in covered for control in ids]
        return found

    def _covered(self, outcome: Outcome) -> Iterator[tuple[Framework, tuple[str, ...]]]:
        """Yield each framework that the outcome is about, with the ids of its controls."""
        if rule := self._rules.get(outcome.rule):
            yield from references(rule)
        elif found := self._controls.get(outcome.rule):
            yield found[0], (found[1].id,)

    def _unmapped(self, outcome: Outcome) -> dict[str, Any]:
        """Return what OCSF has no attribute for."""
        found: dict[str, Any] = {
            "outcome": outcome.outcome,
            "level": outcome.level,
            "setting": _text(outcome.setting),
            "expected": _text(outcome.expected),
            "actual": outcome.actual,
        }
        if outcome.waiver:
            note = outcome.waiver
            found["waiver"] = {
                "reason": _text(note.tracked_reason),
                "owner": _text(note.owner),
                "expires": note.expires,
            }
        elif outcome.baseline:
            found["baseline"] = _text(outcome.baseline.source)
        if outcome.place:
            found["place"] = f"{_text(outcome.place.file)}:{outcome.place.line}"
        if self.frame.judged_by:
            policy = self.frame.judged_by.policy
            overrides = {"overrides": [_text(each) for each in policy.overrides]} if policy.overrides else {}
            found["policy"] = {"source": _text(policy.source), "digest": policy.digest, **overrides}
        return found


def _text(text: str) -> str:
    return clean(text, _LONGEST)


def _severity(outcome: Outcome) -> dict[str, Any]:
    """Return the severity, and how far the finding is dealt with: a pass is only for information."""
    number, name = _INFORMATIONAL if outcome.outcome == "pass" else _SEVERITIES[outcome.severity]
    status = {"waived": _SUPPRESSED, "pass": {}}.get(outcome.outcome, _NEW)
    return {"severity_id": number, "severity": name, **status}


def _since(outcome: Outcome) -> dict[str, int]:
    """Return since when the violation is known, if a history says so."""
    time = _milliseconds(outcome.open_since)
    return {} if time is None else {"first_seen_time": time}


def _account(report: AccountReport) -> dict[str, Any]:
    """Return the account, as the cloud's and as the resource that the finding is about."""
    name = {"uid": _text(report.account)} if report.account else {}
    name |= {"name": _text(report.alias or report.account or "unknown")}
    read = {"read": read_line(report), "age_notice": _text(report.age_notice or "")}
    data = {key: value for key, value in read.items() if value}
    resource = {**name, "type": _ACCOUNT, **({"data": data} if data else {})}
    account = {**name, "type_id": 99, "type": _ACCOUNT}
    return {"cloud": {"provider": "Alibaba Cloud", "account": account}, "resources": [resource]}


def _milliseconds(time: str | None) -> int | None:
    """Return a time (ISO 8601) in milliseconds since 1970, None if it is unknown."""
    try:
        found = datetime.fromisoformat(time or "")
    except ValueError:
        return None
    return None if found.tzinfo is None else round(found.timestamp() * 1000)
