"""The optional sections: password policy, SSO and AccessKey policy, live and in files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import pytest

from acctgate.demo import DemoServer
from acctgate.model.sections import OPTIONAL_SECTIONS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.sources import SourceError
from acctgate.sources.live import read_account
from acctgate.sources.operations import BY_NAME
from acctgate.sources.responses import read_responses
from acctgate.sources.target import Target
from tests.support import one_line
from tests.support.accounts import OPTIONAL_READS, READS
from tests.support.demo import demo_server
from tests.support.process import run_here

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICY: Final = """version: 1
rules:
  root-mfa:
  password-length: {minimum: 14}
  user-sso: {require: true}
  access-key-networks: {within: [10.0.0.0/8]}
"""
RULES: Final = {
    "GetPasswordPolicy": "password-length",
    "GetUserSsoSettings": "user-sso",
    "GetAccessKeyPolicyForAccount": "access-key-networks",
}
STATEMENTS: Final = [{"Type": "ClassicWhiteList", "IPList": ["10.0.0.0/8"]}]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve the demo account, with its credentials in the environment."""
    with demo_server(monkeypatch) as running:
        yield running


def check(folder: Path, policy: str) -> tuple[int, dict[str, Any], str]:
    """Return the exit status, the outcomes by rule, and what standard error says."""
    (folder / "policy.yaml").write_text(policy)
    done = run_here("check", "--policy", folder / "policy.yaml", "--format", "json")
    [account] = json.loads(done.stdout)["accounts"]
    return done.status, {each["rule"]: each for each in account["outcomes"]}, done.stderr


def test_a_denied_call_leaves_the_other_rules_judged(server: DemoServer, tmp_path: Path) -> None:
    server.account.comply()
    server.account.user_sso["SsoEnabled"] = True
    server.account.access_key_policy |= {"Status": "Active", "Statements": STATEMENTS}
    assert check(tmp_path, POLICY)[0] == 0
    for operation, rule in RULES.items():
        server.denied = {operation}
        status, found, errors = check(tmp_path, POLICY)
        assert status == 3
        one_line(errors, f"unknown: {rule}: {operation} failed with NoPermission", f"grant ram:{operation}")
        assert {name for name, each in found.items() if each["outcome"] == "unknown"} == {rule}


@pytest.mark.parametrize(
    ("rules", "calls"),
    [
        ("", set()),
        ("password-age: {level: disabled}", set()),
        ("password-age: {level: advisory, max_days: 90}", {"GetPasswordPolicy"}),
        ("user-mfa: {minimum_ratio: 1.0}", set()),
        ("user-mfa: {minimum_ratio: 1.0, where_sso: skip}", {"GetUserSsoSettings"}),
        ("access-key-networks: {}", {"GetAccessKeyPolicyForAccount"}),
        ("no-loosening: {}", {"GetPasswordPolicy"}),
    ],
)
def test_only_enabled_rules_cost_calls(server: DemoServer, tmp_path: Path, rules: str, calls: set[str]) -> None:
    check(tmp_path, f"version: 1\nrules: {{root-mfa: , {rules}}}\n")
    assert server.calls == dict.fromkeys(READS | calls, 1)


def test_a_snapshot_reads_everything_and_reports_what_is_missing(server: DemoServer) -> None:
    server.denied = {"GetUserSsoSettings"}
    done = run_here("snapshot")
    assert set(server.calls) == READS | OPTIONAL_READS
    document = json.loads(done.stdout)
    assert done.status == 3
    assert OPTIONAL_SECTIONS & set(document) == {"PasswordPolicy", "AccessKeyPolicy", "ConfigRuleCompliances"}
    one_line(done.stderr, "UserSsoSettings is missing: GetUserSsoSettings failed with NoPermission")


