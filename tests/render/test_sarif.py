"""SARIF: valid, complete, bounded, and each finding identified."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.outcome import Place
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_policy
from acctgate.render import Frame, renderer
from acctgate.rules import RULES
from tests.support import NOW, SARIF_SCHEMA
from tests.support.reports import CASES, outcomes, rendered


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
    counts = Counter(result["properties"]["outcome"] for result in run["results"])
    expected = Counter(o["outcome"] for o in outcomes(case) if o["outcome"] in ("fail", "unknown", "waived"))
    assert counts == expected
    for result in run["results"]:
        assert result["kind"] == "fail"
        assert result["level"] in ("error", "warning")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1
        assert ("suppressions" in result) == (result["properties"]["outcome"] == "waived")


def test_fingerprints_are_stable_and_unique() -> None:
    def prints() -> list[str]:
        [run] = json.loads(rendered("sarif", CASES["blocked"]()))["runs"]
        return [result["partialFingerprints"]["acctgate/v1"] for result in run["results"]]

    assert prints() == prints()
    assert len(set(prints())) == len(prints())


def test_findings_are_on_the_policy_s_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gate.yaml").write_text(
        "version: 1\nextends: strict\nrules:\n  root-mfa: {}\n\n  session-duration:\n    max_hours: 1\n"
    )
    places = load_policy(Path("gate.yaml")).places
    assert places["root-mfa"] == Place("gate.yaml", 4)
    assert places["session-duration"] == Place("gate.yaml", 6)
    assert places["login-mfa"] == Place("gate.yaml", 2), "where the preset is named"
    assert load_policy(tmp_path / "gate.yaml").places["root-mfa"] == Place("gate.yaml", 4)


def _run(accounts: int) -> Any:
    """Return a run of SARIF about many copies of one blocked account."""
    (blocked,), policy = CASES["blocked"]()
    [report] = evaluate([blocked], policy, NOW)
    render, summary = renderer("sarif"), Summary()
    reports = [replace(report, account=f"1{number:015}") for number in range(accounts)]
    return json.loads("".join([render.begin(), *map(render.account, reports), render.end(summary)]))["runs"][0]


def test_each_finding_has_its_own_hash_of_a_line() -> None:
    """GitHub merges findings of one rule on one line unless they have different hashes."""
    results = _run(3)["results"]
    hashes = {result["partialFingerprints"]["primaryLocationLineHash"] for result in results}
    assert len(hashes) == len(results) > 3


def test_a_file_has_at_most_25_000_results_the_most_severe_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.render.sarif._LIMIT", 30)
    everything = sum(o["outcome"] in ("fail", "unknown") for o in outcomes("blocked")) * 10
    run = _run(10)
    assert len(run["results"]) == 30
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith(f"Not in this report: {everything - 30} more findings.")
    assert {result["level"] for result in run["results"]} == {"error"}
    severities = [result["properties"]["severity"] for result in run["results"]]
    assert severities == sorted(severities, key=["critical", "high", "medium", "low"].index)
    accounts = [r["locations"][0]["logicalLocations"][0]["name"] for r in run["results"] if r["ruleId"] == "root-mfa"]
    assert accounts == sorted(accounts), "those alike in the order of the input"


def test_a_limit_that_is_not_reached_is_not_mentioned() -> None:
    assert "toolExecutionNotifications" not in _run(2)["invocations"][0]


@pytest.mark.parametrize("link", ["[click](https://evil.example)", r"\[click](1)", "![i](https://evil.example/i.png)"])
def test_text_from_outside_is_no_link(link: str) -> None:
    account = Snapshot.from_document({"version": 1, "account_id": link})
    [run] = json.loads(rendered("sarif", ([account], CASES["clean"]()[1])))["runs"]
    assert run["results"]
    for result in run["results"]:
        shown = result["message"]["text"].replace("\\\\", "")
        assert "[click](" not in shown.replace("\\[", "") and "[i](" not in shown.replace("\\[", "")


def test_indexes_in_settings_are_not_escaped() -> None:
    [run] = json.loads(rendered("sarif", CASES["unknown"]()))["runs"]
    assert run["results"] and not any("\\" in result["message"]["text"] for result in run["results"])


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("policies/policy.yaml", "infra/policies/policy.yaml"),
        ("../policies/policy.yaml", "policies/policy.yaml"),
        ("/repo/policies/policy.yaml", "policies/policy.yaml"),
        ("../../elsewhere.yaml", "../../elsewhere.yaml"),
        ("/other/policy.yaml", "/other/policy.yaml"),
    ],
)
def test_files_are_named_from_the_repository_s_root(file: str, expected: str) -> None:
    frame = Frame(folder="/repo/infra", root="/repo")
    assert frame.from_root(Place(file, 3)) == Place(expected, 3)
    assert Frame().from_root(Place(file, 3)) == Place(file, 3), "unchanged without a repository"
