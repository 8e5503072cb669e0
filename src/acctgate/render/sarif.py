"""SARIF 2.1.0, for code scanning. Every rule is listed; findings are results of kind fail with a level."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from acctgate.model.outcome import Outcome, Place
from acctgate.model.report import AccountReport, Summary
from acctgate.model.waiver import WaiverNotice
from acctgate.render.base import DEFAULT_PLACE, Frame
from acctgate.render.findings import account_hash, account_name, fingerprint, level, printable, sentence
from acctgate.render.json import dumps
from acctgate.render.kept import ACCOUNT, ACCOUNT_HASH, kept
from acctgate.rules import RULES
from acctgate.rules.base import Rule
from acctgate.version import __version__

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME: Final = "https://github.com/acctgate/acctgate"
_DOCUMENTED: Final = frozenset(rule.id for rule in RULES)
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}


class SarifRenderer:
    """`--format sarif`"""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._index = {rule.id: index for index, rule in enumerate(frame.rules)}
        self._kept = kept(self._result)
        self._separator = "\n "

    def begin(self) -> str:
        """The tool and its rules."""
        driver = {
            "name": "acctgate",
            "version": __version__,
            "informationUri": _HOME,
            "rules": [_rule(rule) for rule in self._frame.rules],
        }
        head = f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"tool": {{"driver": {dumps(driver)}}}'
        return f'{head},\n "columnKind": "utf16CodeUnits", "results": ['

    def account(self, report: AccountReport) -> str:
        """A result for each violation, for what is not provable, and, suppressed, for what is waived."""
        told = [outcome for outcome in report.outcomes if outcome.outcome in ("fail", "unknown", "waived")]
        results = ",\n ".join(map(self._kept, told))
        if not results:
            return ""
        before, self._separator = self._separator, ",\n "
        named = results.replace(ACCOUNT, dumps(account_name(report))[1:-1])
        return before + named.replace(ACCOUNT_HASH, account_hash(report))

    def end(self, summary: Summary) -> str:
        """The counts."""
        properties = {"counts": summary.counts, "verdict": summary.verdict, "accounts": summary.accounts}
        invocation: dict[str, Any] = {"executionSuccessful": True}
        if summary.waivers:
            invocation["toolConfigurationNotifications"] = [_notification(notice) for notice in summary.waivers]
        return f'],\n "invocations": [{dumps(invocation)}], "properties": {dumps(properties)}}}]}}\n'

    def _result(self, outcome: Outcome) -> str:
        physical = _physical(self._frame.place(outcome))
        logical = {"name": ACCOUNT, "kind": "account"}
        result: dict[str, Any] = {
            "ruleId": outcome.rule,
            "ruleIndex": self._index[outcome.rule],
            "kind": "fail",
            "level": level(outcome),
            "message": {"text": sentence(outcome)},
            "locations": [{"physicalLocation": physical, "logicalLocations": [logical]}],
            "partialFingerprints": {"acctgate/v1": fingerprint(outcome)},
            "properties": {"outcome": outcome.outcome, "setting": outcome.setting, "severity": outcome.severity},
        }
        if outcome.waiver:
            why = f"{outcome.waiver.reason} ({outcome.waiver.owner}, until {outcome.waiver.expires})"
            result["suppressions"] = [_suppression(why)]
        elif outcome.baseline:
            result["suppressions"] = [_suppression(f"already in {outcome.baseline.source}")]
        return dumps(result)


def _suppression(why: str) -> dict[str, str]:
    return {"kind": "external", "status": "accepted", "justification": printable(why)}


def _physical(place: Place) -> dict[str, Any]:
    return {"artifactLocation": {"uri": quote(place.file)}, "region": {"startLine": place.line}}


def _notification(notice: WaiverNotice) -> dict[str, Any]:
    return {
        "descriptor": {"id": f"waiver-{notice.state}"},
        "level": "warning",
        "message": {"text": printable(notice.message)},
        "locations": [{"physicalLocation": _physical(notice.place or DEFAULT_PLACE)}],
    }


def _rule(rule: Rule[Any]) -> dict[str, Any]:
    described = {
        "id": rule.id,
        "name": "".join(word.capitalize() for word in rule.id.split("-")),
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": " ".join(rule.doc.split())},
        "help": {"text": f"{rule.doc.strip()}\n\nWhat to do: {rule.remediation}"},
        "helpUri": f"{_HOME}/blob/main/docs/rules.md#{rule.id}",
        "properties": {"security-severity": _SCORES[rule.severity], "tags": ["security", "alibaba-cloud"]},
    }
    if rule.id not in _DOCUMENTED:
        del described["helpUri"]
    return described
