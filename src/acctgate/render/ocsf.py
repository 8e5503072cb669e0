"""OCSF for SIEMs: one Compliance Finding (class 2003 of OCSF 1.5.0) on each line.

A pass is an event too, with the same `finding_info.uid` as the violation before it, so that a SIEM can close that one.
Skipped outcomes are not events. Names of users stay out, as in every format that goes to logs.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

from acctgate.frameworks.framework import Covered, references
from acctgate.inert_text import clean
from acctgate.json_text import dumps
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Outcome, Result, Severity
from acctgate.model.report import AccountReport
from acctgate.render.base import Frame, Renderer
from acctgate.render.controls import with_controls
from acctgate.render.findings import Fingerprints, read_line
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
_FINDING: Final = '{"finding_info": {'
_LONGEST: Final = 4_000
"""Characters of a text."""


class OcsfRenderer(Renderer):
    """`--format ocsf`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._subjects = dict(_subjects(frame))
        self._policy = {"policy": _policy(frame.judged_by)} if frame.judged_by else {}
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
        self._time = _milliseconds(frame.judged_at)

    def account(self, report: AccountReport) -> str:
        """Return a line for each outcome of a rule or control that was judged."""
        time = self._time or _milliseconds(report.taken_at) or 0
        tail = f"{dumps(_account(report))[1:-1]}}}\n"
        judged = [each for each in with_controls(report, self.frame.places) if each.outcome != "skipped"]
        head = f'{self._head}, "time": {time}, {_FINDING[1:]}'
        return "".join(
            f'{head}"uid": "{fingerprint}", {self._described(outcome)}, {tail}'
            for outcome, fingerprint in self._fingerprints.of(report, judged)
        )

    def _describe(self, outcome: Outcome) -> str:
        """Return what is the same for each account with this outcome: from inside of `finding_info` on.

        Cached by identity: accounts with the same values share their outcomes.
        """
        subject = self._subjects.get(outcome.rule) or _Subject(outcome.rule, outcome.rule)
        described = {
            "finding_info": {**subject.finding, **_since(outcome)},
            **_severity(outcome),
            "message": _text(outcome.message),
            "compliance": {**_compliance(outcome), **subject.compliance},
            "remediation": {"desc": _text(outcome.remediation)},
            "unmapped": {**_unmapped(outcome), **self._policy},
        }
        return dumps(described)[len(_FINDING) : -1]


class _Subject:
    """The rule or control that findings are about."""

    def __init__(self, name: str, title: str, covered: Covered = ()) -> None:
        uid, shown = _text(name), _text(title)
        self.finding = {"title": shown, "analytic": {"type_id": 1, "type": "Rule", "uid": uid, "name": shown}}
        self.compliance: dict[str, Any] = {"control": uid}
        if covered:
            self.compliance["standards"] = [framework.title.en for framework, _ in covered]
            self.compliance["requirements"] = [f"{framework.id} {each}" for framework, ids in covered for each in ids]


def _subjects(frame: Frame) -> Iterator[tuple[str, _Subject]]:
    """Yield each rule and each control by the name that outcomes have."""
    for framework in frame.frameworks:
        for control in framework.controls:
            name = f"{framework.id} {control.id}"
            yield name, _Subject(name, control.title.en, ((framework, (control.id,)),))
    for rule in frame.rules:
        yield rule.id, _Subject(rule.id, rule.title, references(rule))


def _compliance(outcome: Outcome) -> dict[str, Any]:
    note = outcome.waiver or outcome.baseline
    status_id, status = _COMPLIANCE[(note.outcome if note else outcome.outcome) or "fail"]
    detail = _text(f"{outcome.message}; expected {outcome.expected}")
    return {"status_id": status_id, "status": status, "status_detail": detail}


def _unmapped(outcome: Outcome) -> dict[str, Any]:
    """Return what OCSF has no attribute for."""
    found: dict[str, Any] = {
        "outcome": outcome.outcome,
        "level": outcome.level,
        "setting": _text(outcome.setting),
        "expected": _text(outcome.expected),
        "actual": outcome.actual,
    }
    if note := outcome.waiver:
        found["waiver"] = {"reason": _text(note.tracked_reason), "owner": _text(note.owner), "expires": note.expires}
    elif outcome.baseline:
        found["baseline"] = _text(outcome.baseline.source)
    if outcome.place:
        found["place"] = f"{_text(outcome.place.file)}:{outcome.place.line}"
    return found


def _policy(judged_by: JudgedBy) -> dict[str, Any]:
    policy = judged_by.policy
    overrides = {"overrides": [_text(each) for each in policy.overrides]} if policy.overrides else {}
    return {"source": _text(policy.source), "digest": policy.digest, **overrides}


def _text(text: str) -> str:
    return clean(text, _LONGEST)


def _severity(outcome: Outcome) -> dict[str, Any]:
    """Return the severity and the status of the finding. A pass is only for information."""
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
