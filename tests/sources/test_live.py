"""The live account, read from the embedded demo account over the real SDK."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoAccount, DemoServer
from acctgate.model.judged_by import ReadAs
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.live import read_account
from acctgate.sources.live_account import LiveAccount
from acctgate.sources.new_snapshot import snapshot_of
from acctgate.sources.snapshots import read_snapshots
from acctgate.sources.target import Target
from tests.support import NOW, one_line
from tests.support.accounts import OPTIONAL_READS, READS
from tests.support.demo import demo_server
from tests.support.ports import refusing_endpoint
from tests.support.process import run_here


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve the demo account, with its credentials in the environment."""
    with demo_server(monkeypatch) as running:
        yield running


def _read(server: DemoServer, role_arn: str | None = None) -> Snapshot:
    return read_account(Target(endpoint=server.endpoint, role_arn=role_arn), NOW)


def _lose_report(server: DemoServer, pack: str) -> None:
    """Let ListCompliancePacks name a pack whose report is not to be had."""
    original = server._GetCompliancePackReport

    def answer(account: DemoAccount, parameters: Any) -> Any:
        unknown = {**parameters, "CompliancePackId": "gone"} if parameters["CompliancePackId"] == pack else parameters
        return original(account, unknown)

    server._GetCompliancePackReport = answer  # type: ignore[method-assign]


# Whole


def test_a_whole_account(server: DemoServer) -> None:
    snapshot = _read(server)
    report = {key: value for key, value in server.account.pack_reports[0].items() if key != "ReportUrl"}
    assert snapshot.document == {
        "version": 1,
        "account_id": server.account.account_id,
        "taken_at": "2026-11-22T12:00:00Z",
        "read_as": {
            "caller": f"acs:ram::{server.account.account_id}:user/demo",
            "region": "cn-shanghai",
            "endpoint": server.endpoint,
        },
        "SecurityPreference": server.account.preference,
        "AccountSecurityPracticeInfo": server.account.practice,
        "CompliancePackReports": [report],
        "PasswordPolicy": server.account.password_policy,
        "UserSsoSettings": server.account.user_sso,
        "AccessKeyPolicy": server.account.access_key_policy,
        "ConfigRuleCompliances": [
            {
                "CompliancePackId": report["CompliancePackId"],
                "TotalCount": 3,
                "CompliantCount": 1,
                "NonCompliantCount": 2,
                "IgnoredCount": 0,
                "InsufficientDataCount": 0,
                "NotApplicableCount": 0,
                "ConfigRuleCompliances": server.account.config_rules,
            }
        ],
    }
    assert not snapshot.problems
    assert server.calls == dict.fromkeys(READS | OPTIONAL_READS, 1)


def test_no_secret_is_kept(server: DemoServer) -> None:
    text = json.dumps(dict(_read(server).document))
    for secret in ("ReportUrl", "Signature", "OSSAccessKeyId", "acctgate-demo-secret", "LTAI"):
        assert secret not in text


