"""The demo account's compliance reports: generated on request, ready after a while, served as a sheet."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from io import BytesIO
from typing import Any, Final
from xml.sax.saxutils import escape

from acctgate.demo.signature import SignatureError

PACK_NAME: Final = "RAM best practice"
"""The name of each compliance pack."""
PATH: Final = "/compliance-reports/"
"""Where the server serves the sheets."""
_SIGNATURE: Final = "Expires=4102444800&OSSAccessKeyId=acctgate-demo&Signature=ZGVtbw%3D%3D"
_ROWS: Final = (
    ("Rule", "Rule ID", "Risk level", "Resource ID", "Resource type", "Result"),
    ("ram-user-mfa-check", "cr-demo-1", "High", "alice", "ACS::RAM::User", "NON_COMPLIANT"),
    ("root-ak-check", "cr-demo-2", "High", "1234567890123456", "ACS::::Account", "NON_COMPLIANT"),
    ("ram-password-policy-check", "cr-demo-3", "Medium", "1234567890123456", "ACS::::Account", "COMPLIANT"),
)


class ReportStore:
    """Generates reports as Cloud Config does: on request, CREATING for some time, then COMPLETE."""

    def __init__(self) -> None:
        self.endpoint = ""
        """HOST:PORT of the server that serves the sheets."""
        self.creating_reads = 2
        """How many reads of a requested report return CREATING."""
        self._remaining = Counter[tuple[str, str]]()
        self._tokens: set[str] = set()

    def generate(self, account: str, report: dict[str, Any], token: str, now: datetime) -> None:
        """Start to generate a report of an account. The same client token starts only one.

        Args:
            account: The account. Those of an organization have the same packs.
            report: Its report, which is replaced.
            token: The client token.
            now: The time that the report gets.

        Raises:
            SignatureError: The report is being generated already.
        """
        key = account, report["CompliancePackId"]
        if token and token in self._tokens:
            return
        if self._remaining[key]:
            raise SignatureError(
                400, "CompliancePackReportCreating", "The compliance package report is being generated."
            )
        self._tokens.add(token)
        self._remaining[key] = self.creating_reads
        report |= {"ReportStatus": "COMPLETE", "ReportCreateTimestamp": int(now.timestamp() * 1000)}

    def read(self, account: str, report: dict[str, Any]) -> dict[str, Any]:
        """Return a report in its current state. A report that was generated here has a signed URL on this server."""
        pack = report["CompliancePackId"]
        key = account, pack
        if self._remaining[key]:
            self._remaining[key] -= 1
            return {"CompliancePackId": pack, "AccountId": report["AccountId"], "ReportStatus": "CREATING"}
        if key in self._remaining:
            return {**report, "ReportUrl": f"http://{self.endpoint}{PATH}{pack.strip('*')}.xlsx?{_SIGNATURE}"}
        return report


def rule_results(report: dict[str, Any], rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the results of a pack's rules, without their risk levels."""
    counts = Counter(rule["ComplianceType"] for rule in rules)
    listed = [{key: value for key, value in rule.items() if key != "RiskLevel"} for rule in rules]
    return {
        "CompliancePackId": report["CompliancePackId"],
        "TotalCount": len(rules),
        "CompliantCount": counts["COMPLIANT"],
        "NonCompliantCount": counts["NON_COMPLIANT"],
        "IgnoredCount": counts["IGNORED"],
        "InsufficientDataCount": counts["INSUFFICIENT_DATA"],
        "NotApplicableCount": counts["NOT_APPLICABLE"],
        "ConfigRuleCompliances": listed,
    }


def pack_details(report: dict[str, Any], rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return a pack with its rules and their risk levels."""
    return {
        "CompliancePackId": report["CompliancePackId"],
        "CompliancePackName": PACK_NAME,
        "AccountId": report["AccountId"],
        "Status": "ACTIVE",
        "RiskLevel": 1,
        "ConfigRules": [{key: value for key, value in rule.items() if key != "ComplianceType"} for rule in rules],
    }


def sheet(path: str, query: str) -> bytes | None:
    """Return the sheet that a URL names, None if its signature is wrong."""
    return workbook(_ROWS) if path.startswith(PATH) and query == _SIGNATURE else None


def workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """Return an .xlsx file with one sheet of text."""
    cells = ("".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in row) for row in rows)
    data = "".join(f"<row>{row}</row>" for row in cells)
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        '<sheet name="Compliance report" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{relations}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{data}</sheetData></worksheet>',
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>{text}')
    return file.getvalue()
