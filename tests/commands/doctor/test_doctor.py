"""acctgate doctor: each thing that can be missing is found, told with its remedy, and takes nothing else with it."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pytest

from acctgate.commands import doctor
from acctgate.commands.doctor import calls, endpoints, examine
from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.engine import OLDEST
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning, worst
from acctgate.commands.doctor.probe import EndpointProbe
from acctgate.commands.doctor.render import render_json, render_plain, render_rich
from acctgate.demo import DemoAccount, DemoServer
from acctgate.demo.account import ACCESS_KEY_ID, ACCESS_KEY_SECRET
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import IDENTITY, PREFERENCE
from acctgate.sources.target import Target
from tests.support import ROOT, joined, one_line, run

Told = dict[str, Finding]
PERMISSIONS: Final = (
    "sts:GetCallerIdentity",
    "ram:GetSecurityPreference",
    "ram:GetAccountSecurityPracticeReport",
    "config:ListCompliancePacks",
    "config:GetCompliancePackReport",
)
OPTIONAL: Final = ("ram:GetPasswordPolicy", "ram:GetUserSsoSettings", "ram:GetAccessKeyPolicyForAccount")
ALL: Final = (*PERMISSIONS, *OPTIONAL)
SUBJECTS: Final = (
    "acctgate",
    "engine",
    "language host",
    "policy",
    "proxy",
    "endpoint sts",
    "endpoint ims",
    "endpoint config",
    "clock",
    "credentials",
    "role",
    "identity",
    *ALL,
)
NO_FILE: Final = os.environ["ALIBABA_CLOUD_CREDENTIALS_FILE"]
ROLE: Final = "acs:ram::1234567890123456:role/audit"


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        yield running


@pytest.fixture
def pulumi(tmp_path: Path) -> Path:
    """Create a fake engine that prints its version, in a folder of its own."""
    return _script(tmp_path / "bin/pulumi", "echo v3.259.0")


def _script(path: Path, line: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)
    return path


def _context(endpoint: str | None = None, environment: Mapping[str, str] | None = None) -> DoctorContext:
    return DoctorContext(Target(endpoint=endpoint), None, Path(), environment or {})


def examined(
    server: DemoServer | None,
    *arguments: str | Path,
    cwd: Path | None = None,
    status: int | None = None,
    environment: Mapping[str, str] | None = None,
) -> Told:
    """Return the command's findings, by subject."""
    variables = {**(server.environment if server else {}), **(environment or {})}
    named = "--policy" in arguments or (cwd is not None and (cwd / "policies").exists())
    policy = () if named else ("--policy", "baseline")
    done = run("doctor", "--format", "json", *policy, *arguments, cwd=cwd, environment=variables)
    assert done.stderr == "", done.stderr
    document = json.loads(done.stdout)
    told = {finding["subject"]: Finding(**finding) for finding in document["findings"]}
    assert len(told) == len(document["findings"]) == sum(document["counts"].values())
    for finding in told.values():
        assert finding.detail.isprintable() and (finding.remedy or "").isprintable()
        assert (finding.status == "ok") == (finding.remedy is None)
    expected = 1 if any(finding.status == "failed" for finding in told.values()) else 0
    assert done.returncode == expected and (status is None or status == expected)
    return told


def _statuses(told: Told) -> dict[str, str]:
    return {subject: finding.status for subject, finding in told.items() if finding.status != "ok"}


def test_all_is_well(server: DemoServer, pulumi: Path, tmp_path: Path) -> None:
    told = examined(server, "--role-arn", ROLE, cwd=tmp_path, status=0, environment={"PATH": str(pulumi.parent)})
    assert tuple(told) == SUBJECTS
    assert not _statuses(told)
    assert told["engine"].detail == f"{pulumi}, v3.259.0"
    assert told["identity"].detail == "RAMUser of account 1234567890123456"
    assert told["policy"].detail.startswith("baseline: 6 mandatory")
    assert set(server.calls) == {"", "AssumeRole", *(permission.partition(":")[2] for permission in ALL)}


