"""The options that `check` and `preview` share: language, quiet and verbose."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import click
import pytest

from acctgate.cli.support.judging_options import Judging
from acctgate.cli.support.live_options import Live
from acctgate.policy import load_preset
from acctgate.rules.login_mfa import RULE as LOGIN_MFA
from tests.support import HERE, one_line, seed
from tests.support.accounts import GOOD
from tests.support.fitting import MODE, changed
from tests.support.process import run_here

PLAN: Final = HERE / "plans/pulumi/update.preview.json"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a folder with two accounts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "bad.json").write_text(json.dumps(changed((MODE, "independent"))), encoding="utf-8")
    return tmp_path


def _check(*arguments: str | Path, policy: str = "baseline", language: str = "") -> tuple[int, str, str]:
    variables = {"ACCTGATE_LANGUAGE": language} if language else {}
    return run_here("check", "--policy", policy, *arguments, environment=variables)


def _judging(baseline: Path) -> Judging:
    live = Live(None, None, None)
    return Judging(str(baseline), (), None, (), None, "auto", (), None, "en", quiet=False, verbose=False, live=live)


def test_a_snapshot_as_baseline_needs_the_policy_that_judged(folder: Path) -> None:
    """Without it, nothing in the snapshot is known to be a finding."""
    judging = _judging(folder / "bad.json")
    judging.require_baseline()
    with pytest.raises(click.ClickException, match=r"bad\.json: is a snapshot, and the policy that judged is not in"):
        judging.baseline(None)
    found = judging.baseline(load_preset("baseline"))
    assert found is not None and found.known


def test_what_excuses_nothing_is_named_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A preview reads a baseline twice: before the engine starts, and when the policy is known."""
    (folder / "old.json").write_text(_check("bad.json", "--format", "json")[1])
    judging = _judging(folder / "old.json")
    judging.require_baseline()
    judging.baseline(None)
    assert capsys.readouterr().err.count("the account has no ID, so its findings excuse nothing") == 1


def test_quiet_prints_errors_and_nothing_else() -> None:
    assert _check("good.json", "--quiet") == (0, "", "")
    assert _check("bad.json", "-q") == (1, "", "")
    status, output, error = _check(seed("003-security-preference.json"), "-q")
    assert (status, output) == (3, "")
    one_line(error, "acctgate: unknown: ")
    one_line(_check("nowhere.json", "-q")[2], "no such file")


def test_quiet_drops_notices_and_keeps_files_and_other_formats(folder: Path) -> None:
    create = HERE / "plans/pulumi/same.preview.json"
    loud, quiet = _check("good.json", create), _check("good.json", create, "-q", "--output", "report.txt")
    assert "no SecurityPreference changes" in loud[2] and quiet[1:] == ("", "")
    assert (folder / "report.txt").read_text(encoding="utf-8").startswith("PASSED")
    assert json.loads(_check("bad.json", "-q", "--format", "json")[1])["verdict"] == "fail"


def test_verbose_shows_values_reasons_and_steps() -> None:
    plain, verbose = _check("good.json"), _check("good.json", "--verbose")
    assert "Passed (14): " in plain[1] and "10.0.0.0/8" not in plain[1]
    assert re.search(r"✓  network-masks +high +LoginNetworkMasks .*10\.0\.0\.0/8", verbose[1])
    assert "risk-login: the policy disables this rule" in verbose[1] or "risk-login: " in verbose[1]
    assert plain[0] == verbose[0] == 0


def test_quiet_and_verbose_contradict_each_other() -> None:
    status, output, error = _check("good.json", "-q", "-v")
    assert (status, output) == (2, "")
    one_line(error, "--quiet and --verbose contradict each other")


def test_severity_is_shown_and_the_most_severe_come_first() -> None:
    rows = re.findall(r"^  ✗  (\S+) +(critical|high|medium|low) ", _check(*map(seed, SEEDS))[1], re.MULTILINE)
    blocking, advisory = rows[:2], rows[2:]
    order = ["critical", "high", "medium", "low"]
    for part in (blocking, advisory):
        places = [order.index(severity) for _, severity in part]
        assert places == sorted(places) and len(places) > 1