def test_snapshot_writes_the_account_and_exits_0(server: DemoServer) -> None:
    done = run_here("snapshot", environment=server.environment)
    assert (done.status, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert document["account_id"] == server.account.account_id
    assert "ReportUrl" not in done.stdout and "Signature" not in done.stdout
    assert not Snapshot.from_document(document).problems


def test_snapshot_writes_a_file_that_check_reads(server: DemoServer, tmp_path: Path) -> None:
    server.account.comply()
    done = run_here("snapshot", "--output", tmp_path / "s.json", environment=server.environment)
    assert (done.status, done.stdout, done.stderr) == (0, "", "")
    (policy := tmp_path / "p.yaml").write_text("version: 1\nextends: strict\n")
    assert run_here("check", "--snapshot", tmp_path / "s.json", "--policy", policy).status == 0


def test_check_reads_the_live_account_where_no_file_is_given(server: DemoServer) -> None:
    environment = {key: value for key, value in server.environment.items() if key != "ACCTGATE_ENDPOINT"}
    done = run_here("check", "--endpoint", server.endpoint, "--format", "json", environment=environment)
    (account,) = json.loads(done.stdout)["accounts"]
    assert (done.status, done.stderr) == (1, "")
    assert (account["account"], account["verdict"]) == (server.account.account_id, "fail")


def test_a_compliant_account_passes(server: DemoServer) -> None:
    server.account.comply()
    done = run_here("check", environment=server.environment)
    assert (done.status, done.stderr) == (0, "")


def test_a_proxy_does_not_get_the_calls_to_this_machine(server: DemoServer) -> None:
    with refusing_endpoint() as nobody:
        proxy = {"HTTP_PROXY": f"http://{nobody}", "http_proxy": f"http://{nobody}"}
        done = run_here("snapshot", environment={**server.environment, **proxy})
    assert (done.status, done.stderr) == (0, "")


# Denied


@pytest.mark.parametrize(
    ("operation", "section", "permission"),
    [
        ("GetSecurityPreference", "SecurityPreference", "ram:GetSecurityPreference"),
        ("GetAccountSecurityPracticeReport", "AccountSecurityPracticeInfo", "ram:GetAccountSecurityPracticeReport"),
        ("ListCompliancePacks", "CompliancePackReports", "config:ListCompliancePacks"),
        ("GetCallerIdentity", "account_id", "sts:GetCallerIdentity"),
    ],
)
def test_a_denied_section_is_unknown_and_names_the_permission(
    server: DemoServer, operation: str, section: str, permission: str
) -> None:
    server.denied.add(operation)
    snapshot = _read(server)
    error = snapshot.errors[section]
    assert error["code"] == "NoPermission" and f"grant {permission} to the caller" in error["message"]
    assert error.get("request_id")
    assert section not in snapshot.document
    also = {"ConfigRuleCompliances"} if operation == "ListCompliancePacks" else set()
    assert set(snapshot.errors) == {section} | also


def test_a_denied_section_is_3_for_snapshot_and_check(server: DemoServer) -> None:
    server.account.comply()
    server.denied.add("GetSecurityPreference")
    done = run_here("snapshot", environment=server.environment)
    assert done.status == 3
    assert set(json.loads(done.stdout)["errors"]) == {"SecurityPreference"}
    one_line(done.stderr, "SecurityPreference", "NoPermission", "grant ram:GetSecurityPreference")
    done = run_here("check", "--format", "json", environment=server.environment)
    assert (done.status, json.loads(done.stdout)["verdict"]) == (3, "unknown")
    one_line(done.stderr, "unknown: login-mfa", "grant ram:GetSecurityPreference")


def test_several_denied_sections_are_one_line(server: DemoServer) -> None:
    server.denied |= {"GetSecurityPreference", "ListCompliancePacks"}
    done = run_here("snapshot", environment=server.environment)
    assert done.status == 3
    one_line(done.stderr, "SecurityPreference", "NoPermission", " (and 2 more)\n")


def test_one_pack_of_two_that_fails(server: DemoServer) -> None:
    server.account.pack_reports.append({"CompliancePackId": "cp-2", "ReportStatus": "NONE", "AccountId": 0})
    _lose_report(server, "cp-2")
    snapshot = _read(server)
    assert snapshot.read(("CompliancePackReports", 0, "ReportStatus")) == "COMPLETE"
    assert isinstance(snapshot.read(("CompliancePackReports", 1, "ReportStatus")), Unknown)
    assert snapshot.document["CompliancePackReports"][1] == {"CompliancePackId": "cp-2"}
    assert set(snapshot.errors) == {"CompliancePackReports.cp-2"}


def test_no_packs_at_all(server: DemoServer) -> None:
    server.account.pack_reports.clear()
    assert _read(server).document["CompliancePackReports"] == []


def test_more_packs_than_a_page_holds(server: DemoServer) -> None:
    server.account.pack_reports[:] = [{"CompliancePackId": f"cp-{n}", "ReportStatus": "NONE"} for n in range(101)]
    reports = _read(server).document["CompliancePackReports"]
    assert [report["CompliancePackId"] for report in reports] == [f"cp-{n}" for n in range(101)]
    assert server.calls["ListCompliancePacks"] == 2


# Retried


@pytest.mark.parametrize("how", ["throttled", "broken"])
def test_a_passing_trouble_is_retried(server: DemoServer, how: str) -> None:
    getattr(server, how).update({"GetSecurityPreference": 2, "GetCompliancePackReport": 1})
    snapshot = _read(server)
    assert not snapshot.errors
    assert (server.calls["GetSecurityPreference"], server.calls["GetCompliancePackReport"]) == (3, 2)


@pytest.mark.parametrize(("how", "code"), [("throttled", "Throttling.User"), ("broken", "ServiceUnavailable")])
def test_a_lasting_trouble_is_an_error_in_its_section(server: DemoServer, how: str, code: str) -> None:
    getattr(server, how)["GetSecurityPreference"] = 99
    snapshot = _read(server)
    assert {section: error["code"] for section, error in snapshot.errors.items()} == {"SecurityPreference": code}
    assert server.calls["GetSecurityPreference"] < 10


def test_a_denial_is_not_retried(server: DemoServer) -> None:
    server.denied.add("GetSecurityPreference")
    _read(server)
    assert server.calls["GetSecurityPreference"] == 1


# Nothing at all


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "SignatureDoesNotMatch"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "InvalidAccessKeyId.NotFound"),
    ],
)
@pytest.mark.parametrize("command", ["snapshot", "check"])
def test_wrong_credentials_are_2(server: DemoServer, command: str, name: str, code: str) -> None:
    done = run_here(command, environment={**server.environment, name: "LTAIwrongwrongwrong"})
    assert (done.status, done.stdout) == (2, "")
    one_line(
        done.stderr, "acctgate: the account cannot be read: GetCallerIdentity failed with", code, "check the AccessKey"
    )
    assert "LTAIwrongwrongwrong" not in done.stderr and "acctgate-demo-secret" not in done.stderr