def test_the_table_is_for_people(server: DemoServer) -> None:
    server.denied.add("GetSecurityPreference")
    done = run("doctor", environment=server.environment)
    lines = done.stdout.splitlines()
    place = next(index for index, line in enumerate(lines) if "ram:GetSecurityPreference" in line)
    assert lines[place].split() == ["failed", "ram:GetSecurityPreference", "denied", "(NoPermission)"]
    assert lines[place + 1].strip() == "→ grant ram:GetSecurityPreference to the caller"
    assert lines[-1].endswith("1 failed") and done.returncode == 1
    assert "\x1b" not in done.stdout


def test_it_is_coloured_where_asked_for_and_goes_to_a_file(server: DemoServer, tmp_path: Path) -> None:
    colored = run("doctor", "--color", "always", environment=server.environment)
    assert "\x1b[32m✓" in colored.stdout
    done = run("doctor", "--output", tmp_path / "doctor.txt", environment=server.environment)
    assert done.stdout == "" and (tmp_path / "doctor.txt").read_text().startswith("ok       acctgate")


@pytest.mark.parametrize(
    "arguments", [("--endpoint", "example.com:80"), ("--region", "x y"), ("--format", "xml"), ("prod.json",)]
)
def test_wrong_use_is_2(arguments: tuple[str, ...]) -> None:
    done = run("doctor", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, arguments[-1])


# Permissions


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_a_denied_call_names_the_action_to_grant(server: DemoServer, permission: str) -> None:
    server.denied.add(permission.partition(":")[2])
    told = examined(server, status=1)
    follows = {
        "sts:GetCallerIdentity": {"identity": "skipped"},
        "config:ListCompliancePacks": {"config:GetCompliancePackReport": "skipped"},
    }.get(permission, {})
    assert _statuses(told) == {permission: "failed", **follows}
    assert told[permission].remedy == f"grant {permission} to the caller"


def test_a_denied_optional_call_is_a_warning(server: DemoServer) -> None:
    server.denied = {permission.partition(":")[2] for permission in OPTIONAL}
    told = examined(server, status=0)
    assert _statuses(told) == dict.fromkeys(OPTIONAL, "warning")
    assert told[OPTIONAL[0]] == warning(
        OPTIONAL[0],
        "denied (NoPermission); optional: only the rules that read PasswordPolicy need it",
        f"grant {OPTIONAL[0]} to the caller",
    )


@pytest.mark.parametrize(
    ("how", "code", "remedy"), [("throttled", "Throttling.User", "wait"), ("broken", "ServiceUnavailable", "later")]
)
def test_a_lasting_trouble(server: DemoServer, how: str, code: str, remedy: str) -> None:
    getattr(server, how)["GetSecurityPreference"] = 99
    told = examined(server, status=1)
    assert _statuses(told) == {"ram:GetSecurityPreference": "failed"}
    assert code in told["ram:GetSecurityPreference"].detail
    assert remedy in (told["ram:GetSecurityPreference"].remedy or "")


def test_an_account_without_packs(server: DemoServer) -> None:
    server.account.pack_reports.clear()
    told = examined(server, status=0)
    assert _statuses(told) == {"config:GetCompliancePackReport": "skipped"}


@pytest.mark.parametrize(
    "answer", [{}, {"SecurityPreference": None}, {"SecurityPreference": "x"}, {"SecurityPreference": []}], ids=str
)
def test_an_answer_that_is_none(server: DemoServer, answer: dict[str, Any]) -> None:
    _answer(server, "GetSecurityPreference", answer)
    told = examined(server, status=1)
    assert _statuses(told) == {"ram:GetSecurityPreference": "failed"}
    assert "the answer has no SecurityPreference" in told["ram:GetSecurityPreference"].detail


@pytest.mark.parametrize(
    "packs", [{}, {"CompliancePacks": None}, {"CompliancePacks": [None]}, {"CompliancePacks": [{}]}]
)
def test_packs_that_are_none(server: DemoServer, packs: dict[str, Any]) -> None:
    _answer(server, "ListCompliancePacks", {"CompliancePacksResult": packs})
    assert _statuses(examined(server)) == {"config:GetCompliancePackReport": "skipped"}


