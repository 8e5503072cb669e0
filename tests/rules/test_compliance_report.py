"""compliance-report has one outcome for each pack, and none of them hides another."""

from __future__ import annotations

from typing import Any

from tests.support import DENIED, NOW, judge, outcomes_of, policy_of

FRESH = {"ReportStatus": "COMPLETE", "ReportCreateTimestamp": int(NOW.timestamp() * 1000)}
POLICY = policy_of({"compliance-report": {"max_age_days": 7}})


def _judged(*reports: Any, **document: Any) -> list[tuple[str, str]]:
    report = judge({"version": 1, "CompliancePackReports": list(reports), **document}, POLICY)
    return [(found.outcome, found.setting) for found in outcomes_of(report, "compliance-report")]


def _pack(number: int, **values: Any) -> dict[str, Any]:
    return {"CompliancePackId": f"cp-{number}", **values}


def test_each_pack_is_judged_on_its_own_and_in_order() -> None:
    assert _judged(_pack(1, **FRESH), _pack(2, ReportStatus="NONE"), _pack(3, **FRESH), _pack(4)) == [
        ("pass", "CompliancePackReports[0].ReportStatus"),
        ("fail", "CompliancePackReports[1].ReportStatus"),
        ("pass", "CompliancePackReports[2].ReportStatus"),
        ("unknown", "CompliancePackReports[3].ReportStatus"),
    ]


def test_messages_and_values_name_the_pack() -> None:
    reports = [_pack(1, **FRESH), _pack(2, ReportStatus="CREATING")]
    first, second = outcomes_of(judge({"version": 1, "CompliancePackReports": reports}, POLICY), "compliance-report")
    assert "cp-1" in first.message and "cp-2" in second.message
    assert first.actual == reports[0] and second.actual == reports[1]


def test_an_error_of_one_pack_stays_with_it() -> None:
    assert _judged(_pack(1, **FRESH), _pack(2), errors={"CompliancePackReports.cp-2": DENIED}) == [
        ("pass", "CompliancePackReports[0].ReportStatus"),
        ("unknown", "CompliancePackReports[1].ReportStatus"),
    ]


def test_an_error_of_a_pack_without_a_report_is_unknown_too() -> None:
    errors = {"CompliancePackReports.cp-2": DENIED, "ConfigRuleCompliances.cp-3": DENIED}
    assert [found for found, _ in _judged(_pack(1, **FRESH), errors=errors)] == ["pass", "unknown"]
    assert [found for found, _ in _judged(errors=errors)] == ["unknown"], "not skipped"


def test_an_error_of_the_section_beside_reports_is_unknown_too() -> None:
    outcomes = [found for found, _ in _judged(_pack(1, **FRESH), errors={"CompliancePackReports": DENIED})]
    assert outcomes == ["unknown"], "an error beside the section contradicts it"


def test_an_error_of_the_section_beside_no_reports_is_not_skipped() -> None:
    outcomes = [found for found, _ in _judged(errors={"CompliancePackReports": DENIED})]
    assert outcomes == ["unknown"]


def test_an_unusable_report_does_not_touch_its_neighbours() -> None:
    assert [found for found, _ in _judged("text", _pack(2, **FRESH), None, [1])] == [
        "unknown",
        "pass",
        "unknown",
        "unknown",
    ]


def test_signed_urls_do_not_reach_the_report() -> None:
    url = {"ReportUrl": "https://oss.example/report.xls?Signature=abc"}
    (outcome,) = outcomes_of(
        judge({"version": 1, "CompliancePackReports": [_pack(1, **FRESH, **url)]}, POLICY), "compliance-report"
    )
    assert outcome.actual == _pack(1, **FRESH)
