"""The demo account answers like the real service: signatures, errors, XML, SetSecurityPreference."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from acctgate.demo import DemoServer
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.demo.signature import Request, SignatureError, verify
from acctgate.sources.responses import read_responses
from acctgate.sources.signature import ALGORITHM, string_to_sign
from tests.support import NOW, run

SECRETS = {ACCESS_KEY_ID: ACCESS_KEY_SECRET}


def _signed(
    action: str = "GetSecurityPreference",
    version: str = "2019-08-15",
    query: str = "",
    body: bytes = b"",
    now: datetime = NOW,
    leave_out: str = "",
) -> Request:
    headers = {
        "host": "127.0.0.1",
        "x-acs-action": action,
        "x-acs-version": version,
        "x-acs-content-sha256": hashlib.sha256(body).hexdigest(),
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    names = sorted(headers.keys() - {leave_out})
    request = Request("POST", "/", query, headers, body)
    text = string_to_sign("POST", "/", parse_qsl(query, keep_blank_values=True), headers, names)
    signature = hmac.new(ACCESS_KEY_SECRET.encode(), text.encode(), "sha256").hexdigest()
    credential = f"{ALGORITHM} Credential={ACCESS_KEY_ID},SignedHeaders={';'.join(names)},Signature={signature}"
    return replace(request, headers={**headers, "authorization": credential})


def _with(request: Request, **headers: str) -> Request:
    return replace(request, headers={**request.headers, **{k.replace("_", "-"): v for k, v in headers.items()}})


def _code(request: Request, now: datetime = NOW) -> str:
    """Return the error code of a refused request, or an empty string."""
    try:
        assert verify(request, SECRETS, now) == ACCESS_KEY_ID
    except SignatureError as error:
        return error.code
    return ""


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        yield running


def _call(server: DemoServer, action: str, query: str = "", version: str = "2019-08-15") -> tuple[int, str]:
    request = _signed(action, version, query, now=datetime.now(UTC))
    connection = http.client.HTTPConnection(server.endpoint, timeout=30)
    try:
        connection.request("POST", f"/?{query}", headers=dict(request.headers))
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


# Signatures


@pytest.mark.parametrize("query", ["", "b=2&a=1", "a=%2F+%20~*&b="])
def test_a_signature_holds(query: str) -> None:
    assert _code(_signed(query=query, body=b"x=1")) == ""


@pytest.mark.parametrize(
    ("tampered", "code"),
    [
        (replace(_signed(body=b"a=1"), body=b"a=2"), "InvalidContentSha256"),
        (replace(_signed(query="a=1"), query="a=2"), "SignatureDoesNotMatch"),
        (replace(_signed(), query="a=1"), "SignatureDoesNotMatch"),
        (replace(_signed(), method="GET"), "SignatureDoesNotMatch"),
        (replace(_signed(), path="/x"), "SignatureDoesNotMatch"),
        (_with(_signed(), x_acs_action="GetCallerIdentity"), "SignatureDoesNotMatch"),
        (_with(_signed(), x_acs_version="2015-04-01"), "SignatureDoesNotMatch"),
        (_with(_signed(), host="127.0.0.2"), "SignatureDoesNotMatch"),
        (_with(_signed(), x_acs_date="2026-11-22T12:00:01Z"), "SignatureDoesNotMatch"),
        (_with(_signed(), x_acs_date="yesterday"), "InvalidTimeStamp.Format"),
        (_with(_signed(), authorization=""), "MissingAccessKeyId"),
        (_with(_signed(), authorization=f"Basic {ACCESS_KEY_ID}"), "MissingAccessKeyId"),
        (
            _with(_signed(), authorization=_signed().headers["authorization"].replace(ACCESS_KEY_ID, "other")),
            "InvalidAccessKeyId.NotFound",
        ),
        (
            _with(_signed(), authorization=re.sub(r"Signature=.*", "Signature=00", _signed().headers["authorization"])),
            "SignatureDoesNotMatch",
        ),
    ],
)
def test_a_tampered_request_is_refused(tampered: Request, code: str) -> None:
    assert _code(tampered) == code


@pytest.mark.parametrize("header", ["host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-content-sha256"])
def test_what_must_be_signed(header: str) -> None:
    assert _code(_signed(leave_out=header)) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("minutes", "code"), [(-16, "InvalidTimeStamp.Expired"), (-15, ""), (15, ""), (16, "InvalidTimeStamp.Expired")]
)
def test_the_age_of_a_signature(minutes: int, code: str) -> None:
    assert _code(_signed(now=NOW + timedelta(minutes=minutes))) == code


def test_another_secret_does_not_fit() -> None:
    with pytest.raises(SignatureError, match="does not match"):
        verify(_signed(), {ACCESS_KEY_ID: "other"}, NOW)


def test_a_refusal_over_the_wire(server: DemoServer) -> None:
    old = _signed(now=NOW - timedelta(days=4000))
    status, answer = server.answer(old, NOW)
    assert (status, answer["Code"]) == (400, "InvalidTimeStamp.Expired")
    assert "SecurityPreference" not in answer


def test_an_unknown_action_is_404(server: DemoServer) -> None:
    for action, version in (("DeleteEverything", "2019-08-15"), ("GetSecurityPreference", "2015-04-01")):
        status, text = _call(server, action, version=version)
        assert (status, json.loads(text)["Code"]) == (404, "InvalidAction.NotFound")


def test_the_older_api_has_the_password_policy_too(server: DemoServer) -> None:
    """The real provider calls it for alicloud_ram_account_password_policy."""
    parameters = "HardExpiry=true&MaxPasswordAge=30&Version=2015-05-01"
    status, text = _call(server, "SetPasswordPolicy", parameters, "2015-05-01")
    assert (status, json.loads(text)["PasswordPolicy"]["HardExpiry"]) == (200, True)
    assert (server.account.password_policy["HardExpire"], server.account.password_policy["MaxPasswordAge"]) == (
        True,
        30,
    )


# Answers


@pytest.mark.parametrize(
    ("action", "version", "query"),
    [
        ("GetSecurityPreference", "2019-08-15", ""),
        ("GetAccountSecurityPracticeReport", "2019-08-15", ""),
        ("GetCompliancePackReport", "2020-09-07", "CompliancePackId=cp-fdc8626622af00f9%2A%2A%2A%2A"),
        ("GetPasswordPolicy", "2019-08-15", ""),
        ("GetUserSsoSettings", "2019-08-15", ""),
        ("GetAccessKeyPolicyForAccount", "2019-08-15", ""),
    ],
)
def test_json_and_xml_answers_agree(tmp_path: Path, server: DemoServer, action: str, version: str, query: str) -> None:
    documents = []
    for kind in ("JSON", "XML"):
        status, text = _call(server, action, f"{query}&Format={kind}".strip("&"), version)
        assert status == 200 and text.startswith("<" if kind == "XML" else "{")
        (tmp_path / kind).write_text(text, encoding="utf-8")
        documents.append(json.dumps(read_responses([str(tmp_path / kind)]).document, sort_keys=True))
    assert documents[0] == documents[1]


def test_xml_escapes_what_it_must(tmp_path: Path, server: DemoServer) -> None:
    server.account.preference["LoginProfilePreference"]["LoginNetworkMasks"] = "<a> & ]]> \"'"
    (file := tmp_path / "a.xml").write_text(_call(server, "GetSecurityPreference", "Format=XML")[1], encoding="utf-8")
    login = read_responses([str(file)]).document["SecurityPreference"]["LoginProfilePreference"]
    assert login["LoginNetworkMasks"] == "<a> & ]]> \"'"


@pytest.mark.parametrize("kind", ["JSON", "XML"])
def test_a_denial_names_its_call(tmp_path: Path, server: DemoServer, kind: str) -> None:
    server.denied.add("GetSecurityPreference")
    status, text = _call(server, "GetSecurityPreference", f"Format={kind}")
    (tmp_path / "e").write_text(text, encoding="utf-8")
    assert status == 403
    assert read_responses([str(tmp_path / "e")]).errors["SecurityPreference"]["code"] == "NoPermission"


def test_set_security_preference_clears_what_is_left_out(server: DemoServer) -> None:
    """Masks and the session's length; the rest stays as it is."""
    before = server.account.preference["LoginProfilePreference"]["MFAOperationForLogin"]
    status, _ = _call(server, "SetSecurityPreference", "AllowUserToManageMFADevices=true")
    login = server.account.preference["LoginProfilePreference"]
    assert (status, login["LoginNetworkMasks"], login["LoginSessionDuration"]) == (200, "", 6)
    assert login["MFAOperationForLogin"] == before
    assert server.account.preference["MFAPreference"]["AllowUserToManageMFADevices"] is True