def _answer(server: DemoServer, operation: str, answer: dict[str, Any]) -> None:
    def instead(_: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
        return answer

    setattr(server, f"_{operation}", instead)


def test_the_root_user_is_warned_of(server: DemoServer) -> None:
    _answer(server, "GetCallerIdentity", {"AccountId": "1", "Arn": "acs:ram::1:root", "IdentityType": "Account"})
    told = examined(server, status=0)
    assert _statuses(told) == {"identity": "warning"}
    assert "AccessKey pair" in (told["identity"].remedy or "")


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
    assert remedy in calls.remedy(IDENTITY, error)


# Credentials and roles


def test_no_credentials(server: DemoServer) -> None:
    told = examined(None, "--endpoint", server.endpoint, status=1)
    skips = dict.fromkeys(("identity", *ALL), "skipped")
    assert _statuses(told) == {"credentials": "failed", **skips}
    assert told["credentials"].detail == f"none: credentials file {NO_FILE}: no such file"
    assert "ALIBABA_CLOUD_ACCESS_KEY_ID" in (told["credentials"].remedy or "")
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
    told = examined(None, "--endpoint", server.endpoint, status=1, environment=environment)
    assert why in told["credentials"].detail
    assert "LTAIhalf" not in told["credentials"].detail


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SignatureDoesNotMatch"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "InvalidAccessKeyId.NotFound"),
    ],
)
def test_wrong_credentials(server: DemoServer, name: str, code: str) -> None:
    told = examined(server, status=1, environment={name: "LTAIwrongwrong"})
    assert told["credentials"].status == "ok", "they are there"
    assert code in told["sts:GetCallerIdentity"].detail
    assert "check the AccessKey id and secret" in (told["sts:GetCallerIdentity"].remedy or "")
    assert not any("wrongwrong" in f"{finding}" for finding in told.values())


def test_temporary_credentials_and_no_secret(server: DemoServer) -> None:
    key, secret, token = "STS.verysecretid", "verysecretkey", "verysecrettoken"
    server._keys[key] = (secret, server.account.account_id, token)
    variables = {
        "ALIBABA_CLOUD_ACCESS_KEY_ID": key,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "ALIBABA_CLOUD_SECURITY_TOKEN": token,
    }
    told = examined(server, status=0, environment=variables)
    assert told["credentials"].detail.startswith("STS.***, temporary, from the environment variables")
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
    told = examined(None, "--endpoint", server.endpoint, environment=variables)
    assert told["credentials"].detail == (
        "acct***, a long-lived AccessKey pair, from profile ci (AK) of the aliyun CLI (~/.aliyun/config.json)"
    )
    assert told["sts:GetCallerIdentity"].status == "ok"


def test_a_role_that_leads_to_another_account() -> None:
    with DemoServer(DemoAccount(), DemoAccount("2234567890123456")) as server:
        told = examined(server, "--role-arn", ROLE.replace("123", "223", 1), status=0)
    assert told["identity"].detail.endswith("of account 2234567890123456")


def test_a_role_that_does_not_exist(server: DemoServer) -> None:
    told = examined(server, "--role-arn", ROLE.replace("123", "323", 1), status=1)
    assert _statuses(told) == {"role": "failed", **dict.fromkeys(("identity", *ALL), "skipped")}
    assert "EntityNotExist.Role" in told["role"].detail and "--role-arn" in (told["role"].remedy or "")


def test_a_role_that_may_not_be_assumed(server: DemoServer) -> None:
    server.denied.add("AssumeRole")
    told = examined(server, "--role-arn", ROLE, status=1)
    assert told["role"].remedy == "grant sts:AssumeRole to the caller, and let the role trust the caller"


# Endpoints, clock, proxies


def test_nobody_listens(server: DemoServer) -> None:
    told = examined(server, "--endpoint", "127.0.0.1:9", "--role-arn", ROLE, status=1)
    assert {told[f"endpoint {product}"].status for product in ("sts", "ims", "config")} == {"failed"}
    assert told["endpoint ims"].detail == "cannot connect to 127.0.0.1:9: connection refused"
    assert "acctgate demo-account" in (told["endpoint ims"].remedy or "")
    assert {told[name].status for name in ("clock", "role", "identity", *ALL)} == {"skipped"}
    assert {told[name].status for name in ("acctgate", "policy", "proxy", "credentials")} == {"ok"}


