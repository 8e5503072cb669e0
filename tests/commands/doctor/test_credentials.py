"""What doctor reports of credentials and roles."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acctgate.demo import DemoAccount, DemoServer
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.demo.sessions import Session
from tests.support import run
from tests.support.doctor import (
    ALL,
    NO_FILE,
    ROLE,
    examined,
    statuses,
)

# Credentials and roles


def test_no_credentials(server: DemoServer) -> None:
    findings = examined(None, "--endpoint", server.endpoint, status=1)
    skips = dict.fromkeys(("identity", *ALL), "skipped")
    assert statuses(findings) == {"credentials": "failed", **skips}
    assert findings["credentials"].detail == f"none: credentials file {NO_FILE}: no such file"
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in (findings["credentials"].remedy or "")
    assert (findings["identity"].detail, findings["identity"].remedy) == ("no credentials", "fix the credentials first")
    assert set(server.calls) == {""}, "nothing was signed"


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIhalf"}, "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not set"),
        (
            {
                "ALIBABA_CLOUD_ROLE_ARN": ROLE,
                "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "acs:ram::1234567890123456:oidc-provider/ci",
                "ALIBABA_CLOUD_OIDC_TOKEN_FILE": "no-such-token",
            },
            "OIDC token file no-such-token (ALIBABA_CLOUD_OIDC_TOKEN_FILE): no such file or directory",
        ),
    ],
)
def test_credentials_that_are_not_whole(server: DemoServer, environment: dict[str, str], why: str) -> None:
    findings = examined(None, "--endpoint", server.endpoint, status=1, environment=environment)
    assert why in findings["credentials"].detail
    assert "LTAIhalf" not in findings["credentials"].detail


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SignatureDoesNotMatch"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "InvalidAccessKeyId.NotFound"),
    ],
)
def test_wrong_credentials(server: DemoServer, name: str, code: str) -> None:
    findings = examined(server, status=1, environment={name: "LTAIwrongwrong"})
    assert findings["credentials"].status == "ok", "they are there"
    assert code in findings["sts:GetCallerIdentity"].detail
    assert "check the AccessKey id and secret" in (findings["sts:GetCallerIdentity"].remedy or "")
    assert not any("wrongwrong" in f"{finding}" for finding in findings.values())


def test_temporary_credentials_and_no_secret(server: DemoServer) -> None:
    key, secret, token = "STS.verysecretid", "verysecretkey", "verysecrettoken"
    server.sessions.add(key, secret, Session(server.account.account_id, token, None))
    variables = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": token,
    }
    findings = examined(server, status=0, environment=variables)
    assert findings["credentials"].detail.startswith("STS.***, temporary, from the environment variables")
    for name in variables:
        wrong = {**server.environment, **variables, name: variables[name] + "x"}
        done = run("doctor", "--debug", "--role-arn", ROLE, environment=wrong)
        assert done.returncode == 1 and "verysecret" not in done.stdout + done.stderr


def test_credentials_of_a_profile(server: DemoServer, tmp_path: Path) -> None:
    keys = {"access_key_id": ACCESS_KEY_ID, "access_key_secret": ACCESS_KEY_SECRET}
    config = {"current": "ci", "profiles": [{"name": "ci", "mode": "AK", **keys}]}
    (tmp_path / ".aliyun").mkdir()
    (tmp_path / ".aliyun/config.json").write_text(json.dumps(config))
    variables = {"HOME": str(tmp_path), "ALIBABA_CLOUD_CLI_PROFILE_DISABLED": "false"}
    findings = examined(None, "--endpoint", server.endpoint, environment=variables, alone=True)
    assert findings["credentials"].detail == (
        "acct***, a long-lived AccessKey pair, from profile ci (AK) of the aliyun CLI (~/.aliyun/config.json)"
    )
    assert findings["sts:GetCallerIdentity"].status == "ok"


def test_a_role_that_leads_to_another_account() -> None:
    with DemoServer(DemoAccount(), DemoAccount("2234567890123456")) as server:
        findings = examined(server, "--role-arn", ROLE.replace("123", "223", 1), status=0)
    assert findings["identity"].detail.endswith("of account 2234567890123456")


def test_a_role_that_does_not_exist(server: DemoServer) -> None:
    findings = examined(server, "--role-arn", ROLE.replace("123", "323", 1), status=1)
    assert statuses(findings) == {"role": "failed", **dict.fromkeys(("identity", *ALL), "skipped")}
    assert "EntityNotExist.Role" in findings["role"].detail and "--role-arn" in (findings["role"].remedy or "")


def test_a_role_that_may_not_be_assumed(server: DemoServer) -> None:
    server.denied.add("AssumeRole")
    findings = examined(server, "--role-arn", ROLE, status=1)
    assert findings["role"].remedy == "grant sts:AssumeRole to the caller, and let the role trust the caller"