@pytest.mark.parametrize("policy", ["", "not JSON", "[]", '{"Status": "Active", "Status": "Inactive"}', "NaN"])
def test_an_access_key_policy_that_is_no_json_is_unknown(server: DemoServer, policy: str) -> None:
    server._GetAccessKeyPolicyForAccount = lambda *_: {"AccessKeyPolicy": policy}  # type: ignore[method-assign]
    snapshot = read_account(Target(endpoint=server.endpoint), NOW)
    found = snapshot.read(("AccessKeyPolicy", "Status"))
    assert isinstance(found, Unknown)
    assert found.reason.startswith("GetAccessKeyPolicyForAccount failed with UnexpectedAnswer: AccessKeyPolicy")
    assert set(snapshot.errors) == {"AccessKeyPolicy"}
    assert snapshot.read(("PasswordPolicy", "MinimumPasswordLength")) == 8


def answers(form: str) -> dict[str, str]:
    """Return an answer of each operation, by file name."""
    policy = {"Version": 1, "Status": "Active", "Statements": STATEMENTS}
    sections: dict[str, Any] = {
        "PasswordPolicy": {"MinimumPasswordLength": 12, "RequireNumbers": True, "MaxLoginAttemps": 5},
        "UserSsoSettings": {"SsoEnabled": True, "AuxiliaryDomain": "example.com"},
        "AccessKeyPolicy": json.dumps(policy),
    }
    if form == "json":
        return {key: json.dumps({"RequestId": "A-B", key: value}) for key, value in sections.items()}
    return {
        key: f"<Response><RequestId>A-B</RequestId>{_xml(key, value)}</Response>" for key, value in sections.items()
    }


def _xml(key: str, value: Any) -> str:
    inner = "".join(_xml(*each) for each in value.items()) if isinstance(value, dict) else None
    return (
        f"<{key}>{escape(value if isinstance(value, str) else json.dumps(value)) if inner is None else inner}</{key}>"
    )


def read(folder: Path, files: dict[str, str]) -> Snapshot:
    """Read the answers in these files."""
    for name, text in files.items():
        (folder / name).write_text(text)
    return read_responses([str(folder / name) for name in files])


@pytest.mark.parametrize("form", ["json", "xml"])
def test_raw_answers_make_up_one_account(tmp_path: Path, form: str) -> None:
    snapshot = read(tmp_path, answers(form))
    assert not snapshot.problems
    assert snapshot.document == {
        "version": 1,
        "PasswordPolicy": {"MinimumPasswordLength": 12, "RequireNumbers": True, "MaxLoginAttemps": 5},
        "UserSsoSettings": {"SsoEnabled": True, "AuxiliaryDomain": "example.com"},
        "AccessKeyPolicy": {"Version": 1, "Status": "Active", "Statements": STATEMENTS},
    }


def test_a_raw_policy_that_is_no_json_leaves_the_rest(tmp_path: Path) -> None:
    files = answers("json") | {"AccessKeyPolicy": '{"AccessKeyPolicy": "{"}'}
    snapshot = read(tmp_path, files)
    assert snapshot.errors["AccessKeyPolicy"]["code"] == "UnexpectedAnswer"
    assert snapshot.read(("UserSsoSettings", "SsoEnabled")) is True


def test_the_policy_of_one_key_is_not_the_accounts(tmp_path: Path) -> None:
    text = '{"AccessKeyId": "LTAI-1", "AccessKeyPolicy": "{}"}'
    with pytest.raises(SourceError, match="is the policy of one AccessKey pair; GetAccessKeyPolicyForAccount returns"):
        read(tmp_path, {"one.json": text})


def test_a_section_given_twice_is_an_error(tmp_path: Path) -> None:
    text = '{"AccessKeyPolicy": "{}"}'
    with pytest.raises(SourceError, match=r"b\.json: AccessKeyPolicy is also in .*a\.json; give it once"):
        read(tmp_path, {"a.json": text, "b.json": text})


@pytest.mark.parametrize("operation", sorted(OPTIONAL_READS))
def test_an_api_error_belongs_to_its_section(tmp_path: Path, operation: str) -> None:
    denied = {"Code": "NoPermission", "Message": "no", "AccessDeniedDetail": {"AuthAction": f"ram:{operation}"}}
    snapshot = read(tmp_path, {"denied.json": json.dumps(denied)})
    assert set(snapshot.errors) == {BY_NAME[operation].section}