class _Silent(BaseHTTPRequestHandler):
    """Answers, with no date and nothing in it."""

    def do_GET(self) -> None:
        self.send_response_only(404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def test_a_server_without_a_clock(server: DemoServer) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Silent) as other:
        thread = Thread(target=other.serve_forever, args=(0.05,))
        thread.start()
        try:
            told = examined(server, "--endpoint", f"127.0.0.1:{other.server_address[1]}", status=1)
        finally:
            other.shutdown()
            thread.join()
    assert (told["endpoint ims"].status, told["clock"].status) == ("ok", "skipped")
    assert {told[name].status for name in PERMISSIONS[:4]} == {"failed"}


@pytest.mark.parametrize(
    ("ahead", "status"),
    [
        (timedelta(), "ok"),
        (timedelta(seconds=50), "ok"),
        (timedelta(seconds=-50), "ok"),
        (timedelta(minutes=2), "warning"),
        (timedelta(minutes=-2), "warning"),
        (timedelta(minutes=14, seconds=30), "failed"),
        (timedelta(minutes=-14, seconds=-30), "failed"),
    ],
    ids=str,
)
def test_the_clock(server: DemoServer, ahead: timedelta, status: str) -> None:
    server.ahead = ahead
    told = examined(server)
    assert _statuses(told) == ({} if status == "ok" else {"clock": status})
    if status != "ok":
        assert ("behind" if ahead > timedelta() else "ahead of") in told["clock"].detail
        assert "NTP" in (told["clock"].remedy or "")


def test_a_clock_that_makes_signatures_expire(server: DemoServer) -> None:
    server.ahead = timedelta(minutes=20)
    told = examined(server, status=1)
    assert told["clock"].detail.startswith(("19 minutes", "20 minutes"))
    for permission in PERMISSIONS[:4]:
        assert "InvalidTimeStamp.Expired" in told[permission].detail
        assert told[permission].remedy == told["clock"].remedy


@pytest.mark.parametrize(
    ("trouble", "remedy"),
    [
        ("the name cannot be resolved", "DNS"),
        ("connection refused", ":443"),
        ("timeout", ":443"),
        ("the certificate is not trusted", "SSL_CERT_FILE"),
        ("the proxy refuses the connection", "HTTPS_PROXY"),
    ],
)
def test_each_trouble_has_a_remedy(trouble: str, remedy: str) -> None:
    context = _context()
    context.probes = {"ims": EndpointProbe("ims.aliyuncs.com", trouble, None)}
    (finding,) = endpoints.check_endpoints(context)
    assert (finding.status, finding.detail) == ("failed", f"cannot connect to ims.aliyuncs.com: {trouble}")
    assert remedy in (finding.remedy or "")


def test_one_closed_door_of_three(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    context = _context(endpoint=server.endpoint)
    context.probes = {product: EndpointProbe(server.endpoint, None, timedelta()) for product in ("sts", "ims")}
    context.probes["config"] = EndpointProbe("config.cn-shanghai.aliyuncs.com", "timeout", None)
    told = {
        finding.subject: finding for finding in (*endpoints.check_endpoints(context), *calls.check_permissions(context))
    }
    assert _statuses(told) == {"endpoint config": "failed", **dict.fromkeys(PERMISSIONS[3:], "skipped")}
    assert told["config:ListCompliancePacks"].remedy == "fix the endpoint config first"


@pytest.mark.parametrize(
    ("environment", "status", "detail"),
    [
        ({}, "ok", "none"),
        ({"HTTPS_PROXY": "http://user:hunter2@proxy.example:8080/x"}, "ok", "all calls use proxy.example:8080"),
        ({"https_proxy": "proxy.example:8080"}, "ok", "all calls use proxy.example:8080"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "localhost"}, "ok", "all calls use p:1"),
        ({"HTTPS_PROXY": "http://p:1", "NO_PROXY": "*"}, "warning", "all calls use p:1"),
        ({"HTTPS_PROXY": "http://p:1", "no_proxy": ".aliyuncs.com"}, "warning", "all calls use p:1"),
    ],
)
def test_proxies(environment: dict[str, str], status: str, detail: str) -> None:
    (finding,) = endpoints.check_proxies(_context(environment=environment))
    assert finding.status == status and finding.detail.startswith(detail)
    assert "hunter2" not in finding.detail


