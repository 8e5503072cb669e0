"""What an independent review has found: each once passed, leaked or broke."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoServer
from acctgate.model.snapshot import Snapshot
from acctgate.reading import SourceError, read_json
from acctgate.redact import one_line
from acctgate.sources.call_error import CallError
from acctgate.sources.calls import Target
from acctgate.sources.live import LiveAccount

URN = "urn:pulumi:s::p::alicloud:ram/securityPreference:SecurityPreference::pref"


@pytest.mark.parametrize(
    "plan",
    [
        {"resourcePlans": None},
        {"resourcePlans": {URN: {"goal": {"inputDiff": {"adds": {"mfaOperationForLogin": "x"}}}, "steps": None}}},
        {"changeSummary": {"create": 1}, "duration": 1},
        {
            "format_version": "1.2",
            "planned_values": {
                "root_module": {"resources": [{"type": "alicloud_ram_security_preference", "values": {}}]}
            },
        },
    ],
)
def test_a_plan_that_is_not_whole_is_refused(tmp_path: Path, plan: dict[str, Any]) -> None:
    from acctgate.plan.read import read_plan

    (tmp_path / "plan.json").write_text(json.dumps(plan))
    with pytest.raises(SourceError):
        read_plan(str(tmp_path / "plan.json"))


def test_every_compliance_pack_that_there_is_must_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with DemoServer() as demo:
        for name, value in demo.environment.items():
            monkeypatch.setenv(name, value)
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


@pytest.mark.parametrize(
    "text",
    [
        "to sign is:POST&%2F&AccessKeyId%3DSEKRET%26SecurityToken%3DSEKRET",
        "https%3A%2F%2Fx%3Fa%26Signature%3DSEKRET",
        '{"AccessKeySecret":"SEKRET"}',
        "Authorization: Bearer SEKRET",
        "https://x/y?a='SEKRET'",
    ],
)
def test_no_secret_in_an_error_text(text: str) -> None:
    assert "SEKRET" not in one_line(text)


def test_a_number_that_is_too_large_is_no_json() -> None:
    with pytest.raises(SourceError):
        read_json('{"UnusedAkNum": 1e400}', "x")


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


@pytest.mark.parametrize("account", ["", "0", "000"])
def test_zero_names_no_account(account: str) -> None:
    assert Snapshot.from_document({"version": 1, "account_id": account}).account_id is None


def test_a_second_head_before_the_body(tmp_path: Path) -> None:
    from acctgate.sources.responses import read_responses

    heads = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX_Y: z\r\n folded\r\n\r\n"
    (tmp_path / "answer").write_text(heads + '{"AccountSecurityPracticeInfo": {"Score": 90}}')
    assert read_responses([str(tmp_path / "answer")]).read(("AccountSecurityPracticeInfo", "Score")) == 90
