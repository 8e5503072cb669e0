"""Snapshots: what names an account, and what contradicts itself."""

from __future__ import annotations

from typing import Any

import pytest

from acctgate.model.sections import OPERATIONS
from acctgate.model.snapshot import Snapshot, SnapshotError, Unknown

ERROR = {"code": "NoPermission", "message": "No."}
PACK = {"CompliancePackId": "cp-1", "ReportStatus": "COMPLETE", "AccountId": 2}


@pytest.mark.parametrize("account", ["", " ", "0", "000", "1234****3456", "120886317861****", "****"])
def test_a_blank_a_zero_and_a_masked_id_name_no_account(account: str) -> None:
    assert Snapshot.from_document({"version": 1, "account_id": account}).account_id is None


def test_an_error_beside_the_account_makes_it_unknown() -> None:
    document = {"version": 1, "account_id": "1", "errors": {"account_id": ERROR}}
    assert Snapshot.from_document(document).account_id is None


@pytest.mark.parametrize("section", OPERATIONS)
def test_an_error_beside_a_section_makes_it_unknown(section: str) -> None:
    value: Any = [] if section == "CompliancePackReports" else {}
    found = Snapshot.from_document({"version": 1, section: value, "errors": {section: ERROR}}).read((section,))
    assert isinstance(found, Unknown)
    assert found.reason.startswith(f"{section} contradicts its error: {OPERATIONS[section]} failed with NoPermission")


@pytest.mark.parametrize(
    ("account", "report", "errors", "reason"),
    [
        ("1", PACK, {}, 'the report of "cp-1" names account 2, not 1'),
        ("2", PACK, {"CompliancePackReports.cp-1": ERROR}, 'the report of "cp-1" contradicts its error'),
        ("2", PACK, {"CompliancePackReports.cp-2": ERROR}, None),
        ("2", PACK, {}, None),
        ("2", {**PACK, "AccountId": 0}, {}, None),
        ("2", {**PACK, "AccountId": "2***1"}, {}, None),
        ("1", {**PACK, "AccountId": "2"}, {}, "names account 2, not 1"),
        (None, PACK, {}, None),
        ("1***2", PACK, {}, None),
    ],
)
def test_a_pack_report_that_contradicts_the_rest_is_unknown(
    account: str | None, report: dict[str, Any], errors: dict[str, Any], reason: str | None
) -> None:
    document = {"version": 1, "account_id": account, "CompliancePackReports": [report], "errors": errors}
    found = Snapshot.from_document(document).read(("CompliancePackReports", 0, "ReportStatus"))
    assert (found == "COMPLETE") if reason is None else (isinstance(found, Unknown) and reason in found.reason)


def test_a_member_has_what_is_known_of_its_organization() -> None:
    member = {"folder": "/prod/payments", "tags": {}, "labels": {"team": "x"}}
    found = Snapshot.from_document({"version": 1, "member": {**member, "NewKey": 1}}).member
    assert found is not None and found.document == member
    assert found.tags == {} and found.status is None, "no tags is not the same as not known"
    assert Snapshot.from_document({"version": 1}).member is None


@pytest.mark.parametrize("member", ["/prod", {"folder": 1}, {"tags": {"env": 1}}])
def test_a_member_of_the_wrong_shape_is_an_error(member: Any) -> None:
    with pytest.raises(SnapshotError, match="member"):
        Snapshot.from_document({"version": 1, "member": member})
