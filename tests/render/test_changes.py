"""Changes in a deployment, in every format for people, and findings at the line of the program."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt

from acctgate.model.outcome import Place
from acctgate.model.report_document import read_report
from acctgate.plan.pulumi_preview import place_of
from tests.support import SARIF_SCHEMA
from tests.support.accounts import GOOD
from tests.support.page import ATTRIBUTES, ELEMENTS, Page
from tests.support.process import Done, run_here
from tests.support.reports import HOSTILE

URN: Final = "urn:pulumi:prod::gate::alicloud:ram/securityPreference:SecurityPreference::pref"
FINDING: Final = "network-masks"


def plan(position: Any = "project:///infra/main%20a.py#12", **settings: Any) -> dict[str, Any]:
    """`pulumi preview --json` of a program that creates the resource and leaves out the masks."""
    inputs = {"mfaOperationForLogin": "mandatory", "loginSessionDuration": 4, **settings}
    state = {"type": "alicloud:ram/securityPreference:SecurityPreference", "inputs": inputs, "sourcePosition": position}
    return {"steps": [{"op": "create", "urn": URN, "newState": state}], "changeSummary": {"create": 1}, "duration": 1}


def account(**more: Any) -> dict[str, Any]:
    """Return an account that the plan repairs in one way and opens in another."""
    document: dict[str, Any] = json.loads(json.dumps({**GOOD, "account_id": "1234567890123456", **more}))
    document["SecurityPreference"]["LoginProfilePreference"]["MFAOperationForLogin"] = "adaptive"
    return document


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a repository with a strict policy, an account and a plan."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/policy.yaml").write_text("version: 1\nextends: strict\n")
    (tmp_path / "s.json").write_text(json.dumps(account()))
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    return tmp_path


def check(folder: Path, form: str, *more: str) -> Done:
    """Check the account with the plan, in a format."""
    return run_here("check", "--snapshot", "s.json", "--plan", "plan.json", "--format", form, *more, cwd=folder)


def test_json_has_the_diff_and_the_place(folder: Path) -> None:
    done = check(folder, "json")
    assert done.status == 1
    [found] = json.loads(done.stdout)["accounts"]
    diff = found["diff"]
    assert (diff["before"], diff["after"]) == ("fail", "fail")
    moved = {change["setting"].rsplit(".", 1)[-1]: change["direction"] for change in diff["settings"]}
    assert moved["MFAOperationForLogin"] == "stricter" and moved["LoginNetworkMasks"] == "looser"
    assert {rule["rule"]: rule["flip"] for rule in diff["rules"]} == {
        "login-mfa": "repaired",
        FINDING: "newly-failing",
        "no-loosening": "newly-failing",
    }
    places = {outcome["rule"]: outcome["place"] for outcome in found["outcomes"] if "place" in outcome}
    assert places[FINDING] == places["login-mfa"] == {"file": "infra/main a.py", "line": 12}
    assert "security-score" not in places, "what no resource decides is not put into the program"
    [again] = read_report(done.stdout).accounts
    assert again.diff is not None and again.diff.settings[0].setting == diff["settings"][0]["setting"]
    assert {o.place for o in again.outcomes} == {None, Place("infra/main a.py", 12)}


def test_without_a_plan_or_where_nothing_moves_nothing_is_said(folder: Path) -> None:
    (folder / "plan.json").write_text(json.dumps({"steps": [], "changeSummary": {}, "duration": 1}))
    for form in ("json", "text", "markdown", "html"):
        output = check(folder, form).stdout
        assert '"diff"' not in output and "Changes in this deployment" not in output


def test_text_shows_changes_below_the_verdict(folder: Path) -> None:
    lines = check(folder, "text").stdout.splitlines()
    assert lines[0].startswith("BLOCKED")
    assert lines[lines.index("") + 1] == "  Changes in this deployment; verdict without it: BLOCKED"
    start = lines.index("") + 2
    flips = [line.strip() for line in lines[start : start + 2]]
    assert flips == ["✗ newly failing: network-masks, no-loosening (advisory)", "✓ repaired: login-mfa"]
    [masks] = [line for line in lines if "LoginNetworkMasks" in line and "▼ looser" in line]
    assert masks.split()[:4] == ["▼", "looser", "LoginNetworkMasks", "10.0.0.0/8"]
    assert all(len(line) <= 110 for line in lines)


def test_one_blank_line_separates_sections_and_one_of_a_thing_is_singular(folder: Path) -> None:
    (folder / "policies/policy.yaml").write_text("version: 1\nrules:\n  login-mfa: {require: mandatory}\n")
    done = check(folder, "text")
    assert done.stdout.startswith("PASSED  account 1234567890123456: the only mandatory rule passes\n")
    assert "\n  Changes in this deployment" in done.stdout and "\n\n\n" not in done.stdout
    (folder / "plan.json").write_text(json.dumps(plan(loginSessionDuration=6, loginNetworkMasks="10.0.0.0/8")))
    done = run_here("diff", "s.json", "--plan", "plan.json", cwd=folder)
    assert done.stdout.startswith("1 repaired, 1 setting stricter\n"), done.stdout


def test_markdown_shows_the_verdict_then_changes_then_blocking_findings(folder: Path) -> None:
    text = check(folder, "markdown").stdout
    heads = [line for line in text.splitlines() if line.startswith(("#", "<details>"))]
    assert heads[0] == "## acctgate: ❌ blocked"
    assert heads[1:4] == [
        "### Changes in this deployment",
        "#### account 1234567890123456\\: fail",
        "### Blocking findings",
    ]
    [row] = [line for line in text.splitlines() if line.startswith("| ▼ looser")]
    assert "| 10.0.0.0/8 | \\(empty) |" in row and row.replace("\\|", "").count("|") == 8
    assert "| infra/main a.py:12 |" in row, "the line of the program"


def test_markdown_has_no_column_for_lines_that_no_plan_names(folder: Path) -> None:
    document = plan(loginSessionDuration=6)
    for step in document["steps"]:
        step["newState"].pop("sourcePosition", None)
    (folder / "plan.json").write_text(json.dumps(document), encoding="utf-8")
    assert "|  | setting | before | after | expected | note |\n" in check(folder, "markdown").stdout


@pytest.mark.parametrize("form", ["sarif", "github", "gitlab"])
def test_a_finding_is_at_the_line_of_the_program(folder: Path, form: str) -> None:
    output = check(folder, form).stdout
    if form == "github":
        [line] = [line for line in output.splitlines() if f"title={FINDING}" in line]
        assert line.startswith("::error file=infra/main a.py,line=12,")
        return
    document = json.loads(output)
    if form == "gitlab":
        [issue] = [issue for issue in document if issue["check_name"] == FINDING]
        assert issue["location"] == {"path": "infra/main a.py", "lines": {"begin": 12}}
        return
    if SARIF_SCHEMA.exists():
        Draft7Validator(json.loads(SARIF_SCHEMA.read_text())).validate(document)
    [result] = [result for result in document["runs"][0]["results"] if result["ruleId"] == FINDING]
    physical = result["locations"][0]["physicalLocation"]
    assert physical == {"artifactLocation": {"uri": "infra/main%20a.py"}, "region": {"startLine": 12}}


def test_the_fingerprint_does_not_move_with_the_program(folder: Path) -> None:
    def fingerprints() -> set[str]:
        results = json.loads(check(folder, "sarif").stdout)["runs"][0]["results"]
        return {result["partialFingerprints"]["acctgate/v1"] for result in results}

    before = fingerprints()
    (folder / "plan.json").write_text(json.dumps(plan("project:///other.py#99")))
    assert fingerprints() == before


@pytest.mark.parametrize(
    ("position", "place"),
    [
        ("project:///__main__.py#3", Place("__main__.py", 3)),
        ("project:///src/index.ts#30,7", Place("src/index.ts", 30)),
        ("project:///a%0Ab.py#3", Place("a b.py", 3)),
        ("project:///../other/__main__.py#3", None),
        ("project:///a/../../b.py#3", None),
        ("project:////etc/passwd#3", None),
        ("file:///home/x/__main__.py#3", None),
        ("project:///__main__.py#0", None),
        ("project:///__main__.py", None),
        ("", None),
        (None, None),
        (7, None),
        ({"file": "a"}, None),
    ],
)
def test_positions(position: Any, place: Place | None) -> None:
    assert place_of(position) == place


def test_without_a_line_of_the_program_it_is_the_policys_line(folder: Path) -> None:
    (folder / "plan.json").write_text(json.dumps(plan(None)))
    [line] = [line for line in check(folder, "github").stdout.splitlines() if f"title={FINDING}" in line]
    assert line.startswith("::error file=policies/policy.yaml,line=2,")


def test_the_page_shows_it(folder: Path) -> None:
    text = check(folder, "html").stdout
    section = text[text.index("<section class=changes>") :].partition("</section>")[0]
    assert "Changes in this deployment" in section and "本次部署的变更" in section
    assert text.index("<section class=changes>") < text.index("id=accounts tabindex")
    for word in ("looser", "放宽", "LoginNetworkMasks", "newly failing", "新增未通过", "10.0.0.0/8", "(empty)"):
        assert word in section, word


def test_hostile_text_moves_nothing_but_itself(folder: Path) -> None:
    hostile = HOSTILE.encode(errors="replace").decode()
    (folder / "s.json").write_text(json.dumps(account(alias=hostile)))
    (folder / "plan.json").write_text(json.dumps(plan(f"project:///{hostile}#3", loginNetworkMasks=hostile)))
    page = Page(check(folder, "html").stdout)
    assert {tag for tag, _ in page.tags} <= ELEMENTS
    assert {name for _, given in page.tags for name in given} <= ATTRIBUTES
    text = check(folder, "markdown").stdout
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    for tag in ("<a ", "<img", "<script", "<code", "<em>"):
        assert tag not in html
    plain = check(folder, "text").stdout
    assert all(char.isprintable() or char in "\n\u200b" for char in plain)
    commands = check(folder, "github").stdout.splitlines()
    assert all(line.startswith(("::error file=", "::warning file=", "::notice title=")) for line in commands)


def test_many_accounts_that_move_are_counted_where_they_do_not_fit(folder: Path) -> None:
    accounts = [account(account_id=str(10**15 + number)) for number in range(400)]
    (folder / "s.json").write_text("".join(json.dumps(each) + "\n" for each in accounts))
    role = {"roleArn": "acs:ram::{}:role/x"}
    steps = []
    for each in accounts:
        provider = f"urn:pulumi:prod::gate::pulumi:providers:alicloud::p{each['account_id']}"
        inputs = {"assumeRole": json.dumps({"roleArn": role["roleArn"].format(each["account_id"])})}
        steps.append(
            {"op": "create", "urn": provider, "newState": {"type": "pulumi:providers:alicloud", "inputs": inputs}}
        )
        step = plan()["steps"][0]
        step = {
            **step,
            "urn": f"{URN}{each['account_id']}",
            "newState": {**step["newState"], "provider": f"{provider}::id"},
        }
        steps.append(step)
    (folder / "plan.json").write_text(json.dumps({**plan(), "steps": steps}))
    markdown = check(folder, "markdown").stdout
    assert len(markdown) < 60_000
    shown = markdown.count("#### account ")
    assert 5 < shown < 400 and f"… and {400 - shown} more, not shown." in markdown
    page = check(folder, "html").stdout
    shown = page.partition("<section class=changes>")[2].partition("</section>")[0].count("<h3>")
    assert 5 < shown < 400 and f"Changes of {400 - shown} more accounts are not shown here." in page


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_changes_are_in_chinese(folder: Path, form: str) -> None:
    shown = check(folder, form, "--language", "zh").stdout
    assert "（空）" in shown.replace("\\", "")
    assert ("(empty)" in shown) is (form == "html"), "the page has both languages"
    assert "no-loosening（建议）" in shown.replace("\n", "") or form == "html"
