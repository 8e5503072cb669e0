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

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Place
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_policy
from acctgate.render import renderer
from acctgate.render.markdown import MAX_LENGTH
from acctgate.rules import RULES
from acctgate.sources.snapshots import unreadable
from tests.support import HERE, NOW, SARIF_SCHEMA, run, seed, without_time
from tests.support.reports import CASES, Case, rendered

DOCUMENT: Any = {
    "version": 1,
    "SecurityPreference": {"LoginProfilePreference": {"LoginNetworkMasks": "", "LoginSessionDuration": 24}},
    "CompliancePackReports": [{"CompliancePackId": "cp-1", "ReportStatus": "NONE"}],
}


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


def fingerprints(form: str, case: Case) -> list[str]:
    """What tells the findings of a report apart."""
    report = json.loads(rendered(form, case))
    if form == "gitlab":
        return [issue["fingerprint"] for issue in report]
    return [result["partialFingerprints"]["acctgate/v1"] for result in report["runs"][0]["results"]]


def _packs(*reports: dict[str, str]) -> Case:
    document = {"version": 1, "account_id": "1", "CompliancePackReports": list(reports)}
    return [Snapshot.from_document(document)], CASES["clean"]()[1]


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_packs_without_an_id_are_told_apart(form: str) -> None:
    two = fingerprints(form, _packs({"ReportStatus": "NONE"}, {"ReportStatus": "CREATING"}))
    assert len(set(two)) == len(two)
    one = fingerprints(form, _packs({"ReportStatus": "NONE"}))
    assert set(one) < set(two), "the first pack's is the same whatever comes behind it, and whatever its status"
    named = fingerprints(form, _packs({"CompliancePackId": "cp-1", "ReportStatus": "NONE"}))
    behind = _packs({"ReportStatus": "NONE"}, {"CompliancePackId": "cp-1", "ReportStatus": "CREATING"})
    assert set(named) < set(fingerprints(form, behind)), "a pack with an id is known by it, wherever it stands"


def test_junit_names_packs_without_an_id() -> None:
    root = fromstring(rendered("junit", _packs({"ReportStatus": "NONE"}, {"ReportStatus": "CREATING"})))
    names = [case.get("name", "") for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_accounts_without_a_name_are_told_apart(form: str) -> None:
    accounts = [unreadable("fleet.ndjson:3: no JSON"), unreadable("fleet.ndjson:7: no JSON")]
    accounts += [Snapshot.from_document({"version": 1, "alias": alias}) for alias in ("prod", "test")]
    found = fingerprints(form, (accounts, CASES["clean"]()[1]))
    assert found and len(set(found)) == len(found)


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github", "junit", "csv", "json", "ndjson", "text"])
def test_each_account_has_its_own_name(form: str) -> None:
    """Accounts share outcomes and cached texts, but not names."""
    documents = [{**DOCUMENT, "account_id": f"100000000000000{number}"} for number in range(3)]
    policy = CASES["clean"]()[1]
    reports = list(evaluate([Snapshot.from_document(document) for document in documents], policy, NOW))
    render = renderer(form)
    together = [render.account(report) for report in reports]
    for report, text in zip(reports, together, strict=True):
        alone = renderer(form).account(report)
        assert text.lstrip(",\n ") == alone.lstrip(",\n ")
        told = {str(other.account) for other in reports if str(other.account) in text}
        assert told == {str(report.account)}


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github", "junit"])
def test_control_characters_of_an_account_s_name_are_replaced(form: str) -> None:
    marks = "a\x7fb\x80c"
    document = {**DOCUMENT, "account_id": marks, "CompliancePackReports": [{"CompliancePackId": marks}]}
    text = rendered(form, ([Snapshot.from_document(document)], CASES["clean"]()[1]))
    assert "\x7f" not in text and "\x80" not in text
    assert "a\ufffdb\ufffdc" in text


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
    verdict = {"clean": "✅ passed", "unknown": "❓ unknown"}.get(case)
    assert verdict is None or verdict in text.splitlines()[0]


def test_markdown_never_gets_too_long_and_counts_what_it_cuts() -> None:
    render, summary = renderer("markdown"), Summary()
    (blocked,), policy = CASES["blocked"]()
    for report in evaluate([blocked] * 2000, policy, NOW):
        summary.add(report)
        render.account(report)
    text = render.end(summary)
    assert len(text) < MAX_LENGTH
    assert len(text.encode()) < 65_536 * 2
    shown = sum(line.startswith("| ❌") and "root-mfa" in line for line in text.splitlines())
    assert 0 < shown < 2000
    binding = sum(o["outcome"] == "fail" and o["level"] == "mandatory" for o in outcomes("blocked")) * 2000
    rows = text.partition("<details>")[0].count("| ❌")
    assert f"… and {binding - rows:,} more, not shown." in text


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


FLEET_FORMATS = ("text", "json", "ndjson", "sarif", "junit", "markdown", "github", "gitlab", "csv", "html")


def _fleet(folder: Path, number: int) -> Path:
    file = folder / "fleet.ndjson"
    documents = [{**DOCUMENT, "account_id": f"1{account:015}"} for account in range(number)]
    file.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
    return file


@pytest.mark.parametrize("number", [1, 16, 17, 40])
def test_several_formats_at_once_write_what_each_writes_alone(number: int, tmp_path: Path) -> None:
    check = ["check", "--snapshot", str(_fleet(tmp_path, number)), "--policy", str(HERE / "golden/waived.yaml")]
    together = [part for form in FLEET_FORMATS for part in ("--format", f"{form}={tmp_path / f'together.{form}'}")]
    assert run(*check, *together, cwd=tmp_path).returncode == 1
    for form in ("text", "ndjson", "sarif", "csv"):
        alone = run(*check, "--format", form, cwd=tmp_path)
        beside = (tmp_path / f"together.{form}").read_text()
        assert without_time(alone.stdout.replace("\r\n", "\n")) == without_time(beside)
    lines = (tmp_path / "together.ndjson").read_text().splitlines()
    assert [json.loads(line)["account"] for line in lines] == [f"1{account:015}" for account in range(number)]


@pytest.mark.parametrize("bad", [1, 3, 20])
def test_several_formats_at_once_tell_of_lines_that_cannot_be_read(bad: int, tmp_path: Path) -> None:
    good = _fleet(tmp_path, 1).read_text()
    (file := tmp_path / "mixed.ndjson").write_text("no JSON\n" * bad + good)
    formats = ("--format", f"ndjson={tmp_path / 'r.ndjson'}", "--format", f"json={tmp_path / 'r.json'}")
    assert run("check", "--policy", "baseline", "--snapshot", file, *formats, cwd=tmp_path).returncode == 2
    assert len((tmp_path / "r.ndjson").read_text().splitlines()) == bad + 1
    assert len(json.loads((tmp_path / "r.json").read_text())["accounts"]) == bad + 1


@pytest.mark.parametrize("bad", [1, 20])
def test_several_formats_at_once_write_nothing_where_nothing_can_be_read(bad: int, tmp_path: Path) -> None:
    (file := tmp_path / "bad.ndjson").write_text("no JSON\n" * bad)
    formats = ("--format", f"ndjson={tmp_path / 'r.ndjson'}", "--format", f"json={tmp_path / 'r.json'}")
    assert run("check", "--policy", "baseline", "--snapshot", file, *formats, cwd=tmp_path).returncode == 2
    assert not (tmp_path / "r.ndjson").exists() and not (tmp_path / "r.json").exists()
