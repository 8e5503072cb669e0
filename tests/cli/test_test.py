"""`acctgate test`: examples of rules and policies, mismatches, and rules without examples."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from defusedxml.ElementTree import fromstring

from acctgate.commands.test import Example, run_example
from acctgate.policy import load_preset
from acctgate.rules import RULES
from tests.support import HERE, NOW, ROOT, one_line
from tests.support.process import run_here

BOUND: Final = "root-mfa/pass/x.yaml"
SCORE: Final = "security-score/pass/x.yaml"
WHOLE: Final = "pass/x.yaml"
GOOD: Final = {
    "version": 1,
    "AccountSecurityPracticeInfo": {"Score": 90, "AccountSecurityPracticeUserInfo": {"BindMfa": True}},
}
WEAK: Final = {
    "version": 1,
    "AccountSecurityPracticeInfo": {"Score": 50, "AccountSecurityPracticeUserInfo": {"BindMfa": True}},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a policy that has a rule of its own, and examples of all rules."""
    shutil.copytree(HERE / "policies/modules", tmp_path / "modules", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/policy.yaml").write_text(
        "version: 1\nrule_modules: [../modules/acme.py]\n"
        "rules: {root-mfa: , security-score: {minimum: 60}, acme-score-margin: {points: 10}}\n"
    )
    for name, document in {
        "pass/good.json": GOOD,
        "fail/weak.json": WEAK,
        "unknown/nothing.json": {"version": 1},
        "root-mfa/pass/bound.json": {"snapshot": GOOD},
        "root-mfa/fail/unbound.json": {
            "snapshot": {"AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": {"BindMfa": False}}}
        },
        "root-mfa/unknown/denied.json": {"snapshot": {}},
        "security-score/pass/as-the-policy-wants.json": {
            "snapshot": GOOD,
            "expect": {"actual": 90, "expected": "at least 60"},
        },
        "security-score/fail/of-its-own.json": {"snapshot": GOOD, "policy": {"minimum": 95}},
        "security-score/unknown/nothing.json": {"snapshot": {}},
        "acme-score-margin/pass/ninety.json": {"snapshot": "../../accounts/ninety.json"},
        "acme-score-margin/fail/fifty.json": {"snapshot": WEAK, "expect": {"message": "the score is 50"}},
        "acme-score-margin/unknown/text.json": {"snapshot": {"AccountSecurityPracticeInfo": {"Score": "90"}}},
    }.items():
        write(tmp_path, name, document)
    (tmp_path / "examples/accounts").mkdir()
    (tmp_path / "examples/accounts/ninety.json").write_text(json.dumps(GOOD))
    return tmp_path


def write(folder: Path, name: str, document: Any) -> None:
    """Write an example."""
    file = folder / "examples" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(document if isinstance(document, str) else json.dumps(document))


