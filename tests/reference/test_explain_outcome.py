"""`acctgate explain --report`: one outcome, from its value to the line of the policy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.support import HERE, one_line
from tests.support.accounts import GOOD
from tests.support.fitting import HOURS, changed
from tests.support.process import Done, run_here

POLICY = """version: 1
extends: strict
rules:
  session-duration: {max_hours: 4}
waivers:
  - {rule: root-mfa, reason: moving, owner: ops, expires: 2099-01-31, ticket: SEC-7}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a repository with a policy and a report on two accounts after a deploy."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/policy.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / ".git").mkdir()
    accounts = [
        {**GOOD, "account_id": "1500000000000001", "alias": "prod"},
        {**changed((HOURS, 4), ((*BOUND,), False)), "account_id": "1600000000000002"},
    ]
    (tmp_path / "fleet.ndjson").write_text("".join(f"{json.dumps(each)}\n" for each in accounts), encoding="utf-8")
    done = run_here("check", "fleet.ndjson", "--format", "json", "--output", "report.json", cwd=tmp_path)
    assert done.status == 1
    return tmp_path


BOUND = ("AccountSecurityPracticeInfo", "AccountSecurityPracticeUserInfo", "BindMfa")


def explain(*arguments: str) -> Done:
    """Return the output of the command, in English."""
    return run_here("explain", *arguments, "--language", "en")


def facts(text: str) -> dict[str, str]:
    """Return the lines below the head, by label."""
    return dict(re.findall(r"^  (\w+) +(.*)$", text, re.MULTILINE))


def test_a_violation() -> None:
    done = explain("--report", "report.json", "--rule", "session-duration", "--account", "prod")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.startswith("1500000000000001: session-duration: failed (mandatory, medium)\n")
    assert facts(done.stdout) == {
        "value": "6",
        "path": "SecurityPreference.LoginProfilePreference.LoginSessionDuration",
        "policy": "policies/policy.yaml:4 session-duration: {level: mandatory, max_hours: 4}",
        "expected": "at most 4 hours",
        "compared": "6 > 4 (max_hours)",
        "message": "a console session lasts 6 hours",
        "remediation": facts(done.stdout)["remediation"],
    }


def test_a_waiver_and_a_ratio() -> None:
    done = explain("root-mfa", "--report", "report.json", "--account", "1600000000000002")
    assert done.stdout.startswith("1600000000000002: root-mfa: waived (mandatory, critical)\n")
    assert facts(done.stdout)["waiver"] == "ops, until 2099-01-31: moving; ticket SEC-7"
    ratio = explain("user-mfa", "--report", "report.json", "--account", "prod")
    assert re.fullmatch(r"(\d+) / \1 = 1 = 1\.0 \(minimum_ratio\)", facts(ratio.stdout)["compared"])


def test_without_an_account_each_outcome_is_explained() -> None:
    heads = [line for line in explain("--report", "report.json", "root-mfa").stdout.splitlines() if line[:1].isdigit()]
    assert [head.partition(":")[0] for head in heads] == ["1500000000000001", "1600000000000002"]


def test_what_a_plan_does(folder: Path) -> None:
    plan = HERE / "plans/pulumi/update.preview.json"
    (folder / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    run_here("check", "good.json", plan, "--format", "json", "--output", "planned.json", cwd=folder)
    found = facts(explain("--report", "planned.json", "--rule", "network-masks").stdout)
    assert found["plan"].startswith('"10.0.0.0/8" → "" (looser); opens every network')
    assert found["value"] == '""'


def test_another_policy_is_not_taken_for_the_one_that_judged(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text("version: 1\nextends: baseline\n", encoding="utf-8")
    found = facts(explain("--report", "report.json", "--rule", "session-duration", "--account", "prod").stdout)
    assert found["policy"] == "the policy that judged is not in this folder; name it with --policy"
    assert "compared" not in found
    done = run_here("explain", "--report", "report.json", "session-duration", "--language", "zh")
    assert "  策略        此目录中没有作出判定的策略；请用 --policy 指定" in done.stdout


def test_a_policy_that_does_not_know_the_rule(folder: Path) -> None:
    report = (folder / "report.json").read_text(encoding="utf-8").replace("session-duration", "our-rule")
    (folder / "report.json").write_text(report, encoding="utf-8")
    asked = ("--report", "report.json", "our-rule", "--account", "prod", "--policy", "baseline")
    assert facts(explain(*asked).stdout)["policy"] == "has no entry for this rule"


def test_in_chinese() -> None:
    done = run_here("explain", "--report", "report.json", "session-duration", "--language", "zh")
    assert done.stdout.startswith("1500000000000001：session-duration：未通过（强制、中）\n")
    assert "  修复建议" in done.stdout
    waived = run_here("explain", "root-mfa", "--language", "zh").stdout
    assert waived.endswith("\n豁免：\n  所有账号：ops，至 2099-01-31：moving；工单 SEC-7\n")
    report = ("--report", "report.json", "--account", "1600000000000002")
    explained = run_here("explain", "root-mfa", *report, "--language", "zh").stdout
    assert "  豁免        ops，至 2099-01-31：moving；工单 SEC-7\n" in explained


def test_an_account_without_a_name_in_chinese(folder: Path) -> None:
    document = {name: value for name, value in GOOD.items() if name not in ("account_id", "alias")}
    (folder / "nameless.json").write_text(json.dumps(document), encoding="utf-8")
    run_here("check", "nameless.json", "--format", "json", "--output", "nameless-report.json")
    done = run_here("explain", "--report", "nameless-report.json", "session-duration", "--language", "zh")
    assert done.stdout.startswith("未知：session-duration：")


def test_a_rule_is_explained_with_its_waivers_tickets() -> None:
    assert explain("root-mfa").stdout.endswith(
        "\nWaivers:\n  every account: ops, until 2099-01-31: moving; ticket SEC-7\n"
    )
    assert "Waivers:" not in explain("session-duration").stdout


def test_waivers_for_users_and_of_groups_are_listed_as_what_they_cover(folder: Path) -> None:
    terms = "reason: r, owner: o, expires: 2099-01-31"
    policy = f"""version: 1
extends: strict
groups:
  sandbox:
    match: {{id: "1500000000000001"}}
    waivers:
      - {{rule: user-mfa, {terms}}}
waivers:
  - {{rule: user-mfa, user: ada@example.org, {terms}}}
"""
    (folder / "policies/policy.yaml").write_text(policy, encoding="utf-8")
    expected = [
        "  one user of every account: o, until 2099-01-31: r",
        "  every account in group sandbox: o, until 2099-01-31: r",
    ]
    for option in ((), ("--policy", "policies/policy.yaml")):
        assert explain("user-mfa", *option).stdout.partition("\nWaivers:\n")[2].splitlines() == expected


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "Missing argument RULE"),
        (("root-mfa", "--rule", "user-mfa"), "name two rules"),
        (("root-mfa", "--account", "1"), "--account goes with --report"),
        (("root-mfq", "--report", "report.json"), "the report has no such rule (did you mean root-mfa?)"),
        (("root-mfa", "--report", "report.json", "--account", "7"), "the report has no account 7"),
        (("root-mfa", "--report", "nowhere.json"), "nowhere.json: no such file"),
    ],
)
def test_wrong_use(arguments: tuple[str, ...], part: str) -> None:
    done = explain(*arguments)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, part)
