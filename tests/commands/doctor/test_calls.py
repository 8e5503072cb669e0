"""What doctor reports of API calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from acctgate.commands.doctor import calls
from acctgate.commands.doctor.finding import warning
from acctgate.demo import DemoAccount, DemoServer
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import IDENTITY
from tests.support.doctor import (
    OF_PACKS,
    OPTIONAL,
    PERMISSIONS,
    examined,
    statuses,
)

# Permissions


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_denied_call_names_the_action_to_grant(server: DemoServer, permission: str) -> None:
    server.denied.add(permission.partition(":")[2])
    findings = examined(server, status=1)
    follows = {
        "sts:GetCallerIdentity": {"identity": "skipped"},
        "config:ListCompliancePacks": dict.fromkeys(OF_PACKS, "skipped"),
    }.get(permission, {})
    assert statuses(findings) == {permission: "failed", **follows}
    assert findings[permission].remedy == f"grant {permission} to the caller"


def test_a_denied_optional_call_is_a_warning(server: DemoServer) -> None:
    server.denied = {permission.partition(":")[2] for permission in OPTIONAL}
    findings = examined(server, status=0)
    assert statuses(findings) == dict.fromkeys(OPTIONAL, "warning")
    assert findings[OPTIONAL[0]] == warning(
        OPTIONAL[0],
        "denied (NoPermission); optional: only the rules that read PasswordPolicy need it",
        f"grant {OPTIONAL[0]} to the caller",
    )


@pytest.mark.parametrize(
    ("how", "code", "remedy"), [("throttled", "Throttling.User", "wait"), ("broken", "ServiceUnavailable", "later")]
)
def test_a_lasting_trouble(server: DemoServer, how: str, code: str, remedy: str) -> None:
    getattr(server, how)["GetSecurityPreference"] = 99
    findings = examined(server, status=1)
    assert statuses(findings) == {"ram:GetSecurityPreference": "failed"}
    assert code in findings["ram:GetSecurityPreference"].detail
    assert remedy in (findings["ram:GetSecurityPreference"].remedy or "")


def test_an_account_without_packs(server: DemoServer) -> None:
    server.account.pack_reports.clear()
    findings = examined(server, status=0)
    assert statuses(findings) == dict.fromkeys(OF_PACKS, "skipped")


@pytest.mark.parametrize(
    "answer", [{}, {"SecurityPreference": None}, {"SecurityPreference": "x"}, {"SecurityPreference": []}], ids=str
)
def test_an_answer_that_is_none(server: DemoServer, answer: dict[str, Any]) -> None:
    answer_with(server, "GetSecurityPreference", answer)
    findings = examined(server, status=1)
    assert statuses(findings) == {"ram:GetSecurityPreference": "failed"}
    assert "the answer has no SecurityPreference" in findings["ram:GetSecurityPreference"].detail


@pytest.mark.parametrize(
    "packs", [{}, {"CompliancePacks": None}, {"CompliancePacks": [None]}, {"CompliancePacks": [{}]}]
)
def test_packs_that_are_none(server: DemoServer, packs: dict[str, Any]) -> None:
    answer_with(server, "ListCompliancePacks", {"CompliancePacksResult": packs})
    assert statuses(examined(server)) == dict.fromkeys(OF_PACKS, "skipped")


def answer_with(server: DemoServer, operation: str, answer: dict[str, Any]) -> None:
    def instead(_: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
        return answer

    setattr(server, f"_{operation}", instead)


def test_the_root_user_is_warned_of(server: DemoServer) -> None:
    answer_with(server, "GetCallerIdentity", {"AccountId": "1", "Arn": "acs:ram::1:root", "IdentityType": "Account"})
    findings = examined(server, status=0)
    assert statuses(findings) == {"identity": "warning"}
    assert "AccessKey pair" in (findings["identity"].remedy or "")


@pytest.mark.parametrize(
    ("code", "remedy"),
    [
        ("InvalidTimeStamp.Expired", "clock"),
        ("IllegalTimestamp", "clock"),
        ("InvalidSecurityToken.Expired", "new temporary credentials"),
        ("InvalidAccessKeyId.Inactive", "AccessKey id and secret"),
        ("NoAnswer", "network"),
        ("SignatureNonceUsed", "troubleshoot"),
        ("", "troubleshoot"),
    ],
)
def test_each_code_has_a_remedy(code: str, remedy: str) -> None:
    error = CallError(IDENTITY.name, {"code": code, "message": "…"})
    assert remedy in calls.remedy_of(IDENTITY, error)