def test_a_proxy_that_is_not_there(server: DemoServer) -> None:
    keys = {name: value for name, value in server.environment.items() if name != "ACCTGATE_ENDPOINT"}
    told = examined(None, status=1, environment={**keys, "HTTPS_PROXY": "http://127.0.0.1:9"})
    assert told["endpoint ims"].detail == "cannot connect to ims.aliyuncs.com: the proxy refuses the connection"
    assert told["endpoint ims"].remedy == "allow ims.aliyuncs.com:443 in the proxy, or correct HTTPS_PROXY"
    assert {told[name].status for name in ("clock", *ALL)} == {"skipped"}
    assert not server.calls


def test_a_proxy_does_not_get_the_knocks_on_this_machine(server: DemoServer) -> None:
    told = examined(server, status=0, environment=dict.fromkeys(("HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9"))
    assert told["proxy"].detail == "none: --endpoint is on this machine"


# Engine and policy


def _engine(path: Path | str, tmp_path: Path, server: DemoServer) -> Told:
    return examined(server, cwd=tmp_path, environment={"PATH": str(path), "HOME": str(tmp_path)})


def test_no_engine(server: DemoServer, tmp_path: Path) -> None:
    assert _statuses(_engine(tmp_path, tmp_path, server))["engine"] == "warning", "without a project nothing needs it"
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    told = _engine(tmp_path, tmp_path, server)
    assert _statuses(told) == {"engine": "failed", "language host": "skipped"}
    assert "https://www.pulumi.com/docs/install/" in (told["engine"].remedy or "")


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("echo v3.199.9", "is v3.199.9; acctgate preview needs v3.200.0 or newer"),
        ("echo hello", "prints no version: hello"),
        ("true", "prints no version: nothing"),
        ("exit 3", "cannot run"),
        ("printf '\\377\\033[31mv3.259.0'", ""),
    ],
)
def test_an_engine_that_is_none(server: DemoServer, tmp_path: Path, line: str, detail: str) -> None:
    engine = _script(tmp_path / "bin/pulumi", line)
    told = _engine(engine.parent, tmp_path, server)
    assert _statuses(told) == ({"engine": "failed"} if detail else {})
    assert detail in told["engine"].detail and str(engine) in told["engine"].detail


def test_the_engine_does_not_look_for_updates(server: DemoServer, tmp_path: Path) -> None:
    engine = _script(tmp_path / "bin/pulumi", 'echo "v3.259.0 ${PULUMI_SKIP_UPDATE_CHECK-unset} $*"')
    assert _engine(engine.parent, tmp_path, server)["engine"].detail.endswith("v3.259.0 true version")


def test_a_language_host_needs_its_scripts(server: DemoServer, pulumi: Path, tmp_path: Path) -> None:
    assert "has its own" in _engine(pulumi.parent, tmp_path, server)["language host"].detail
    _script(pulumi.with_name("pulumi-language-python"), "true")
    told = _engine(pulumi.parent, tmp_path, server)
    assert _statuses(told) == {"language host": "failed"}
    for name in ("pulumi-resource-pulumi-python", "pulumi-analyzer-policy-python"):
        _script(pulumi.with_name(name), "true")
    assert _engine(pulumi.parent, tmp_path, server)["language host"].detail == "beside the engine"


@pytest.mark.engine
def test_the_real_engine(server: DemoServer) -> None:
    told = examined(server, cwd=ROOT, status=0)
    assert (told["engine"].status, told["language host"].status) == ("ok", "ok")


def test_the_oldest_engine_is_that_of_the_setup() -> None:
    assert runpy.run_path(str(ROOT / "tools/engine.py"))["OLDEST"] == OLDEST


