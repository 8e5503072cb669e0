"""SARIF 2.1.0, for code scanning. It lists every rule; findings are results of kind `fail`."""

from __future__ import annotations

import re
from dataclasses import asdict
from functools import lru_cache
from typing import Any, Final
from urllib.parse import quote

from acctgate.inert_text import clean
from acctgate.json_text import dumps
from acctgate.model.outcome import SEVERITIES, Outcome, Place, Severity
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.render.base import DEFAULT_PLACE, Frame, Renderer
from acctgate.render.controls import with_controls
from acctgate.render.findings import Fingerprints, account_id, level, read_line, sentence, who
from acctgate.render.json import encode_part
from acctgate.render.ranking import TopFindings, rank
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule
from acctgate.text import plural
from acctgate.version import __version__

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME: Final = "https://github.com/acctgate/acctgate"
_LIMIT: Final = 25_000
"""Results: GitHub refuses a file with more."""
_MAX_READ: Final = 1_000
"""Accounts whose reading is described: the file stays small."""
_LINK: Final = re.compile(r"([\\\[\]])")
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}


class SarifRenderer(Renderer):
    """`--format sarif`: the most severe results come first, which takes all accounts, so `end` returns them."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._index = {rule.id: index for index, rule in enumerate(frame.rules)}
        self._fingerprints, self._results = Fingerprints(), TopFindings(_LIMIT)
        self._parts = lru_cache(maxsize=2048)(self._split)
        self._read: list[dict[str, str]] = []
        self._severities: dict[str, Severity] = {}
        """The most severe of each rule's results: groups of a policy can override it."""

    def begin(self) -> str:
        """Return the text before the results."""
        return (
            f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"columnKind": "utf16CodeUnits",\n "results": ['
        )

    def account(self, report: AccountReport) -> str:
        """Collect a result for each failed, unknown or (suppressed) waived outcome, of rules and controls."""
        if len(self._read) < _MAX_READ and (read := read_line(report)):
            self._read.append({"account": account_id(report), "read": read})
        name = account_id(report)
        names = encode_part(_without_links(name)), encode_part(name)
        outcomes = with_controls(report, self.frame.places)
        shown = [outcome for outcome in outcomes if outcome.outcome in ("fail", "unknown", "waived")]
        for outcome, fingerprint in self._fingerprints.of(report, shown):
            known = self._severities.setdefault(outcome.rule, outcome.severity)
            if known != outcome.severity:
                self._severities[outcome.rule] = max(known, outcome.severity, key=SEVERITIES.index)
            self._results.add(rank(outcome), self._result, names, outcome, fingerprint)
        return ""

    def end(self, summary: Summary) -> str:
        """Return the results, the tool with its rules, the waivers needing attention, the counts and the verdict."""
        driver = {
            "name": "acctgate",
            "version": __version__,
            "informationUri": _HOME,
            "rules": [_rule(rule, self._severities.get(rule.id, rule.severity)) for rule in self.frame.rules],
        }
        properties: dict[str, Any] = {
            "counts": summary.counts,
            "verdict": summary.verdict,
            "accounts": summary.accounts,
        }
        if self.frame.judged_by:
            properties |= asdict(self.frame.judged_by)
        if self._read:
            properties["read"] = self._read
        invocation: dict[str, Any] = {"executionSuccessful": True}
        if summary.waivers:
            invocation["toolConfigurationNotifications"] = [self._waiver(notice) for notice in summary.waivers]
        if notes := self._notes(summary):
            invocation["toolExecutionNotifications"] = notes
        tail = f'"invocations": [{dumps(invocation)}], "properties": {dumps(properties)}'
        return f'{",".join(self._results.texts())}],\n "tool": {{"driver": {dumps(driver)}}},\n {tail}}}]}}\n'

    def _result(self, names: tuple[str, str], outcome: Outcome, fingerprint: str) -> str:
        """Return a result. The account's name is inserted into the message and the location as given."""
        message, place, prints, end = self._parts(outcome)
        both = f'"acctgate/v1": "{fingerprint}", "primaryLocationLineHash": "{fingerprint}:1"'
        return f"\n {message}{names[0]}{place}{names[1]}{prints}{both}{end}"

    def _split(self, outcome: Outcome) -> tuple[str, str, str, str]:
        """Return a result, split where the account's name goes, again the account's name, and the fingerprints.

        Cached by identity: accounts with the same values share their outcomes.
        """
        start: dict[str, Any] = {
            "ruleId": outcome.rule,
            **({"ruleIndex": index} if (index := self._index.get(outcome.rule)) is not None else {}),
            "kind": "fail",
            "level": level(outcome),
        }
        text = encode_part(_without_links(_sentence(outcome)))
        physical = dumps(_physical(self.frame.place(outcome)))
        return (
            f'{dumps(start)[:-1]}, "message": {{"text": "account ',
            f': {text}"}}, "locations": [{{"physicalLocation": {physical}, "logicalLocations": [{{"name": "',
            '", "kind": "account"}]}], "partialFingerprints": {',
            f"}}, {dumps(_end(outcome))[1:]}",
        )

    def _notes(self, summary: Summary) -> list[dict[str, Any]]:
        """Return what readers should know of the run: what is left out, old snapshots, overrides of the policy."""
        notes = [_dropped(self._results.dropped)] if self._results.dropped else []
        if summary.age_notice:
            notes.append(_note("old-snapshot", _message(clean(summary.age_notice))))
        return notes + [_note("policy-override", _message(clean(override))) for override in self.frame.overrides]

    def _waiver(self, notice: WaiverNotice) -> dict[str, Any]:
        return {
            "descriptor": {"id": f"waiver-{notice.state}"},
            "level": "warning",
            "message": _message(clean(notice.message)),
            "locations": [{"physicalLocation": _physical(self.frame.from_root(notice.place or DEFAULT_PLACE))}],
        }


def _end(outcome: Outcome) -> dict[str, Any]:
    """Return the last keys of a result."""
    properties: dict[str, Any] = {"outcome": outcome.outcome, "setting": outcome.setting, "severity": outcome.severity}
    if outcome.names is not None:
        properties["names"] = [clean(name) for name in outcome.names]
    if outcome.waiver:
        reason = f"{outcome.waiver.tracked_reason} ({outcome.waiver.owner}, until {outcome.waiver.expires})"
        return {"properties": properties, "suppressions": [_suppression(reason)]}
    if outcome.baseline:
        return {"properties": properties, "suppressions": [_suppression(f"already in {outcome.baseline.source}")]}
    return {"properties": properties}


def _sentence(outcome: Outcome) -> str:
    found = who(outcome)
    return f"{sentence(outcome)}; {found}" if found else sentence(outcome)


def _message(text: str) -> dict[str, str]:
    return {"text": _without_links(text)}


def _without_links(text: str) -> str:
    """Return text from outside in which nothing is a link: SARIF shows `[text](address)` as one."""
    return _LINK.sub(r"\\\1", text) if "](" in text else text


def _dropped(count: int) -> dict[str, Any]:
    more = plural(count, "more finding")
    text = f"Not in this report: {more}. A file can have {_LIMIT:,}. Other formats list all of them."
    return _note("too-many-results", {"text": text})


def _note(name: str, message: dict[str, str]) -> dict[str, Any]:
    return {"descriptor": {"id": name}, "level": "warning", "message": message}


def _suppression(reason: str) -> dict[str, str]:
    return {"kind": "external", "status": "accepted", "justification": clean(reason)}


def _physical(place: Place) -> dict[str, Any]:
    return {"artifactLocation": {"uri": quote(place.file, errors="replace")}, "region": {"startLine": place.line}}


def _rule(rule: Rule[Any], severity: Severity) -> dict[str, Any]:
    described = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(rule.doc.split())},
        "help": {"text": f"{rule.doc.strip()}\n\nRemediation: {rule.remediation}"},
        "helpUri": f"{_HOME}/blob/main/docs/rules.md#{rule.id}",
        "properties": {"security-severity": _SCORES[severity], "tags": ["security", "alibaba-cloud"]},
    }
    if rule.id not in BUILT_IN:
        del described["helpUri"]
    return described
