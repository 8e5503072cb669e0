"""A rule module that ends its process, perhaps with status 0, never makes a pass."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import run
from tests.support.accounts import GOOD

MODULE = """
from acctgate.rules.base import Judgement, RuleEntry, SettingRule

import os, sys
{at_import}

def judge(score, want):
    {in_judge}
    return Judgement("pass", "fine", score)

RULE = SettingRule(
    id="acme-score", title="Score", doc="Why.", severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "any", judge=judge, remediation="None.",
)
"""
ENDS = ("os._exit(0)", "__import__('posix')._exit(0)", "sys.exit(0)", "os.execv('/bin/true', ['true'])", "os.abort()")


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("call", ENDS)
@pytest.mark.parametrize("place", ["at_import", "in_judge"])
def test_it_is_never_exit_status_0(tmp_path: Path, place: str, call: str, jobs: str) -> None:
    code = {"at_import": "pass", "in_judge": "pass", place: call}
    (tmp_path / "acme_rules.py").write_text(MODULE.format(**code))
    policy = {"version": 1, "rule_modules": ["./acme_rules.py"], "rules": {"acme-score": {"level": "mandatory"}}}
    (tmp_path / "policy.json").write_text(json.dumps(policy))
    (tmp_path / "good.json").write_text(json.dumps(GOOD))
    done = run("check", "--snapshot", "good.json", "--policy", "policy.json", "--jobs", jobs, cwd=tmp_path)
    assert done.returncode == (2 if place == "at_import" else 3), done.stderr
    assert "Traceback" not in done.stderr
