"""The formats for pipelines: valid, complete, bounded, and safe against text from outside."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from defusedxml.ElementTree import fromstring
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt

from acctgate.evaluate import evaluate
from acctgate.policy import load_policy
from acctgate.render import renderer
from acctgate.render.markdown import LONGEST
from acctgate.report import Place, Summary
from acctgate.rules import RULES
from acctgate.snapshot import Snapshot
from tests.support import NOW, seed
from tests.test_golden import CASES, rendered

SARIF_SCHEMA = Path(__file__).resolve().parents[2] / "shared/data/sarif-2.1.0.schema.json"


def outcomes(case: str) -> list[dict[str, Any]]:
    """Every outcome of a case, as the JSON report has it."""
    report = json.loads(rendered("json", CASES[case]()))
    return [outcome for account in report["accounts"] for outcome in account["outcomes"]]


@pytest.mark.parametrize("case", CASES)
def test_sarif_is_valid(case: str) -> None:
    if not SARIF_SCHEMA.exists():
        pytest.skip("the official SARIF schema is not beside this checkout")
    log = json.loads(rendered("sarif", CASES[case]()).encode(errors="replace"))
    Draft7Validator(json.loads(SARIF_SCHEMA.read_text())).validate(log)


@pytest.mark.parametrize("case", CASES)
def test_sarif_lists_every_rule_and_every_finding(case: str) -> None:
    [run] = json.loads(rendered("sarif", CASES[case]()))["runs"]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in RULES]
    assert all(rule["help"]["text"] for rule in run["tool"]["driver"]["rules"])
    told = Counter(result["properties"]["outcome"] for result in run["results"])
    expected = Counter(o["outcome"] for o in outcomes(case) if o["outcome"] in ("fail", "unknown", "waived"))
    assert told == expected
    for result in run["results"]:
        assert result["kind"] == "fail"
        assert result["level"] in ("error", "warning")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert ("suppressions" in result) == (result["properties"]["outcome"] == "waived")


def test_fingerprints_are_stable_and_tell_findings_apart() -> None:
    def prints() -> list[str]:
        [run] = json.loads(rendered("sarif", CASES["blocked"]()))["runs"]
        return [result["partialFingerprints"]["acctgate/v1"] for result in run["results"]]

    assert prints() == prints()
    assert len(set(prints())) == len(prints())


def test_findings_stand_on_the_policy_s_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.yaml").write_text(
        "version: 1\nextends: strict\nrules:\n  root-mfa: {}\n\n  session-duration:\n    max_hours: 1\n"
    )
    places = load_policy(Path("gate.yaml")).places
    assert places["root-mfa"] == Place("gate.yaml", 4)
    assert places["session-duration"] == Place("gate.yaml", 6)
    assert places["login-mfa"] == Place("gate.yaml", 2), "where the preset is named"
    assert load_policy(tmp_path / "gate.yaml").places["root-mfa"] == Place("gate.yaml", 4)


@pytest.mark.parametrize("case", CASES)
def test_junit_counts_what_the_report_counts(case: str) -> None:
    root = fromstring(rendered("junit", CASES[case]()))
    counts = Counter(o["outcome"] for o in outcomes(case))
    assert len(root.findall(".//testcase")) == sum(counts.values())
    assert len(root.findall(".//failure")) == counts["fail"]
    assert len(root.findall(".//error")) == counts["unknown"]
    assert len(root.findall(".//skipped")) == counts["skipped"] + counts["waived"]
    for kind, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
        told = sum(int(suite.get(attribute, "0")) for suite in root.findall("testsuite"))
        assert told == len(root.findall(f".//{kind}"))


@pytest.mark.parametrize("case", CASES)
def test_gitlab_issues_are_complete(case: str) -> None:
    issues = json.loads(rendered("gitlab", CASES[case]()))
    assert len(issues) == sum(o["outcome"] in ("fail", "unknown") for o in outcomes(case))
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] >= 1


@pytest.mark.parametrize("case", CASES)
def test_github_commands_are_one_line_each(case: str) -> None:
    lines = rendered("github", CASES[case]()).splitlines()
    found = [o for o in outcomes(case) if o["outcome"] in ("fail", "unknown")]
    assert len(lines) == len(found) + 1
    assert all(line.startswith(("::error file=", "::warning file=", "::notice title=")) for line in lines)
    assert sum(line.startswith("::error") for line in lines) == sum(o["level"] == "mandatory" for o in found)
    for line in lines:
        head, _, data = line[2:].partition("::")
        assert "%0A" not in data.replace("%250A", ""), "nothing that becomes a line end"
        assert head.count(",") <= 2


@pytest.mark.parametrize("case", CASES)
def test_csv_has_every_outcome_and_no_formula(case: str) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv", CASES[case]()), newline="")))
    assert [row["rule"] for row in rows] == [o["rule"] for o in outcomes(case)]
    assert [row["outcome"] for row in rows] == [o["outcome"] for o in outcomes(case)]
    for row in rows:
        assert not any(value.startswith(("=", "+", "-", "@")) for value in row.values())


def test_csv_defuses_formulas() -> None:
    account = Snapshot.from_document({"version": 1, "account_id": '=HYPERLINK("http://evil")', "alias": "@SUM(1)"})
    [report] = evaluate([account], CASES["clean"]()[1], NOW)
    row = next(csv.DictReader(io.StringIO(renderer("csv").begin() + renderer("csv").account(report))))
    assert row["account"].startswith("'=")
    assert row["alias"].startswith("'@")


@pytest.mark.parametrize("case", CASES)
def test_markdown_is_text_and_tables_and_nothing_from_outside(case: str) -> None:
    text = rendered("markdown", CASES[case]())
    html = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").render(text)
    for tag in ("<a ", "<img", "<script", "<code", "<em>", "<h1"):
        assert tag not in html
    rows = [line for line in text.splitlines() if line.startswith(("| ❌", "| ❓"))]
    assert len(rows) == sum(o["outcome"] in ("fail", "unknown") for o in outcomes(case))
    assert all(row.replace("\\|", "").count("|") == 7 for row in rows)
    verdict = {"clean": "✅ passed", "unknown": "❓ not provable"}.get(case)
    assert verdict is None or verdict in text.splitlines()[0]


def test_markdown_never_gets_too_long_and_counts_what_it_cuts() -> None:
    render, summary = renderer("markdown"), Summary()
    (blocked,), policy = CASES["blocked"]()
    for report in evaluate([blocked] * 2000, policy, NOW):
        summary.add(report)
        render.account(report)
    text = render.end(summary)
    assert len(text) < LONGEST
    assert len(text.encode()) < 65_536 * 2
    shown = sum(line.startswith("| ❌") and "root-mfa" in line for line in text.splitlines())
    assert 0 < shown < 2000
    binding = sum(o["outcome"] == "fail" and o["level"] == "mandatory" for o in outcomes("blocked")) * 2000
    rows = text.partition("<details>")[0].count("| ❌")
    assert f"… and {binding - rows:,} more, cut here." in text


def test_several_formats_in_one_run_and_the_step_summary(tmp_path: Path) -> None:
    import os

    step = tmp_path / "step.md"
    step.write_text("before\n")
    names = {
        "json": "r.json",
        "sarif": "r.sarif",
        "junit": "r.xml",
        "markdown": "r.md",
        "gitlab": "r.gl",
        "csv": "r.csv",
    }
    files = [f"--format={name}={tmp_path / file}" for name, file in names.items()]
    snapshot = seed("002-security-preference.json")
    command = [sys.executable, "-m", "acctgate", "check", "--response", str(snapshot), "--format", "github", *files]
    environment = {**os.environ, "GITHUB_STEP_SUMMARY": str(step)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stdout.startswith("::")
    report = json.loads((tmp_path / "r.json").read_text())
    assert len(list(csv.DictReader((tmp_path / "r.csv").open(newline="")))) == sum(report["counts"].values())
    assert step.read_text() == "before\n" + (tmp_path / "r.md").read_text()
    assert all((tmp_path / file).stat().st_size for file in names.values())
