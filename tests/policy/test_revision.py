"""`acctgate diff --base`: what a pull request changes in the policy."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from acctgate.cli import group

MODULE = """
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide
from {helper} import LEAST

def judge(score: int, want: RuleEntry) -> Judgement:
    return decide(score >= LEAST, f"the score is {{score}}", score)

RULE = SettingRule(
    id="acme", title="A.", doc="B.", severity="low", setting="AccountSecurityPracticeInfo.Score",
    parameters=RuleEntry, expected=lambda want: "more", judge=judge, remediation="C.",
)
"""
POLICY = "version: 1\nextends: company.yaml\nrule_modules: [{module}]\nrules: {{acme: }}\n"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Create a git repository whose policy extends a file and has a rule module with a helper, committed as main."""
    helper = f"helper_{abs(hash(tmp_path)):x}"  # modules are imported into this process
    policies = tmp_path / "r/policies"
    policies.mkdir(parents=True)
    (policies / "policy.yaml").write_text(POLICY.format(module="./ours.py"))
    (policies / "company.yaml").write_text("version: 1\nrules: {session-duration: {max_hours: 4}}\n")
    (policies / "ours.py").write_text(MODULE.format(helper=helper))
    (policies / f"{helper}.py").write_text("LEAST = 60\n")
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(tmp_path / "r"))
    for arguments in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "main"]):
        subprocess.run([*git, *arguments], check=True)
    monkeypatch.chdir(tmp_path / "r")
    yield tmp_path / "r"
    sys.modules.pop(helper, None)


def commit(repository: Path) -> None:
    """Commit the working tree as main."""
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org", "-C", str(repository))
    for arguments in (["add", "-A"], ["commit", "-qm", "next"]):
        subprocess.run([*git, *arguments], check=True)


def diff(*arguments: str) -> Result:
    """Compare with main."""
    return CliRunner().invoke(group, ["diff", "--base", "main", *arguments])


def test_nothing_changed(repository: Path) -> None:
    result = diff()
    assert (result.exit_code, result.stderr) == (0, "")
    assert "equivalent" in result.stdout


@pytest.mark.parametrize(("hours", "status", "word"), [(24, 1, "looser"), (2, 0, "stricter")])
def test_a_file_that_is_extended(repository: Path, hours: int, status: int, word: str) -> None:
    (repository / "policies/company.yaml").write_text(
        f"version: 1\nrules: {{session-duration: {{max_hours: {hours}}}}}\n"
    )
    result = diff("policies/policy.yaml")
    assert result.exit_code == status
    assert word in result.stdout and "session-duration" in result.stdout


def test_code_of_a_module_and_of_what_it_imports_counts_as_looser(repository: Path) -> None:
    (helper,) = (repository / "policies").glob("helper_*.py")
    helper.write_text("LEAST = 0\n")
    result = diff()
    assert result.exit_code == 1
    assert "acme" in result.stdout and "looser" in result.stdout and helper.name[:12] in result.stdout
    assert diff("--allow-loosening").exit_code == 0


def test_accounts_and_waivers_count_as_looser(repository: Path) -> None:
    text = POLICY.format(module="./ours.py")
    text += 'accounts: {"1": {providers: [prod]}}\n'
    text += "waivers: [{rule: acme, reason: r, owner: o, expires: 2999-01-01}]\n"
    (repository / "policies/policy.yaml").write_text(text)
    result = diff()
    assert result.exit_code == 1
    assert "accounts.1" in result.stdout and "new waiver" in result.stdout


@pytest.mark.parametrize(
    ("rule", "loose"), [("root-access-keys", "planned: ignore"), ("user-mfa", "minimum_ratio: 1.0, where_sso: skip")]
)
def test_a_new_exemption_counts_as_looser(repository: Path, rule: str, loose: str) -> None:
    """Leaving the parameter out means the same as `judge`."""
    policy = repository / "policies/policy.yaml"
    judged = loose.replace("ignore", "judge").replace("skip", "judge")
    rest = loose.rpartition(", ")[0]
    base = policy.read_text().replace("rules: {", "extends: strict\nrules: {").replace("extends: company.yaml\n", "")
    for parameters, status in ((rest, 0), (judged, 0), (loose, 1)):
        policy.write_text(base.replace("acme: ", f"acme: , {rule}: {{{parameters}}}"))
        if parameters == rest:
            commit(repository)
        result = diff()
        assert (result.exit_code, "looser" in result.stdout) == (status, bool(status))


def test_an_added_parameter_of_an_own_rule_without_an_order_counts_as_looser(repository: Path) -> None:
    """It may be an exemption."""
    module = repository / "policies/ours.py"
    entry = "@entry\nclass Entry(RuleEntry, total=False):\n    exempt: list[str]\n\n"
    text = module.read_text().replace("RULE =", f"{entry}RULE =").replace("RuleEntry,", "RuleEntry, entry,", 1)
    module.write_text(text.replace("parameters=RuleEntry", "parameters=Entry"))
    commit(repository)
    policy = repository / "policies/policy.yaml"
    policy.write_text(policy.read_text().replace("acme: ", "acme: {exempt: [a]}"))
    result = diff()
    assert result.exit_code == 1
    assert "looser" in result.stdout and "exempt" in result.stdout


def test_a_first_policy_is_stricter(repository: Path) -> None:
    subprocess.run(["git", "rm", "-rqf", "--cached", "policies"], check=True, cwd=repository)
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "none"],
        check=True,
        cwd=repository,
    )
    assert diff().exit_code == 0


@pytest.mark.parametrize("revision", ["nowhere", "--output=x", "main:policies"])
def test_a_revision_that_does_not_exist_is_2(repository: Path, revision: str) -> None:
    result = CliRunner().invoke(group, ["diff", f"--base={revision}"])
    assert result.exit_code == 1 and "--base" in result.output  # click's own status; `main` ends with 2


def test_outside_of_a_repository_it_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "not a git repository" in diff().output
