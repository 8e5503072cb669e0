"""OCSF: events that the published schema accepts, one per line, with what a SIEM needs to open and close a finding."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from jsonschema import Draft202012Validator

from acctgate.model.snapshot import Snapshot
from tests.support import policy_of
from tests.support.reports import CASES, outcomes, rendered

REQUIRED: Final = {
    "activity_id",
    "category_uid",
    "class_uid",
    "cloud",
    "compliance",
    "finding_info",
    "metadata",
    "severity_id",
    "time",
    "type_uid",
}
"""What a Compliance Finding of OCSF 1.5.0 with the profile `cloud` requires."""


def events(case: str) -> list[dict[str, Any]]:
    """Return the events of a case, as the command line writes them."""
    text = rendered("ocsf", CASES[case]()).encode(errors="replace").decode()
    assert text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


@pytest.mark.parametrize("case", CASES)
def test_each_judged_outcome_is_an_event(case: str) -> None:
    judged = [each for each in outcomes(case) if each["outcome"] != "skipped"]
    found = events(case)
    assert [(each["finding_info"]["analytic"]["uid"], each["unmapped"]["outcome"]) for each in found] == [
        (each["rule"], each["outcome"]) for each in judged
    ]
    for event in found:
        assert event.keys() >= REQUIRED
        assert (event["class_uid"], event["category_uid"], event["type_uid"]) == (2003, 2, 200301)
        assert event["metadata"]["version"] == "1.5.0" and event["metadata"]["product"]["name"] == "acctgate"
        assert event["finding_info"]["uid"] and event["resources"][0]["name"] and event["remediation"]["desc"]
    assert len({event["finding_info"]["uid"] for event in found}) == len(found)


def test_the_published_schema_accepts_every_event() -> None:
    ocsf = pytest.importorskip("ocsf_json_schema", reason="the package with the published schemas is not installed")
    schemas = ocsf.OcsfJsonSchemaEmbedded(ocsf.get_ocsf_schema("1.5.0"))
    validator = Draft202012Validator(schemas.get_class_schema("compliance_finding", ["cloud"]))
    for case in CASES:
        for event in events(case):
            validator.validate(event)
    (event, *_) = events("blocked")
    broken = ({**event, "severity_id": "high"}, {**event, "extra": 1}, {**event, "cloud": {}})
    assert not any(map(validator.is_valid, broken))


def session(hours: int, **more: Any) -> dict[str, Any]:
    """Return the event on an account with sessions of this length."""
    login = {"LoginProfilePreference": {"LoginSessionDuration": hours}}
    account = Snapshot.from_document({"version": 1, "account_id": "1", "SecurityPreference": login, **more})
    (line,) = rendered("ocsf", ([account], policy_of({"session-duration": {"max_hours": 8}}))).splitlines()
    event: dict[str, Any] = json.loads(line)
    return event


def test_a_pass_closes_what_a_violation_opened() -> None:
    failed, passed = session(24), session(6)
    assert failed["finding_info"]["uid"] == passed["finding_info"]["uid"]
    assert [(each["severity"], each["compliance"]["status"]) for each in (failed, passed)] == [
        ("Medium", "Fail"),
        ("Informational", "Pass"),
    ]
    assert failed["status"] == "New" and "status" not in passed


def test_times_are_milliseconds() -> None:
    assert session(6, taken_at="2026-11-22T10:00:00Z")["time"] == 1_795_341_600_000
    assert datetime.fromtimestamp(1_795_341_600_000 / 1000, UTC).isoformat() == "2026-11-22T10:00:00+00:00"


def test_a_waived_finding_is_suppressed_and_still_fails() -> None:
    (waived, *_) = (each for each in events("waived") if each["unmapped"]["outcome"] == "waived")
    assert (waived["status"], waived["compliance"]["status"]) == ("Suppressed", "Fail")
    assert set(waived["unmapped"]["waiver"]) == {"reason", "owner", "expires"}


def test_names_of_users_stay_out() -> None:
    assert "onaliyun.com" in rendered("json", CASES["names"]())
    assert "onaliyun.com" not in rendered("ocsf", CASES["names"]())
