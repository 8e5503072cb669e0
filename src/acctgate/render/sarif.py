"""SARIF 2.1.0, for code scanning. Every rule is listed; findings are results of kind fail with a level."""

from __future__ import annotations

from typing import Any, Final

from acctgate import __version__
from acctgate.render.findings import DEFAULT_PLACE, account_name, fingerprint, level, printable, sentence
from acctgate.render.json import dumps
from acctgate.render.kept import ACCOUNT, FINGERPRINT, kept
from acctgate.report import AccountReport, Outcome, Places, Summary
from acctgate.rules import RULES

_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_HOME: Final = "https://github.com/acctgate/acctgate"
_SCORES: Final = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "3.0"}
_INDEX: Final = {rule.id: index for index, rule in enumerate(RULES)}


class SarifRenderer:
    """`--format sarif`"""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._kept = kept(self._result)
        self._separator = "\n "

    def begin(self) -> str:
        """The tool and its rules."""
        driver = {"name": "acctgate", "version": __version__, "informationUri": _HOME, "rules": _rules()}
        head = f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{"tool": {{"driver": {dumps(driver)}}}'
        return f'{head},\n "columnKind": "utf16CodeUnits", "results": ['

    def account(self, report: AccountReport) -> str:
        """A result for each violation, for what is not provable, and, suppressed, for what is waived."""
        told = [o for o in report.outcomes if o.outcome in ("fail", "unknown", "waived")]
        if not told:
            return ""
        results = [self._kept(o).replace(FINGERPRINT, fingerprint(report, o)) for o in told]
        before, self._separator = self._separator, ",\n "
        return before + ",\n ".join(results).replace(ACCOUNT, dumps(account_name(report))[1:-1])

    def end(self, summary: Summary) -> str:
        """The counts."""
        properties = {"counts": summary.counts, "verdict": summary.verdict, "accounts": summary.accounts}
        return f'],\n "properties": {dumps(properties)}}}]}}\n'

    def _result(self, outcome: Outcome) -> str:
        place = self._places.get(outcome.rule, DEFAULT_PLACE)
        physical = {"artifactLocation": {"uri": place.file}, "region": {"startLine": place.line}}
        logical = {"name": ACCOUNT, "kind": "account"}
        result: dict[str, Any] = {
            "ruleId": outcome.rule,
            "ruleIndex": _INDEX[outcome.rule],
            "kind": "fail",
            "level": level(outcome),
            "message": {"text": sentence(outcome)},
            "locations": [{"physicalLocation": physical, "logicalLocations": [logical]}],
            "partialFingerprints": {"acctgate/v1": FINGERPRINT},
            "properties": {"outcome": outcome.outcome, "setting": outcome.setting, "severity": outcome.severity},
        }
        if outcome.waiver:
            why = f"{outcome.waiver.reason} ({outcome.waiver.owner}, until {outcome.waiver.expires})"
            result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": printable(why)}]
        return dumps(result)


def _rules() -> list[dict[str, Any]]:
    return [
        {
            "id": rule.id,
            "name": "".join(word.capitalize() for word in rule.id.split("-")),
            "shortDescription": {"text": rule.title},
            "fullDescription": {"text": " ".join(rule.doc.split())},
            "help": {"text": f"{rule.doc.strip()}\n\nWhat to do: {rule.remediation}"},
            "helpUri": f"{_HOME}/blob/main/docs/rules.md#{rule.id}",
            "properties": {"security-severity": _SCORES[rule.severity], "tags": ["security", "alibaba-cloud"]},
        }
        for rule in RULES
    ]