def test_the_policy_here_is_counted(server: DemoServer, tmp_path: Path) -> None:
    policy = tmp_path / "policies/policy.yaml"
    policy.parent.mkdir()
    policy.write_text("version: 1\nrules:\n  root-mfa:\n  security-score: {level: advisory, minimum: 60}\n")
    told = examined(server, cwd=tmp_path)
    assert told["policy"].detail == f"{policy.relative_to(tmp_path)}: 1 mandatory, 1 advisory"


def test_a_repository_without_a_policy_is_a_problem(server: DemoServer, tmp_path: Path) -> None:
    done = run("doctor", "--format", "json", cwd=tmp_path, environment=server.environment)
    (found,) = [each for each in json.loads(done.stdout)["findings"] if each["subject"] == "policy"]
    assert done.returncode == 1 and found["status"] == "failed"
    assert "no such file" in found["detail"] and "acctgate init" in found["remedy"]


def test_a_wrong_policy_takes_nothing_with_it(server: DemoServer, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nrules:\n  root-mfx: {}\n")
    told = examined(server, "--policy", policy, status=1)
    assert _statuses(told) == {"policy": "failed"}
    assert f"{policy}:3" in told["policy"].detail and "acctgate schema policy" in (told["policy"].remedy or "")
    assert examined(server, "--policy", tmp_path / "none.yaml", status=1)["policy"].status == "failed"


# The whole


def test_a_check_that_raises_is_a_finding_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(context: DoctorContext) -> Iterator[Finding]:
        yield ok("broken", "half of it")
        raise KeyError("LTAIsecretsecret")

    monkeypatch.setattr(doctor, "CHECKS", {"broken": broken, "acctgate": doctor.CHECKS["acctgate"]})
    half, raised, last = examine(_context())
    assert (half.subject, raised.subject, last.subject) == ("broken", "broken", "acctgate")
    assert raised.status == "failed" and raised.detail.startswith("KeyError") and "secretsecret" not in raised.detail


def test_the_worst_of_findings() -> None:
    good, bad = ok("a", "b"), failed("a", "b", "c")
    assert worst([]) == worst([good, skipped("a", "b", "c")]) == "ok"
    assert worst([good, warning("a", "b", "c")]) == "warning"
    assert worst([bad, warning("a", "b", "c")]) == "failed"


def test_findings_are_rendered_alike() -> None:
    findings = [ok("a", "[bold]fine[/bold]"), failed("engine", "x" * 300, "do this")]
    plain, colored = render_plain(findings), render_rich(findings, 80)
    lines = ["ok       a       [bold]fine[/bold]", f"failed   engine  {'x' * 300}", f"{'':15}  → do this"]
    assert plain == joined([*lines, "", "1 ok, 1 failed"])
    assert "[bold]fine[/bold]" in colored and "→ do this" in colored and colored.count("x") == 300
    document = json.loads(render_json(findings))
    assert (document["status"], document["counts"]["failed"]) == ("failed", 1)


def test_looking_does_not_load_pulumi(server: DemoServer) -> None:
    program = (
        "import sys, atexit\n"
        "atexit.register(lambda: print(*{'pulumi'} & set(sys.modules), file=sys.stderr))\n"
        "sys.argv = ['acctgate', 'doctor']\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    environment = {**os.environ, **server.environment}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert done.stderr.strip() == ""


def test_the_excerpt_in_the_docs_is_what_is_printed() -> None:
    excerpt = (ROOT / "docs/cli.md").read_text(encoding="utf-8").partition("$ acctgate doctor\n")[2].partition("```")[0]
    findings: list[Finding] = []
    for line in excerpt.splitlines()[:-2]:
        if remedy := line.partition("→ ")[2]:
            findings[-1] = replace(findings[-1], remedy=remedy)
        else:
            status, subject, detail = re.split(r" {2,}", line, maxsplit=2)
            findings.append(Finding(subject, status, detail))  # type: ignore[arg-type]
    assert render_plain(findings) == excerpt
    assert {finding.subject for finding in findings} <= set(SUBJECTS)
    error = CallError(PREFERENCE.name, {"code": "NoPermission", "message": ""}, PREFERENCE.permission)
    assert calls.check_answer(PREFERENCE, error) in findings and endpoints.SET_THE_CLOCK in {
        finding.remedy for finding in findings
    }
