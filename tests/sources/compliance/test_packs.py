"""Compliance packs and their reports, against recorded answers."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.packs import CompliancePacks, PackReport
from tests.support.compliance import Api, error, report


def page(*ids: str, total: Any) -> dict[str, Any]:
    """Return an answer of ListCompliancePacks."""
    packs = [{"CompliancePackId": pack, "CompliancePackName": f"name of {pack}", "Status": "ACTIVE"} for pack in ids]
    return {"CompliancePacksResult": {"CompliancePacks": packs, "TotalCount": total}}


def test_all_pages_are_listed() -> None:
    api = Api(page("cp-1", "cp-2", total=3), page("cp-3", total=3))
    assert [pack.id for pack in CompliancePacks(api).list_packs()] == ["cp-1", "cp-2", "cp-3"]
    assert [query["PageNumber"] for _, query in api.calls] == ["1", "2"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ([page("cp-1", total=None)], "no TotalCount"),
        ([page("cp-1", total=True)], "no TotalCount"),
        ([page("cp-1", total=-1)], "but TotalCount is -1"),
        ([page("cp-1", total=2), page("cp-1", total=2)], "repeats"),
        ([page("cp-1", total=2), page(total=2)], "1 of 2 compliance packs"),
        ([{}], "no CompliancePacksResult"),
        ([[]], "no CompliancePacksResult"),
        ([{"CompliancePacksResult": {"TotalCount": 1}}], "no CompliancePacks$"),
        ([{"CompliancePacksResult": {"TotalCount": 1, "CompliancePacks": [{}]}}], "no CompliancePackId"),
    ],
)
def test_an_incomplete_list_is_an_error(answers: list[Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        CompliancePacks(Api(*answers)).list_packs()


def test_an_account_group_has_calls_of_its_own() -> None:
    api = Api(page("cp-1", total=1), report(), {"CompliancePackId": "cp-1"})
    packs = CompliancePacks(api, "ca-1")
    packs.list_packs()
    packs.report("cp-1")
    packs.generate("cp-1")
    assert [name for name, _ in api.calls] == [
        "ListAggregateCompliancePacks",
        "GetAggregateCompliancePackReport",
        "GenerateAggregateCompliancePackReport",
    ]
    assert all(query["AggregatorId"] == "ca-1" for _, query in api.calls)


def test_the_state_of_a_report() -> None:
    url = "https://b.oss-cn-shanghai.aliyuncs.com/x.xls?Signature=SECRET"
    found = CompliancePacks(Api(report(ReportCreateTimestamp=1624329965857, ReportUrl=url))).report("cp-1")
    assert found == PackReport("cp-1", "COMPLETE", 1624329965857, None, url)
    assert "SECRET" not in repr(found)


@pytest.mark.parametrize(
    "answer", [{}, [], {"CompliancePackReport": {}}, {"CompliancePackReport": {"ReportStatus": 1}}]
)
def test_an_answer_without_a_status_is_an_error(answer: Any) -> None:
    with pytest.raises(CallError, match="no CompliancePackReport"):
        CompliancePacks(Api(answer)).report("cp-1")


def test_a_report_of_another_pack_is_an_error() -> None:
    with pytest.raises(CallError, match="about pack cp-2"):
        CompliancePacks(Api(report(CompliancePackId="cp-2"))).report("cp-1")


def test_each_generation_has_a_token() -> None:
    api = Api(*[{"CompliancePackId": "cp-1"}] * 2)
    packs = CompliancePacks(api)
    packs.generate("cp-1")
    packs.generate("cp-1")
    tokens = [query["ClientToken"] for _, query in api.calls]
    assert len(set(tokens)) == 2
    assert all(token.isascii() and len(token) <= 64 for token in tokens)


def test_a_generation_of_another_pack_is_an_error() -> None:
    with pytest.raises(CallError, match="the answer is about pack cp-2"):
        CompliancePacks(Api({"CompliancePackId": "cp-2"})).generate("cp-1")


def test_a_report_that_is_being_generated_is_no_error() -> None:
    CompliancePacks(Api(error("CompliancePackReportCreating"))).generate("cp-1")
    with pytest.raises(CallError, match="AccountNotExisted"):
        CompliancePacks(Api(error("AccountNotExisted"))).generate("cp-1")