@pytest.mark.parametrize("command", ["snapshot", "check"])
def test_no_credentials_are_2(command: str) -> None:
    done = run_here(command, "--endpoint", "127.0.0.1:9")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "no credentials for Alibaba Cloud", "ALIBABA_CLOUD_ACCESS_KEY_ID")


@pytest.mark.parametrize("command", ["snapshot", "check"])
def test_an_endpoint_where_nobody_listens_is_2(server: DemoServer, command: str, tmp_path: Path) -> None:
    with refusing_endpoint() as nobody:
        done = run_here(
            command, "--output", tmp_path / "o", environment={**server.environment, "ACCTGATE_ENDPOINT": nobody}
        )
    assert (done.status, done.stdout) == (2, "")
    assert not (tmp_path / "o").exists()
    one_line(done.stderr, nobody, "cannot connect to", "connection refused", "check the network")


def test_everything_denied_is_2(server: DemoServer) -> None:
    server.denied |= READS | OPTIONAL_READS
    with pytest.raises(SourceError, match=r"NoPermission.*check the caller's permissions"):
        _read(server)


class _Garbage(BaseHTTPRequestHandler):
    """A gateway that answers, but not with the API's answer."""

    body = b"<html>Bad gateway</html>"
    status = 502

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length") or 0))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    do_GET = do_POST

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"<html/>"), (200, b"[]"), (200, b'{"SecurityPreference": 1, "SecurityPreference": 2}'), (502, b"<html/>")],
)
def test_answers_that_are_none(server: DemoServer, status: int, body: bytes) -> None:
    handler = type("Handler", (_Garbage,), {"status": status, "body": body})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as gateway:
        thread = threading.Thread(target=gateway.serve_forever, args=(0.05,))
        thread.start()
        try:
            with pytest.raises(SourceError, match="the account cannot be read: GetCallerIdentity") as caught:
                read_account(Target(endpoint=f"127.0.0.1:{gateway.server_address[1]}"), NOW)
        finally:
            gateway.shutdown()
            thread.join()
    assert str(caught.value).isprintable()


# Roles, regions, endpoints


