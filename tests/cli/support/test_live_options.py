"""The options that select the live account, where none is read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.accounts import GOOD
from tests.support.process import run_here

ROLE = "acs:ram::1234567890123456:role/audit"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a snapshot."""
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    return tmp_path


@pytest.mark.parametrize("command", ["check", "fix"])
@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--profile", "prod"], "--profile has"),
        (
            ["--region", "cn-shanghai", "--role-arn", ROLE, "--endpoint", "127.0.0.1:9"],
            "--region, --role-arn, --endpoint have",
        ),
    ],
    ids=["one", "several"],
)
def test_an_option_that_has_no_effect_is_named(folder: Path, command: str, options: list[str], named: str) -> None:
    done = run_here(command, "--snapshot", "good.json", "--policy", "baseline", *options, cwd=folder)
    assert (done.status, done.stderr) == (0, f"acctgate: {named} no effect: the account is read from files\n")


def test_neither_variables_nor_quiet_runs_are_noted(folder: Path) -> None:
    check = ("check", "--snapshot", "good.json", "--policy", "baseline")
    variables = {"ACCTGATE_REGION": "cn-shanghai", "ACCTGATE_PROFILE": "prod"}
    assert run_here(*check, cwd=folder, environment=variables).stderr == ""
    assert run_here(*check, "--quiet", "--profile", "prod", cwd=folder).stderr == ""
