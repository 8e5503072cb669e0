"""The report (version 1) as JSON, and as NDJSON with one account per line."""

from __future__ import annotations

from dataclasses import asdict
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

from acctgate.json_text import dumps
from acctgate.model.control import FrameworkReport
from acctgate.model.judged_by import ReadAs
from acctgate.model.outcome import BaselineNote, Outcome, WaiverNote
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame, Renderer

OUTCOME_KEYS: Final = (
    "rule",
    "outcome",
    "level",
    "severity",
    "setting",
    "expected",
    "actual",
    "message",
    "remediation",
)
"""The keys that every outcome has."""
outcome_values: Final = attrgetter(*OUTCOME_KEYS)


def encode_part(text: str) -> str:
    """Return text as a part of a JSON string, without its quotes."""
    return dumps(text)[1:-1]


class JsonRenderer(Renderer):
    """`--format json`: one document. The keys that depend on all accounts come last."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._separator = ""

    def begin(self) -> str:
        """Return the head of the document."""
        return f'{{"version": 1, {_judged_by(self.frame)}"accounts": ['

    def account(self, report: AccountReport) -> str:
        """Return one element of `accounts`."""
        separator, self._separator = self._separator, ","
        return f"{separator}\n " + _account(report, ",\n  ", "\n  ")

    def end(self, summary: Summary) -> str:
        """Return the controls, the waivers needing attention, the counts and the verdict."""
        optional = {
            "waivers": [asdict(notice) for notice in summary.waivers],
            "since": summary.since and asdict(summary.since),
            "days": [asdict(day) for day in summary.days],
            "organization": summary.organization and asdict(summary.organization),
        }
        given = {name: value for name, value in optional.items() if value}
        last = dumps({**given, "counts": summary.counts, "verdict": summary.verdict})[1:]
        return f"],\n {self._frameworks(summary)}{last}\n"

    def _frameworks(self, summary: Summary) -> str:
        if not self.frame.frameworks:
            return ""
        from acctgate.render.framework_results import framework_results  # noqa: PLC0415 - loads only for a framework

        found = [asdict(result) for result in framework_results(self.frame.frameworks, summary)]
        return f'"frameworks": {dumps(found)},\n '


class NdjsonRenderer(Renderer):
    """`--format ndjson`: one account object per line."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._head = _judged_by(frame)

    def account(self, report: AccountReport) -> str:
        """Return one line."""
        return _account(report, ", ", "", self._head) + "\n"


def _judged_by(frame: Frame) -> str:
    """Return the keys about the policy and the time of judgement."""
    if frame.judged_by is None:
        return ""
    return dumps(asdict(frame.judged_by))[1:-1] + ", "


def _account(report: AccountReport, separator: str, lead: str, head: str = "") -> str:
    """Return an account as JSON. `head` precedes its keys, `lead` its first outcome."""
    read_as = report.read_as and _given(report.read_as)
    always = {"account": report.account, "taken_at": report.taken_at, "read_as": read_as}
    optional = {
        "alias": report.alias,
        "age_notice": report.age_notice,
        "stale": report.stale,
        "not_read": report.not_read,
        "member": report.member and report.member.document,
        "groups": report.groups,
        "possible_groups": report.possible_groups,
        "diff": report.diff and asdict(report.diff),
        "repair": report.repair,
        "frameworks": [*map(_framework, report.frameworks)],
    }
    given = {name: value for name, value in optional.items() if value}
    account = dumps({**always, **given, "verdict": report.verdict})[1:-1]
    return f'{{{head}{account}, "outcomes": [{lead}{separator.join(map(_outcome, report.outcomes))}]}}'


def _framework(report: FrameworkReport) -> dict[str, Any]:
    controls = [
        {
            "id": control.id,
            "outcome": control.outcome,
            "rules": control.rules,
            "reason": control.reason,
            "outcomes": list(map(outcome_object, control.outcomes)),
        }
        for control in report.controls
    ]
    return {"framework": report.framework, "verdict": report.verdict, "controls": controls}


@lru_cache(maxsize=64)
def _given(read_as: ReadAs) -> dict[str, str]:
    return {name: value for name, value in asdict(read_as).items() if value is not None}


@lru_cache(maxsize=2048)
def _outcome(outcome: Outcome) -> str:
    """Return an outcome as JSON. Cached by identity: accounts with the same values share their outcomes."""
    return dumps(outcome_object(outcome))


def outcome_object(outcome: Outcome) -> dict[str, Any]:
    """Return an outcome as an object of the JSON report."""
    result: dict[str, Any] = dict(zip(OUTCOME_KEYS, outcome_values(outcome), strict=True))
    if outcome.waiver:
        result["waiver"] = _waiver(outcome.waiver)
    if outcome.baseline:
        result |= _baseline(outcome.baseline)
    if outcome.names is not None:
        result |= {"names": list(outcome.names), "names_match": outcome.names_match}
    if outcome.possible_names:
        result["possible_names"] = list(outcome.possible_names)
    if outcome.names_note:
        result["names_note"] = outcome.names_note
    if outcome.incomplete:
        result["incomplete"] = True
    if outcome.open_since:
        result["open_since"] = outcome.open_since
    if outcome.place:
        result["place"] = {"file": outcome.place.file, "line": outcome.place.line}
    return result


def _waiver(note: WaiverNote) -> dict[str, str]:
    optional = {"outcome": note.outcome, "ticket": note.ticket, "stack": note.stack}
    given = {name: value for name, value in optional.items() if value}
    return {"reason": note.reason, "owner": note.owner, "expires": note.expires, **given}


def _baseline(note: BaselineNote) -> dict[str, dict[str, str]]:
    # Readers of older reports know a baseline as a waiver without an end.
    legacy = WaiverNote(f"already in {note.source}", "baseline", "", note.outcome)
    return {"waiver": _waiver(legacy), "baseline": {"source": note.source, "outcome": note.outcome}}
