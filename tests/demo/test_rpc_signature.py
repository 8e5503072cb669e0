"""The older RPC signature (V1): as the SDK makes it, tampered, and on a running demo account."""

from __future__ import annotations

import http.client
import json
import ssl
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from acctgate.demo import DemoAccount, DemoServer
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.demo.rpc_signature import rpc_string_to_sign, sign_rpc, verify_rpc
from acctgate.demo.signature import Request, SignatureError
from tests.support import NOW

SECRETS = {ACCESS_KEY_ID: ACCESS_KEY_SECRET}
OTHER = "1600000000000002"


def parameters(action: str, version: str, now: datetime, **more: str) -> dict[str, str]:
    """Return what the SDK puts into an RPC request, without the signature."""
    return {
        "Action": action,
        "Version": version,
        "Format": "JSON",
        "AccessKeyId": ACCESS_KEY_ID,
        "SignatureType": "",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureVersion": "1.0",
        "SignatureNonce": "n",
        "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        **more,
    }


def signed(query: dict[str, str], body: dict[str, str] | None = None, secret: str = ACCESS_KEY_SECRET) -> Request:
    """Return a signed request; parameters of the form body are signed too."""
    signature = sign_rpc("POST", {**query, **(body or {})}, secret)
    return Request("POST", "/", urlencode({**query, "Signature": signature}), {}, urlencode(body or {}).encode())


def refused_with(request: Request, now: datetime = NOW) -> str:
    """Return the code that a request is refused with; empty where it is accepted."""
    try:
        assert verify_rpc(request, SECRETS, now) == ACCESS_KEY_ID
    except SignatureError as error:
        return error.code
    return ""


def test_the_documented_example() -> None:
    """The example of the RPC API documentation, as SDKs test it."""
    example = {
        "AccessKeyId": "testid",
        "Action": "DescribeRegions",
        "Format": "XML",
        "SignatureMethod": "HMAC-SHA1",
        "SignatureNonce": "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf",
        "SignatureVersion": "1.0",
        "Timestamp": "2016-02-23T12:46:24Z",
        "Version": "2014-05-26",
    }
    assert rpc_string_to_sign("GET", example) == (
        "GET&%2F&AccessKeyId%3Dtestid%26Action%3DDescribeRegions%26Format%3DXML%26SignatureMethod%3DHMAC-SHA1"
        "%26SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0"
        "%26Timestamp%3D2016-02-23T12%253A46%253A24Z%26Version%3D2014-05-26"
    )
    assert sign_rpc("GET", example, "testsecret") == "OLeaidS1JvxuMvnyHOwuJ+uX5qY="


@pytest.mark.parametrize("body", [None, {"LoginNetworkMasks": "10.0.0.0/8;192.0.2.7", "a": "ü *~"}])
def test_a_signature_holds(body: dict[str, str] | None) -> None:
    assert refused_with(signed(parameters("SetSecurityPreference", "2019-08-15", NOW), body)) == ""


def test_the_body_is_signed() -> None:
    request = signed(parameters("SetSecurityPreference", "2019-08-15", NOW), {"LoginSessionDuration": "6"})
    assert refused_with(replace(request, body=b"LoginSessionDuration=24")) == "SignatureDoesNotMatch"
    assert refused_with(replace(request, query=request.query + "&x=1")) == "SignatureDoesNotMatch"
    assert refused_with(replace(request, method="GET")) == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"AccessKeyId": "other"}, "InvalidAccessKeyId.NotFound"),
        ({"AccessKeyId": ""}, "MissingAccessKeyId"),
        ({"SignatureMethod": "HMAC-SHA256"}, "InvalidParameter.SignatureMethod"),
        ({"Timestamp": "yesterday"}, "InvalidTimeStamp.Format"),
        ({"Timestamp": "2026-11-22T11:44:00Z"}, "InvalidTimeStamp.Expired"),
        ({"SignatureNonce": ""}, "MissingSignatureNonce"),
    ],
)
def test_what_is_refused(change: dict[str, str], code: str) -> None:
    assert refused_with(signed({**parameters("GetSecurityPreference", "2019-08-15", NOW), **change})) == code


def test_a_wrong_secret_is_refused() -> None:
    request = signed(parameters("GetSecurityPreference", "2019-08-15", NOW), secret="other")
    assert refused_with(request) == "SignatureDoesNotMatch"
    assert refused_with(request, NOW + timedelta(hours=1)) == "InvalidTimeStamp.Expired"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[DemoServer]:
    """Two demo accounts, served over HTTP and TLS on one port."""
    with DemoServer(DemoAccount(), DemoAccount(OTHER), tls=tmp_path) as running:
        yield running


def call(server: DemoServer, request: Request, *, tls: bool = False) -> tuple[int, Any]:
    """Send a request, over TLS where that is asked for."""
    connection = http.client.HTTPConnection(server.endpoint, timeout=30)
    if tls:
        context = ssl.create_default_context(cafile=str(server.certificate))
        connection = http.client.HTTPSConnection(server.endpoint, timeout=30, context=context)
    try:
        headers = {"Content-Type": "application/x-www-form-urlencoded", **request.headers}
        connection.request("POST", f"/?{request.query}", body=request.body, headers=headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def test_the_demo_account_reads_and_sets_by_v1(server: DemoServer) -> None:
    now = datetime.now(UTC)
    body = {"LoginSessionDuration": "8", "LoginNetworkMasks": "10.0.0.0/8"}
    assert call(server, signed(parameters("SetSecurityPreference", "2019-08-15", now), body))[0] == 200
    status, answer = call(server, signed(parameters("GetSecurityPreference", "2019-08-15", now)))
    assert (status, answer["SecurityPreference"]["LoginProfilePreference"]["LoginSessionDuration"]) == (200, 8)
    # The provider also names the operation in a header, with a V1 signature.
    request = signed(parameters("GetSecurityPreference", "2019-08-15", now))
    named = replace(request, headers={"x-acs-action": "GetSecurityPreference", "x-acs-version": "2019-08-15"})
    assert call(server, named)[0] == 200


def test_a_wrong_version_is_refused(server: DemoServer) -> None:
    status, answer = call(server, signed(parameters("GetSecurityPreference", "2015-05-01", datetime.now(UTC))))
    assert (status, answer["Code"]) == (404, "InvalidAction.NotFound")


def test_a_role_is_assumed_over_tls_and_its_token_is_needed(server: DemoServer) -> None:
    now = datetime.now(UTC)
    role = {"RoleArn": f"acs:ram::{OTHER}:role/audit", "RoleSessionName": "terraform", "DurationSeconds": "3600"}
    status, answer = call(server, signed(parameters("AssumeRole", "2015-04-01", now, **role)), tls=True)
    keys = answer["Credentials"]
    assert status == 200 and datetime.fromisoformat(keys["Expiration"]) > now
    query = parameters("GetCallerIdentity", "2015-04-01", now) | {"AccessKeyId": keys["AccessKeyId"]}
    with_token = query | {"SecurityToken": keys["SecurityToken"]}
    status, answer = call(server, signed(with_token, secret=keys["AccessKeySecret"]))
    assert (status, answer["AccountId"]) == (200, OTHER)
    status, answer = call(server, signed(query, secret=keys["AccessKeySecret"]))
    assert (status, answer["Code"]) == (400, "InvalidSecurityToken.Malformed")
