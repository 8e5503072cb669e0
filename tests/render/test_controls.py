"""The controls of frameworks in each format that shows them, compared with tests/golden/controls.

`ACCTGATE_UPDATE_GOLDEN=1 python -m pytest tests/render/test_controls.py` writes them anew; look at the difference.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from typing import Any, Final
from xml.etree import ElementTree

import jsonschema
import pytest

from acctgate.evaluate.controls import Controls
from acctgate.evaluate.pipeline import evaluate
from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import load_framework
from acctgate.language import Language, in_language
from acctgate.model.outcome import Place
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.policy import Policy, load_policy
from acctgate.reference import schemas
from acctgate.render import FORMATS, Frame, renderer
from acctgate.render.headlines import headline
from tests.support import HERE, NOW, UPDATE
from tests.support.accounts import GOOD

ALL: Final = tuple(load_framework(name) for name in FRAMEWORKS)
FOLDER: Final = HERE / "golden/controls"
SUFFIX: Final = {"text": "txt", "json": "json", "ndjson": "ndjson", "markdown": "md", "csv": "csv", "html": "html"}
"""The formats that show controls, and the suffixes of their golden reports."""
WEAK: Final = {"MinimumPasswordLength": 8, "PasswordReusePrevention": 5, "MaxPasswordAge": 0, "MaxLoginAttemps": 5}
"""A password policy without its switches: whether kinds of characters are required is unknown."""


def _accounts() -> list[Snapshot]:
    users = {**GOOD["AccountSecurityPracticeInfo"]["AccountSecurityPracticeUserInfo"], "BindMfa": False}
    weak = {**GOOD, "account_id": "1", "alias": "=weak", "PasswordPolicy": WEAK}
    weak["AccountSecurityPracticeInfo"] = {"Score": 70, "AccountSecurityPracticeUserInfo": users}
    unread = {"version": 1, "account_id": "2", "SecurityPreference": GOOD["SecurityPreference"]}
    return list(map(Snapshot.from_document, (weak, unread)))


def _policy() -> Policy:
    """Return the policy, with places that do not depend on the working directory."""
    policy = load_policy(HERE / "golden/controls.yaml")
    places = {rule: Place("controls.yaml", place.line) for rule, place in policy.places.items()}
    return replace(policy, places=places, source="controls.yaml")


def _rendered(form: str, accounts: list[Snapshot] | None = None, language: Language = "en") -> str:
    policy = _policy()
    frame = Frame(places=policy.places, rules=policy.all_rules, frameworks=ALL, language=language)
    render, summary = renderer(form, frame), Summary()
    parts = [render.begin()]
    for report in evaluate(accounts or _accounts(), policy, NOW, controls=Controls(ALL, policy, NOW)):
        summary.add(report)
        parts.append(render.account(report))
    return "".join([*parts, render.end(summary)])


@pytest.mark.parametrize("form", SUFFIX)
def test_a_report_by_control_is_the_golden_one(form: str) -> None:
    file, raw = FOLDER / f"report.{SUFFIX[form]}", _rendered(form).encode(errors="replace")
    if UPDATE:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    assert raw.decode() == file.read_bytes().decode()


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_labels_are_chinese(form: str) -> None:
    text = _rendered(form, language="zh")
    for label in (
        "  title ",
        "| title |",
        "  reason",
        "| reason |",
        "not covered",
        "not judged",
        "passed,",
        "outcomes",
    ):
        assert label not in text
    assert "CIS 阿里云基础基准（cis-2.0）\n" in text and ALL[0].titles["1.4"].zh in text and "未覆盖" in text


def test_violations_are_counted_in_chinese() -> None:
    policy, summary = _policy(), Summary()
    [report] = evaluate(_accounts()[:1], policy, NOW, controls=Controls(ALL, policy, NOW))
    summary.add(report)
    assert re.search(r"条违规.*；\d+ 项 cis-2.0 控制中有 \d 项违规、\d 项无法判定", headline(report, "zh"))
    assert re.match(r"2 项违规（[\d.]+、[\d.]+）、", in_language(summary.frameworks["cis-2.0"].describe(), "zh"))


OTHERS: Final = {
    "github": "title=cis-2.0 1.2%3A unknown::account 2: root-access-keys: ",
    "gitlab": '"check_name": "cis-2.0 1.2"',
    "junit": 'name="cis-2.0 1.2"',
    "ocsf": '"requirements": ["cis-2.0 1.2"]',
    "sarif": '"ruleId": "cis-2.0 1.2"',
}
"""The formats that list outcomes only, and what each has of a control that fails."""


def test_each_format_shows_controls() -> None:
    assert {*SUFFIX, *OTHERS} == set(FORMATS)


@pytest.mark.parametrize("form", OTHERS)
def test_the_other_formats_show_a_control_as_an_outcome(form: str) -> None:
    text = _rendered(form)
    assert "root-mfa" in text and OTHERS[form] in text
    assert "cis-2.0 1.1" + ("%" if form == "github" else '"') not in text, "not covered"


def test_github_shows_a_control_at_the_line_of_its_rule() -> None:
    [line] = [each for each in _rendered("github").splitlines() if "title=cis-2.0 1.11%3A failed::account 1" in each]
    assert line.startswith("::error file=controls.yaml,line=10,"), line
    assert "minimum 8 is looser than the control's 14" in line


def test_junit_counts_controls_and_skips_what_is_waived() -> None:
    suites = {each.get("name"): each for each in ElementTree.fromstring(_rendered("junit"))}
    cases = {each.get("name", ""): [kind.tag for kind in each] for each in suites["account 1"].iter("testcase")}
    controls = {name: kinds for name, kinds in cases.items() if name.startswith("cis-2.0 ")}
    assert (controls["cis-2.0 1.2"], controls["cis-2.0 1.11"]) == ([], ["failure"])
    assert controls["cis-2.0 1.3"] == ["skipped"], "waived"
    assert int(suites["account 1"].get("failures", "")) == sum(kinds == ["failure"] for kinds in cases.values())
    assert ["error"] in controls.values()


def test_gitlab_fingerprints_differ() -> None:
    issues = json.loads(_rendered("gitlab"))
    assert len({each["fingerprint"] for each in issues}) == len(issues)


def test_sarif_suppresses_a_waived_control() -> None:
    (run,) = json.loads(_rendered("sarif"))["runs"]
    [waived] = [each for each in run["results"] if each["ruleId"] == "cis-2.0 1.3" and "suppressions" in each]
    assert waived["suppressions"][0]["justification"].startswith("device is in the post")


def test_csv_has_a_line_for_each_control_and_account() -> None:
    rows = list(csv.DictReader(StringIO(_rendered("csv"))))
    expected = [(account, each.id, control.id) for account in "12" for each in ALL for control in each.controls]
    assert [(row["account"], row["framework"], row["control"]) for row in rows] == expected
    by_outcome = {row["outcome"] for row in rows}
    assert by_outcome == {"pass", "fail", "unknown", "waived", "not covered"}
    assert all(row["source"] and row["reason"] and row["title"] for row in rows)
    assert all(bool(row["rules"]) is bool(row["expected"]) is (row["outcome"] != "not covered") for row in rows)
    assert rows[0]["alias"] == "'=weak", "no formula"


def test_json_has_every_control_at_the_end_and_the_covered_ones_in_each_account() -> None:
    report: dict[str, Any] = json.loads(_rendered("json"))
    assert report["verdict"] == "fail"
    for account in report["accounts"]:
        found = {each["framework"]: [control["id"] for control in each["controls"]] for each in account["frameworks"]}
        assert found == {each.id: [control.id for control in each.covered] for each in ALL}
    for framework, known in zip(report["frameworks"], ALL, strict=True):
        assert [control["id"] for control in framework["controls"]] == [control.id for control in known.controls]
        for control in framework["controls"]:
            covered = control["outcome"] != "not covered"
            assert bool(control["rules"]) is covered and sum(control["counts"].values()) == (2 if covered else 0)
            assert control["reason"]


def test_the_schema_knows_a_report_by_control() -> None:
    report, schema = json.loads(_rendered("json")), schemas.schema("report")
    jsonschema.validate(report, schema)
    for name, found in (
        ("FrameworkReport", report["accounts"][0]["frameworks"][0]),
        ("ControlReport", report["accounts"][0]["frameworks"][0]["controls"][0]),
        ("FrameworkResult", report["frameworks"][0]),
        ("ControlResult", report["frameworks"][0]["controls"][0]),
    ):
        assert set(found) == set(schema["$defs"][name]["properties"]), name


def test_without_accounts_nothing_passes() -> None:
    render = renderer("json", Frame(frameworks=ALL))
    report = json.loads(render.begin() + render.end(Summary()))
    outcomes = {control["outcome"] for framework in report["frameworks"] for control in framework["controls"]}
    assert outcomes == {"skipped", "not covered"}
