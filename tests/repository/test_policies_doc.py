"""docs/policies.md: what it shows works as it says."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

from acctgate.policy import load_policy
from tests.support import ROOT
from tests.support.process import run_here

DOC: Final = (ROOT / "docs/policies.md").read_text(encoding="utf-8")


def block(kind: str, containing: str) -> str:
    """Return the fenced block of that kind that contains a text."""
    [found] = [text for text in re.findall(rf"```{kind}\n(.*?)```", DOC, re.DOTALL) if containing in text]
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a repository as the page describes it."""
    policies = tmp_path / "policies"
    for name, text in {
        "our_rules.py": block("python", "score-margin"),
        "policy.yaml": block("yaml", "rule_modules"),
        "tests/score-margin/fail/sixty.yaml": block("yaml", "expect:"),
    }.items():
        (policies / name).parent.mkdir(parents=True, exist_ok=True)
        (policies / name).write_text(text)
    return tmp_path


def test_the_own_rule_works(folder: Path) -> None:
    (folder / "s.json").write_text(json.dumps({"version": 1, "AccountSecurityPracticeInfo": {"Score": 65}}))
    done = run_here("check", "--snapshot", "s.json", "--format", "json", cwd=folder)
    [found] = [o for o in json.loads(done.stdout)["accounts"][0]["outcomes"] if o["rule"] == "score-margin"]
    assert (found["outcome"], found["level"], found["expected"]) == ("fail", "advisory", "at least 70")
    assert run_here("explain", "score-margin", cwd=folder).status == 0
    assert run_here("policy", "lint", cwd=folder).status == 0


def test_the_example_holds(folder: Path) -> None:
    done = run_here("test", "policies/tests", cwd=folder)
    assert (done.status, done.stderr) == (0, "") and done.stdout.endswith("1 example: 1 passed\n")


def test_what_policy_show_prints(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text(
        "version: 1\nextends:\n  - strict\n\n\nrules:\n  session-duration: {max_hours: 4}\n"
    )
    shown = run_here("policy", "show", cwd=folder).stdout
    excerpt = block("console", "acctgate policy show\n").partition("…\n")[2]
    assert excerpt and excerpt in shown
    assert load_policy(folder / "policies/policy.yaml").rules["session-duration"]["level"] == "mandatory"


def test_what_policy_show_prints_of_an_account(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text(block("yaml", "production:"))
    member = {"folder": "/prod/payments", "tags": {"env": "prod"}}
    account = {"version": 1, "account_id": "1234567890123456", "alias": "prod", "member": member}
    (folder / "accounts.ndjson").write_text(json.dumps(account))
    command, text = block("console", "acctgate policy show --account").removeprefix("$ acctgate ").split("\n", 1)
    shown = run_here(*command.split(), cwd=folder).stdout
    comments, _, excerpt = text.partition("…\n")
    assert shown.startswith(comments) and excerpt and excerpt in shown