@pytest.mark.parametrize("limit", ["policy", "option"])
def test_an_example_without_a_time_has_no_age(folder: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    if limit == "option":
        monkeypatch.setenv("ACCTGATE_MAX_AGE", "24h")
    else:
        with (folder / "policies/policy.yaml").open("a") as file:
            file.write("max_age_hours: 24\n")
    assert run_here("test", "examples", cwd=folder).status == 0


def test_all_match(folder: Path) -> None:
    done = run_here("test", "examples", cwd=folder)
    lacks = "Rules without examples (1):\n    no pass, fail, unknown: acme-no-passkeys\n\n"
    assert (done.status, done.stdout, done.stderr) == (0, f"{lacks}12 examples: 12 passed\n", "")
    assert run_here("test", "examples", "--require-examples", cwd=folder).status == 1


def test_mismatches_are_listed(folder: Path) -> None:
    write(folder, "root-mfa/fail/wrong.json", {"snapshot": GOOD, "expect": {"actual": False, "message": "no MFA"}})
    write(folder, "pass/wrong.json", {"snapshot": WEAK, "expect": {"security-score": "pass", "root-mfa": "pass"}})
    done = run_here("test", "examples", cwd=folder)
    assert (done.status, done.stderr) == (1, "")
    assert done.stdout.startswith(
        "✗ pass/wrong.json\n"
        "    expected the verdict pass, found fail\n"
        "    security-score: fail: the security score is 50; the policy requires at least 60\n"
        "    acme-score-margin: fail: the score is 50; the policy requires at least 70\n"
        "    expect.security-score: expected pass, found fail: the security score is 50; the policy requires at least "
        "60\n"
        "✗ root-mfa/fail/wrong.json\n"
        "    expected fail, found pass: the Alibaba Cloud account itself has MFA; the policy requires true\n"
        "    expect.actual: expected false, found true\n"
        '    expect.message: expected a text with "no MFA", found the Alibaba Cloud account itself has MFA\n'
    )
    assert done.stdout.endswith("14 examples: 12 passed, 2 failed\n")


def test_a_changed_policy_fails_its_examples(folder: Path) -> None:
    policy = folder / "policies/policy.yaml"
    policy.write_text(policy.read_text().replace("minimum: 60", "minimum: 95"))
    done = run_here("test", "examples", "--format", "json", cwd=folder)
    assert done.status == 1
    differ = {each["name"] for each in json.loads(done.stdout)["examples"] if not each["holds"]}
    assert differ == {"pass/good.json", "security-score/pass/as-the-policy-wants.json"}


def test_a_rule_without_an_outcome_is_a_mismatch() -> None:
    example = Example(Path("x"), "x", "root-mfa", "pass", {"version": 1})
    silent = replace(load_preset("strict"), all_rules=())
    assert run_example(example, silent, NOW).differences == ("expected pass, but the rule has no outcome",)


def test_junit(folder: Path) -> None:
    write(folder, "root-mfa/fail/<wrong>.json", {"snapshot": GOOD})
    write(folder, "root-mfa/fail/broken.json", "{")
    done = run_here("test", "examples", "--format", "text", "--format", "junit=j.xml", cwd=folder)
    assert done.status == 2
    suite = fromstring((folder / "j.xml").read_text()).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("14", "1", "1")
    [failure] = [case for case in suite if case.find("failure") is not None]
    assert failure.get("name") == "root-mfa/fail/<wrong>.json"
    [error] = [case for case in suite if case.find("error") is not None]
    assert error.get("name") == "root-mfa/fail/broken.json"
    assert len({(case.get("classname"), case.get("name")) for case in suite}) == 14


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (BOUND, "snapshot: {\n", "examples/root-mfa/pass/x.yaml:2: invalid YAML"),
        (BOUND, "- 1\n", "examples/root-mfa/pass/x.yaml:1: an example is a mapping with a snapshot"),
        (BOUND, "snapshot: {}\nsnapshots: 1\n", "x.yaml:2: snapshots: unknown key; an example has"),
        (BOUND, "expect: {}\n", "x.yaml:1: snapshot: should be a snapshot, or the path of one"),
        (BOUND, "snapshot: nowhere.json\n", "x.yaml:1: snapshot: "),
        (BOUND, "snapshot: {version: 2}\n", "x.yaml: snapshot: version: expected 1, found 2"),
        (BOUND, "snapshot: {}\nexpect: {actuals: 1}\n", "x.yaml:2: expect.actuals: unknown key; for a rule, use"),
        (BOUND, "snapshot: {}\nnow: tomorrow\n", "x.yaml:2: now: should be a time"),
        (BOUND, "snapshot: {}\nnow: '0001-01-01T00:00:00+14:00'\n", "x.yaml:2: now: should be a time"),
        (BOUND, "snapshot: {}\npolicy: {level: strict}\n", "x.yaml: policy: level: should be"),
        (BOUND, "snapshot: {}\npolicy: 1\n", "x.yaml:2: policy: should be the policy's entry for root-mfa"),
        (SCORE, "snapshot: {}\npolicy: {}\n", "x.yaml: policy: minimum: required parameter"),
        ("root-mfa/failed/x.yaml", "snapshot: {}\n", "examples/root-mfa/failed/x.yaml: is not in a folder named pass"),
        ("Pass/x.json", "{}", "examples/Pass/x.json: is not in a folder named pass"),
        ("stray.json", "{}", "examples/stray.json: is not in a folder named pass"),
        (WHOLE, "snapshot: {}\npolicy: {}\n", "x.yaml:2: policy: is only for examples of a rule"),
        (WHOLE, "snapshot: {}\nexpect: {root-mfa: passed}\n", "x.yaml:2: expect.root-mfa: should be one of pass"),
        (BOUND, "snapshot: {}\nplanned: 1\n", "x.yaml:2: planned: should be a list"),
        (BOUND, "snapshot: {}\nplanned: [{operation: destroy}]\n", "x.yaml:2: planned[0]: should have"),
    ],
)
def test_an_invalid_example_does_not_stop_the_others(folder: Path, name: str, text: str, message: str) -> None:
    write(folder, name, text)
    done = run_here("test", "examples", cwd=folder)
    assert done.status == 2
    one_line(done.stderr, message)
    assert f"! {done.stderr.removeprefix('acctgate: ')}" in done.stdout
    assert done.stdout.endswith("13 examples: 12 passed, 1 cannot be used\n")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: shutil.rmtree(folder / "examples"), "examples: no such folder"),
        (lambda folder: (folder / "examples").rename(folder / "x") and (folder / "examples").mkdir(), "no examples"),
        (lambda folder: write(folder, "root-mfas/pass/x.yaml", "{}"), "root-mfas: unknown rule; did you mean root-mfa"),
        (lambda folder: write(folder, "others/pass/x.yaml", "{}"), "others: unknown rule; examples of a whole policy"),
        (lambda folder: write(folder, "waived/x.yaml", "{}"), "examples/waived: invalid verdict of a policy; use pass"),
    ],
)
def test_invalid_folders(folder: Path, make: Any, message: str) -> None:
    make(folder)
    done = run_here("test", "examples", cwd=folder)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, message)


def test_waivers_count_only_for_the_whole_policy(folder: Path) -> None:
    policy = folder / "policies/policy.yaml"
    waiver = "{rule: security-score, reason: r, owner: o, expires: 2026-12-31}"
    policy.write_text(f"{policy.read_text()}waivers: [{waiver}]\n")
    write(folder, "security-score/fail/weak.json", {"snapshot": WEAK})
    weak = {"snapshot": WEAK, "now": "2026-12-31T23:00:00Z", "expect": {"security-score": "waived"}}
    write(folder, "policy/fail/weak.json", weak)
    done = run_here("test", "examples", cwd=folder)
    assert (done.status, done.stderr) == (0, ""), done.stdout


def test_the_examples_of_this_repositorys_policy() -> None:
    done = run_here("test", "policies/tests", cwd=ROOT)
    assert (done.status, done.stderr) == (0, ""), done.stdout


def test_the_examples_of_acctgate_itself() -> None:
    """Every rule has examples of all its outcomes."""
    done = run_here(
        "test",
        "tests/rules",
        "--policy",
        "src/acctgate/policy/presets/strict.yaml",
        "--require-examples",
        "--format",
        "json",
        cwd=ROOT,
    )
    assert (done.status, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert {each["rule"] for each in report["examples"]} == {rule.id for rule in RULES}
    assert len(report["examples"]) > 300 and report["uncovered"] == report["errors"] == {}
