"""Worker processes: the same reports, messages and exit status as one process, and no pass if a worker ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support import one_line, run, without_time
from tests.support.process import run_here

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
        info = {"Score": number % 101, "Padding": "x" * 4000}
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


WAIVER = """waivers:
  - {rule: security-score, account: "9", reason: r, owner: o, expires: 2099-12-31}
"""
GROUP = """groups:
  few: {match: {id: ["9"]}, rules: {security-score: {level: advisory, minimum: 60}}}
"""


@pytest.mark.parametrize("more", ["", WAIVER, GROUP], ids=["plain", "waiver", "group"])
@pytest.mark.parametrize("options", ["", "--verbose", "--fail-on critical", "--framework cis-2.0"])
def test_text_is_the_same_if_workers_return_totals(tmp_path: Path, fleet: Path, more: str, options: str) -> None:
    policy = tmp_path / "text.yaml"
    policy.write_text(f"version: 1\nextends: baseline\n{more}")
    check: list[str | Path] = ["check", "--policy", policy, "--snapshot", fleet, *options.split()]
    single, several = (run_here(*check, "--jobs", jobs) for jobs in ("1", "3"))
    assert without_time(single.stdout) == without_time(several.stdout) != ""
    assert (single.status, single.stderr) == (several.status, several.stderr)
    assert single.stdout.count("399 accounts") == 1


@pytest.mark.parametrize("broken", [range(5), range(6), range(7), range(300), range(6, 400)], ids=str)
@pytest.mark.parametrize("known", [5, 400])
def test_any_number_of_workers_names_a_broken_line(tmp_path: Path, fleet: Path, broken: range, known: int) -> None:
    lines = fleet.read_text().splitlines()[:known]
    lines = ["{broken" if number in broken else line for number, line in enumerate(lines)]
    fleet.write_text("".join(f"{line}\n" for line in lines))
    check = ("check", "--policy", "baseline", "--snapshot", fleet)
    single, several = (run_here(*check, "--jobs", jobs) for jobs in ("1", "3"))
    assert without_time(single.stdout) == without_time(several.stdout)
    assert (single.status, single.stderr) == (several.status, several.stderr)
    first = next((number for number in (*broken, 7) if number < known), None)
    assert first is None or f"{fleet}:{min(first, 7) + 1}: invalid JSON" in several.stderr


def test_other_formats_and_comparisons_get_every_report(tmp_path: Path, fleet: Path) -> None:
    check = ("check", "--policy", "baseline", "--snapshot", fleet, "--jobs", "3")
    report = tmp_path / "report.json"
    run_here(*check, "--format", "text", "--format", f"json={report}")
    assert len(json.loads(report.read_text())["accounts"]) == 399
    since = run_here(*check, "--since", report)
    assert "399 accounts" in since.stdout and "new" not in since.stderr
    assert "gone from the report" not in since.stdout


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGTERM)", "os.kill(os.getpid(), signal.SIGKILL)"])
def test_a_worker_that_ends_is_an_error(tmp_path: Path, fleet: Path, end: str) -> None:
    policy = write_policy(tmp_path, f"if score == 90: {end}")
    done = run("check", "--policy", policy, "--snapshot", fleet, "--format", "json", "--jobs", "2")
    assert done.returncode == 2
    message = "".join(line for line in done.stderr.splitlines(keepends=True) if "acctgate" in line)
    one_line(message, "acctgate: a worker process ended unexpectedly")
    assert "Traceback" not in done.stderr
