"""Parts of a snapshot that contradict another part of it: none of them is believed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from acctgate.language import Words, fill
from acctgate.model.account_id import account_id_in, names_an_account
from acctgate.model.api_error import ApiError, explain
from acctgate.model.sections import OPERATIONS
from acctgate.text import show

_CONTRADICTS: Final = Words("{} contradicts its error: {}", "{} 与其错误矛盾：{}")
_CONTAINS: Final = Words("{} contains an error: {}", "{} 包含错误：{}")
_REPORT_CONTRADICTS: Final = Words("the report of {} contradicts its error: {}", "{} 的报告与其错误矛盾：{}")
_OTHER_ACCOUNT: Final = Words("the report of {} names account {}, not {}", "{} 的报告属于账号 {}，而不是 {}")


def find_contradictions(document: Mapping[str, Any]) -> dict[tuple[str | int, ...], str]:
    """Return the parts of a snapshot that contradict another part, each with the reason why it is unknown."""
    errors, found = document.get("errors") or {}, dict[tuple[str | int, ...], str]()
    for section, operation in OPERATIONS.items():
        if section not in document:
            continue
        if section in errors:
            found[(section,)] = fill(_CONTRADICTS, section, explain(errors[section], operation))
        elif error := _error_inside(document[section]):
            found[(section,)] = fill(_CONTAINS, section, explain(error, operation))
    reports = document.get("CompliancePackReports")
    for index, report in enumerate(reports if isinstance(reports, list) else ()):
        if isinstance(report, dict) and (reason := _report_contradiction(report, document, errors)):
            found[("CompliancePackReports", index)] = reason
    return found


def _error_inside(section: Any) -> ApiError | None:
    """Return the error of the API that a section has among its values, None if there is none."""
    if not isinstance(section, dict) or section.get("Code") is None or "Message" not in section:
        return None
    return {"code": str(section["Code"]), "message": str(section["Message"])}


def _report_contradiction(report: dict[str, Any], document: Mapping[str, Any], errors: Mapping[str, Any]) -> str | None:
    """Return how a pack's report contradicts the snapshot: it has an error as well, or names another account."""
    pack, account = report.get("CompliancePackId"), document.get("account_id")
    error = errors.get(f"CompliancePackReports.{pack}")
    if error and "ReportStatus" in report:
        return fill(_REPORT_CONTRADICTS, show(pack), explain(error, "GetCompliancePackReport"))
    return wrong_account(report, account) if account else None


def wrong_account(report: Mapping[str, Any], account: str) -> str | None:
    """Return how a pack's report names another account, None if it does not. 0 and a masked ID name no account."""
    other = account_id_in(report.get("AccountId"))
    if other in (None, account) or not names_an_account(account):
        return None
    return fill(_OTHER_ACCOUNT, show(report.get("CompliancePackId")), str(other), account)
