"""Worker processes: the same reports, messages and exit status as one process, and no pass if a worker ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import one_line, run, without_time

RULE = '''"""A rule of our own."""

import os
import signal
from acctgate.rules.base import Judgement, RuleEntry, SettingRule

def judge(score, want):
    print("printed by the rule")
    {body}
    return Judgement("pass", "fine", score)

RULE = SettingRule(
    id="acme", title="acme", doc=__doc__, severity="high", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "acme", remediation="Repair it.", judge=judge,
)
'''


def write_policy(folder: Path, body: str) -> Path:
    """Write a policy with a rule whose function contains `body`."""
    (folder / "acme.py").write_text(RULE.format(body=body))
    path = folder / "policy.yaml"
    path.write_text("version: 1\nextends: baseline\nrule_modules: [acme.py]\nrules: {acme: {}}\n")
    return path


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """Snapshots that need several chunks, with broken lines among them."""
    lines = []
    for number in range(400):
        info = {"Score": number % 101, "Padding": "x" * 1000}
        lines.append(json.dumps({"version": 1, "account_id": str(number + 1), "AccountSecurityPracticeInfo": info}))
    lines[7], lines[200], lines[399] = "{broken", '{"version": 2}', ""
    path = tmp_path / "fleet.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


@pytest.mark.parametrize("body", ["pass", "raise RuntimeError(str(score))", "raise SystemExit(0)"])
def test_workers_change_no_result(tmp_path: Path, fleet: Path, body: str) -> None:
    check = ("check", "--policy", write_policy(tmp_path, body), "--snapshot", fleet, "--format", "json")
    single, several = run(*check, "--jobs", "1"), run(*check, "--jobs", "3")
    assert single.returncode == several.returncode == 2
    assert len(json.loads(single.stdout)["accounts"]) == 399
    first, second = (without_time(done.stdout) for done in (single, several))
    assert first == second
    assert single.stderr.splitlines()[-1] == several.stderr.splitlines()[-1]


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGTERM)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_worker_that_ends_is_an_error(tmp_path: Path, fleet: Path, end: str) -> None:
    policy = write_policy(tmp_path, f"if score == 90: {end}")
    done = run("check", "--policy", policy, "--snapshot", fleet, "--format", "json", "--jobs", "2")
    assert done.returncode == 2
    message = "".join(line for line in done.stderr.splitlines(keepends=True) if "acctgate" in line)
    one_line(message, "acctgate: a worker process ended unexpectedly")
    assert "Traceback" not in done.stderr
