"""`acctgate demo`: a verdict without a cloud account, a project, credentials or a network."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Final

import pytest

from acctgate.demo import DemoServer
from tests.support import one_line
from tests.support.process import run_here

SECRET: Final = "a-secret-of-the-user"
CHANGING: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ|, answered by\s+127\.0\.0\.1:\d+")


def test_it_shows_the_verdict_of_the_baseline_and_the_next_steps(tmp_path: Path) -> None:
    done = run_here("demo", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "")
    with DemoServer() as server:
        check = run_here("check", "--policy", "baseline", cwd=tmp_path, environment=server.environment)
    texts = (CHANGING.sub("", text) for text in (done.stdout, check.stdout))
    (verdict, _, rest), checked = (text.partition("\nJudged by") for text in texts)
    assert verdict == checked[0]
    assert verdict.startswith("BLOCKED  account 1234567890123456: 2 violations of 6 mandatory rules\n")
    assert f"`acctgate check` exits with status {check.status} for this verdict" in rest
    assert "acctgate check --policy baseline" in rest and "acctgate init" in rest
    assert not list(tmp_path.iterdir()), "it writes no file"


def test_the_next_steps_are_in_chinese(tmp_path: Path) -> None:
    done = run_here("demo", "--language", "zh", cwd=tmp_path)
    assert "这是演示账号。对于这一结论，`acctgate check` 的退出状态为 1。接下来：" in done.stdout
    purposes = ["按预设策略 strict 生成便于阅读的页面", "使用只读凭据检查您自己的账号", "为仓库生成策略和流水线"]
    assert all(purpose in done.stdout for purpose in purposes)


def test_the_users_settings_and_credentials_are_neither_used_nor_changed(tmp_path: Path) -> None:
    foreign = {
        "ACCTGATE_PROFILE": "no-such-profile",
        "ACCTGATE_ROLE_ARN": "acs:ram::1:role/other",
        "ACCTGATE_ENDPOINT": "127.0.0.1:1",
        "ACCTGATE_ACCOUNTS": "4444444444444444",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "another",
        "ALIBABA_CLOUD_SECURITY_TOKEN": SECRET,
        "HTTP_PROXY": "http://127.0.0.1:1",
        "http_proxy": "http://127.0.0.1:1",
    }
    before = dict(os.environ)
    done = run_here("demo", "--format", "json", cwd=tmp_path, environment=foreign)
    assert (done.status, dict(os.environ)) == (0, before)
    assert SECRET not in done.stdout + done.stderr
    [account] = json.loads(done.stdout)["accounts"]
    assert (account["account"], account["read_as"]["caller"]) == (
        "1234567890123456",
        "acs:ram::1234567890123456:user/demo",
    )
    assert "acctgate init" in done.stderr, "the next steps are no part of another format"


@pytest.mark.parametrize(("policy", "violations"), [("baseline", 2), ("strict", 6)])
def test_a_preset_or_a_file_judges(policy: str, violations: int, tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(f"version: 1\nextends: {policy}\n")
    for name in (policy, "own.yaml"):
        done = run_here("demo", "--policy", name, cwd=tmp_path)
        assert done.status == 0
        assert f": {violations} violations of " in done.stdout.splitlines()[0]


def test_an_invalid_policy_is_one_line(tmp_path: Path) -> None:
    done = run_here("demo", "--policy", "nowhere.yaml", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "nowhere.yaml")
