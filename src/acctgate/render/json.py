"""The report (version 1) as JSON, and as NDJSON with one account per line."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final

from acctgate.model.control import FrameworkReport
from acctgate.model.judged_by import ReadAs
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import json_without_commands
from acctgate.render.base import Frame, Renderer

_ENCODE: Final = json.JSONEncoder(ensure_ascii=False).encode
"""Created once: `json.dumps` would create an encoder for each call."""


def dumps(value: Any) -> str:
    """Encode a value as JSON on one line, in which the logs of CI systems see no command."""
    return json_without_commands(_ENCODE(value))


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
        waivers = f'"waivers": {dumps([asdict(notice) for notice in summary.waivers])}, ' if summary.waivers else ""
        if summary.since:
            waivers += f'"since": {dumps(asdict(summary.since))}, '
        if summary.days:
            waivers += f'"days": {dumps([asdict(day) for day in summary.days])}, '
        read = summary.organization
        organization = f'"organization": {dumps(asdict(read))}, ' if read else ""
        head = f"{self._frameworks(summary)}{waivers}{organization}"
        return f'],\n {head}"counts": {dumps(summary.counts)}, "verdict": "{summary.verdict}"}}\n'

    def _frameworks(self, summary: Summary) -> str:
        if not self.frame.frameworks:
            return ""
        from acctgate.render.framework_results import framework_results  # noqa: PLC0415 - loads only for a framework

        found = [asdict(result) for result in framework_results(self.frame.frameworks, summary)]
        return f'"frameworks": {dumps(found)},\n '


class NdjsonRenderer(Renderer):
    """`--format ndjson`: one account object per line."""

    def account(self, report: AccountReport) -> str:
        """Return one line."""
        return _account(report, ", ", "", _judged_by(self.frame)) + "\n"


def _judged_by(frame: Frame) -> str:
    """Return the keys about the policy and the time of judgement."""
    if frame.judged_by is None:
        return ""
    return dumps(asdict(frame.judged_by))[1:-1] + ", "


def _account(report: AccountReport, separator: str, lead: str, head: str = "") -> str:
    alias = f'"alias": {dumps(report.alias)}, ' if report.alias else ""
    taken = f'"taken_at": {dumps(report.taken_at)}, ' if report.taken_at else ""
    read = f'"read_as": {dumps(_given(report.read_as))}, ' if report.read_as else ""
    age = f'"age_notice": {dumps(report.age_notice)}, ' if report.age_notice else ""
    age += '"stale": true, ' if report.stale else ""
    age += f'"not_read": {dumps(report.not_read)}, ' if report.not_read else ""
    age += f'"member": {dumps(report.member.document)}, ' if report.member else ""
    age += f'"groups": {dumps(report.groups)}, ' if report.groups else ""
    age += f'"possible_groups": {dumps(report.possible_groups)}, ' if report.possible_groups else ""
    diff = f'"diff": {dumps(asdict(report.diff))}, ' if report.diff else ""
    diff += f'"repair": {dumps(report.repair)}, ' if report.repair else ""
    controls = f'"frameworks": {dumps(list(map(_framework, report.frameworks)))}, ' if report.frameworks else ""
    return (
        f'{{{head}"account": {dumps(report.account)}, {alias}{taken}{read}{age}{diff}{controls}'
        f'"verdict": "{report.verdict}", "outcomes": [{lead}{separator.join(map(_outcome, report.outcomes))}]}}'
    )


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
        if waiver.outcome:
            result["waiver"]["outcome"] = waiver.outcome
        if waiver.ticket:
            result["waiver"]["ticket"] = waiver.ticket
    if outcome.baseline:
        note = outcome.baseline
        # Readers of older reports know a baseline as a waiver without an end.
        legacy = {"reason": f"already in {note.source}", "owner": "baseline", "expires": "", "outcome": note.outcome}
        result |= {"waiver": legacy, "baseline": {"source": note.source, "outcome": note.outcome}}
    if outcome.names is not None:
        result |= {"names": list(outcome.names), "names_match": outcome.names_match}
    if outcome.possible_names:
        result["possible_names"] = list(outcome.possible_names)
    if outcome.names_note:
        result["names_note"] = outcome.names_note
    if outcome.open_since:
        result["open_since"] = outcome.open_since
    if outcome.place:
        result["place"] = {"file": outcome.place.file, "line": outcome.place.line}
    return result