SEEDS: Final = ("000-security-practice.json", "003-security-preference.json")


def _heads(text: str) -> list[str]:
    """Return the headings of a comment, without what stands in blocks of code."""
    text = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return [line for line in text.splitlines() if line.startswith(("#", "<details>"))]


# Language


@pytest.mark.parametrize("how", ["option", "variable"])
def test_text_in_chinese(how: str) -> None:
    arguments = ("bad.json", *(["--language", "zh"] if how == "option" else []))
    status, text, error = _check(*arguments, language="zh" if how == "variable" else "")
    assert (status, error) == (1, "")
    assert text.startswith("已拦截  账号 未知：5 条强制规则中有 1 条违规\n")
    assert LOGIN_MFA.text("zh").remediation[:20] in text.replace("\n", "")
    for words in ("规则", "严重程度", "策略要求", "修复建议", "通过（13）：", "评估依据：", "MFAOperationForLogin"):
        assert words in text, words
    assert "Remediation" not in text and "violation" not in text


def test_markdown_in_chinese() -> None:
    _, text, _ = _check("good.json", PLAN, "--language", "zh", "--format", "markdown", policy="strict")
    heads = _heads(text)
    assert heads == [
        "## acctgate: ❌ 已拦截",
        "### 本次部署的变更",
        "#### 账号 未知：通过 → 已拦截",
        "### 拦截部署的发现",
        "<details><summary>如何修复本次部署</summary>",
        heads[5],
        "<details><summary>评估依据与账号的读取方式</summary>",
    ]
    assert (
        "▼ 放宽" in text
        and "**新增未通过**：" in text
        and "（控制台登录的 MFA）" in text.replace("控制台登录 MFA", "控制台登录的 MFA")
    )


def test_the_page_opens_in_chinese() -> None:
    assert "<html lang=zh>" in _check("good.json", "--language", "zh", "--format", "html")[1]
    assert "<html lang=en>" in _check("good.json", "--format", "html")[1]


@pytest.mark.parametrize("form", ["json", "csv", "sarif", "junit", "gitlab"])
def test_formats_for_machines_stay_english(form: str) -> None:
    drop = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)")
    english, chinese = (_check("bad.json", "-f", form, "--language", language)[1] for language in ("en", "zh"))
    assert drop.sub("T", english) == drop.sub("T", chinese)


# The comment on a pull request


def test_a_comment_with_a_plan_begins_with_the_changes_and_ends_with_what_does_not_block() -> None:
    _, text, _ = _check("good.json", PLAN, "--format", "markdown", policy="strict")
    heads = _heads(text)
    assert heads[0] == "## acctgate: ❌ blocked"
    assert heads[1] == "### Changes in this deployment"
    assert heads[3:5] == ["### Blocking findings", "<details><summary>How to repair this plan</summary>"]
    assert "advisory or waived" in heads[5]
    header = "|  | setting | before | after | expected | note |"
    assert text.index(header) < text.index("- ✗ **newly failing**") < text.index("### Blocking findings")
    assert "| ▼ looser | MFAOperationForLogin | mandatory | adaptive | mandatory |" in text
    [repair] = re.findall(r"```python\n(.*?)\n```\n", text, re.DOTALL)
    assert 'mfa_operation_for_login="mandatory"' in repair
    assert 'login_network_masks="10.0.0.0/8"' in repair, "the plan clears them; the live ones work"
    assert "NOT repaired" not in repair and "no-loosening" not in repair


def test_a_repair_is_in_the_language_of_the_repository(folder: Path) -> None:
    (folder / "main.tf").touch()
    _, text, _ = _check("good.json", PLAN, "--format", "markdown", policy="strict")
    assert "```hcl\n" in text and 'mfa_operation_for_login = "mandatory"' in text


def test_a_plan_that_passes_needs_no_repair() -> None:
    status, text, _ = _check("good.json", PLAN, "--format", "markdown")
    assert (status, "How to repair" in text) == (0, False)