def test_a_role_leads_to_another_account(monkeypatch: pytest.MonkeyPatch) -> None:
    other = DemoAccount("2234567890123456")
    other.comply()
    with demo_server(monkeypatch, DemoAccount(), other) as server:
        snapshot = _read(server, f"acs:ram::{other.account_id}:role/auditor")
        assert (snapshot.account_id, snapshot.document["SecurityPreference"]) == (other.account_id, other.preference)
        done = run_here("check", "--role-arn", f"acs:ram::{other.account_id}:role/auditor", "--format", "ndjson")
        assert (done.status, json.loads(done.stdout)["account"]) == (0, other.account_id)
        done = run_here("check", "--role-arn", "acs:ram::3234567890123456:role/auditor")
        assert (done.status, done.stdout) == (2, "")
        one_line(done.stderr, "AssumeRole failed with EntityNotExist.Role")


@pytest.mark.parametrize(
    ("product", "region", "host"),
    [
        ("ims", "cn-shanghai", "ims.aliyuncs.com"),
        ("ims", "eu-central-1", "ims.aliyuncs.com"),
        ("config", "cn-shanghai", "config.cn-shanghai.aliyuncs.com"),
        ("config", "cn-hangzhou", "config.cn-shanghai.aliyuncs.com"),
        ("config", "eu-central-1", "config.cn-shanghai.aliyuncs.com"),
        ("config", "ap-southeast-1", "config.ap-southeast-1.aliyuncs.com"),
        ("sts", "eu-central-1", "sts.eu-central-1.aliyuncs.com"),
    ],
)
def test_the_region_picks_the_endpoint(product: str, region: str, host: str) -> None:
    assert Target(region=region).host(product) == host
    assert Target(region=region, endpoint="127.0.0.1:1").host(product) == "127.0.0.1:1"


@pytest.mark.parametrize("endpoint", ["127.0.0.1:8080", "127.9.9.9:1", "localhost:65535", "[::1]:80"])
def test_endpoints_on_this_machine(endpoint: str) -> None:
    assert Target(endpoint=endpoint).host("ims") == endpoint


@pytest.mark.parametrize(
    "values",
    [
        {"region": ""},
        {"region": "Shanghai"},
        {"region": "cn-shanghai.evil.example/"},
        {"region": "cn-shanghai\n"},
        {"region": "cn"},
        {"region": "cn-shanghai#"},
        {"region": "cn-上海"},
        {"role_arn": ""},
        {"role_arn": "auditor"},
        {"role_arn": "acs:ram::x:role/auditor"},
        {"role_arn": "acs:ram::1:user/auditor"},
        {"role_arn": "acs:ram::1:role/"},
        {"role_arn": "acs:ram::1:role/a b"},
        {"endpoint": ""},
        {"endpoint": "127.0.0.1"},
        {"endpoint": "127.0.0.1:"},
        {"endpoint": "127.0.0.1:0"},
        {"endpoint": "127.0.0.1:65536"},
        {"endpoint": "example.com:80"},
        {"endpoint": "10.0.0.1:80"},
        {"endpoint": "0.0.0.0:80"},
        {"endpoint": "http://127.0.0.1:80"},
        {"endpoint": "127.0.0.1.example.com:80"},
        {"endpoint": "127.0.0.1:80/x"},
        {"endpoint": "user@127.0.0.1:80"},
        {"endpoint": "127.0.0.1:٨٠"},
        {"endpoint": "localhost.example.com:80"},
        {"endpoint": "169.254.169.254:80"},
        {"endpoint": "[::2]:80"},
    ],
    ids=str,
)
def test_what_is_no_region_role_or_endpoint(values: dict[str, Any]) -> None:
    (name,) = (key.partition("_")[0] for key in values)
    with pytest.raises(SourceError, match=f"^{name} .*: invalid") as caught:
        Target(**values)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "arguments",
    [("--endpoint", "example.com:80"), ("--region", "x y"), ("--role-arn", "root")],
)
@pytest.mark.parametrize("command", ["check", "snapshot"])
def test_wrong_targets_are_2(command: str, arguments: tuple[str, str]) -> None:
    done = run_here(command, *arguments)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, f"{arguments[1]}: invalid")


