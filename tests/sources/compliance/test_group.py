"""An account group says which accounts comply with its packs; of others, nothing is known."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.model.config_rule_compliance import SECTION
from acctgate.sources.call_error import CallError
from acctgate.sources.compliance.group import read_group_compliance
from acctgate.sources.operations import AGGREGATE_PACKS, Operation

ONE, TWO = "1100000000000000", "1100000077777773"
Results = dict[str, list[tuple[Any, Any]]]


def _service(results: Results, **more: Any) -> Any:
    def call(operation: Operation, query: dict[str, str], /) -> Any:
        assert query["AggregatorId"] == "ca-1"
        if operation == AGGREGATE_PACKS:
            packs = [{"CompliancePackId": pack} for pack in results]
            return {"CompliancePacksResult": {"CompliancePacks": packs, "TotalCount": len(packs), "PageNumber": 1}}
        listed = [
            {"AccountId": account, "ComplianceType": kind} for account, kind in results[query["CompliancePackId"]]
        ]
        return {"AccountComplianceResult": {"AccountCompliances": listed, **more}}

    return call


def test_only_what_is_surely_compliant_needs_no_call() -> None:
    results: Results = {
        "a": [(int(ONE), "COMPLIANT"), (TWO, "NON_COMPLIANT")],
        "b": [(TWO, "COMPLIANT"), (TWO, "NON_COMPLIANT"), (ONE, "INSUFFICIENT_DATA")],
        "c": [(TWO, "COMPLIANT"), (ONE, None)],
    }
    group = read_group_compliance(_service(results), "ca-1")
    assert group.packs == {ONE: {"a"}, TWO: {"c"}}
    found = group.rules_of(ONE, "a")
    assert found is not None and (found["CompliancePackId"], found["AggregatorId"], found[SECTION]) == ("a", "ca-1", [])
    assert group.rules_of(ONE, "b") is group.rules_of("3", "a") is None


@pytest.mark.parametrize(
    ("results", "more", "message"),
    [
        ([("x", "COMPLIANT")], {}, "names no account"),
        ([(None, "COMPLIANT")], {}, "names no account"),
        ([], {"CompliancePackId": "cp-2"}, "a was requested, but the answer names"),
        ([], {"AccountCompliances": {}}, "AccountCompliances"),
    ],
)
def test_an_answer_that_cannot_be_used_is_an_error(results: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        read_group_compliance(_service({"a": results}, **more), "ca-1")