def test_a_new_report_is_complete_and_fresh(server: DemoServer) -> None:
    server.account.pack_reports[0] |= {"ReportStatus": "NONE", "ReportCreateTimestamp": 0}
    query = "CompliancePackId=cp-fdc8626622af00f9%2A%2A%2A%2A"
    assert _call(server, "GenerateCompliancePackReport", query, "2020-09-07")[0] == 200
    report: dict[str, Any] = server.account.pack_reports[0]
    assert report["ReportStatus"] == "COMPLETE" and report["ReportCreateTimestamp"] > 1_700_000_000_000


def test_an_unknown_pack_is_400(server: DemoServer) -> None:
    status, text = _call(server, "GetCompliancePackReport", "CompliancePackId=cp-x", "2020-09-07")
    assert (status, json.loads(text)["Code"]) == (400, "Invalid.CompliancePackId.Value")


# The command


def test_the_command_serves_until_a_signal_arrives() -> None:
    command = [sys.executable, "-m", "acctgate", "demo-account", "--compliant", "--deny", "ListCompliancePacks"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            head = process.stdout.readline()
            exports = dict(process.stdout.readline().strip().removeprefix("export ").split("=", 1) for _ in range(4))
            assert head.startswith("# demo account 1234567890123456 on 127.0.0.1:")
            done = run("snapshot", environment=exports)
            assert done.returncode == 3 and set(json.loads(done.stdout)["errors"]) == {
                "CompliancePackReports",
                "ConfigRuleCompliances",
            }
            assert json.loads(done.stdout)["AccountSecurityPracticeInfo"]["Score"] == 95
        finally:
            process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0


def test_a_port_that_is_taken_is_2(server: DemoServer) -> None:
    done = run("demo-account", "--port", server.endpoint.rpartition(":")[2])
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr and "address already in use" in done.stderr