def test_every_compliance_pack_that_there_is_must_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with demo_server(monkeypatch) as demo:
        account = LiveAccount(Target(endpoint=demo.endpoint))
        assert len(account.compliance_packs()) == 1
        original = demo._ListCompliancePacks

        def short(*arguments: Any) -> Any:
            answer = original(*arguments)
            answer["CompliancePacksResult"]["TotalCount"] = 3
            return answer

        monkeypatch.setattr(demo, "_ListCompliancePacks", short)
        with pytest.raises(CallError, match="1 of 3"):
            account.compliance_packs()


def test_a_parameter_that_is_not_text_is_an_error(server: DemoServer) -> None:
    """An answer may contain half a surrogate pair, which no call can name."""
    account = LiveAccount(Target(endpoint=server.endpoint))
    with pytest.raises(CallError, match="UnexpectedAnswer: a parameter or the credentials are not text"):
        account.compliance_pack_report("cp-\ud800")


@pytest.mark.parametrize("extra", [{}, {"ALIBABA_CLOUD_CREDENTIALS_URI": "http://127.0.0.1:9/x?token=SEKRET"}])
def test_missing_credentials_are_one_line(tmp_path: Path, extra: dict[str, str]) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        **extra,
    }
    command = [sys.executable, "-m", "acctgate", "check", "--endpoint", "127.0.0.1:9"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "SEKRET" not in done.stderr


@pytest.mark.parametrize("account", ["", "0", "000", "1234****3456", "prod", 1234567890123456, None])
def test_an_identity_without_an_account_is_an_error(server: DemoServer, account: Any) -> None:
    server._GetCallerIdentity = lambda *_: {"AccountId": account, "Arn": "acs:ram::1:user/x"}  # type: ignore[method-assign]
    snapshot = _read(server)
    assert snapshot.account_id is None and "account_id" not in snapshot.document
    assert snapshot.errors["account_id"]["code"] == "UnexpectedAnswer"
    assert snapshot.read(("SecurityPreference",)) == server.account.preference


def test_how_an_account_was_read_stays_with_its_snapshot(tmp_path: Path) -> None:
    how = ("me", "a role", "cn-x", "ci", "127.0.0.1:1")
    snapshot = snapshot_of({}, {}, "1", "2026-11-22T12:00:00Z", ReadAs("live", None, *how))
    (file := tmp_path / "s.json").write_text(json.dumps(snapshot.document))
    [found] = read_snapshots([str(file)])
    assert found.read_as == ReadAs("snapshot", str(file), *how)
    assert found.read_as.describe() == f"snapshot {file}, as me, in cn-x, profile ci, answered by 127.0.0.1:1"


@pytest.mark.parametrize(
    ("command", "status"),
    [
        (("snapshot", "--output", "out"), 2),
        (("fix", "--policy", "strict", "--output", "out"), 2),
        (("init", "out"), 2),
        (("compliance", "list"), 2),
        (("doctor", "--format", "json"), 1),
    ],
)
def test_another_account_than_meant_is_refused(
    server: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...], status: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "out").mkdir() if command[0] == "init" else None
    done = run_here(*command, "--account", "1500000000000001")
    assert done.status == status
    if command[0] == "doctor":
        [found] = [each for each in json.loads(done.stdout)["findings"] if each["subject"] == "identity"]
        assert "of account 1234567890123456, but --account is 1500000000000001" in found["detail"]
    else:
        assert done.stdout == ""
        one_line(done.stderr, "account 1234567890123456 is not expected; --account is 1500000000000001")
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert written == []
    again = run_here(*command, "--account", "1500000000000001", "--account", "1234567890123456")
    assert again.status in (0, 1 if command[0] == "doctor" else 0)


def test_an_account_that_does_not_say_who_it_is_is_refused_too(server: DemoServer) -> None:
    server.denied.add("GetCallerIdentity")
    done = run_here("snapshot", "--account", "1234567890123456")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "the account is not known; --account is 1234567890123456")
