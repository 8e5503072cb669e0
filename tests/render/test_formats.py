"""What holds for several formats: names, fingerprints, and one run that writes them all."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.report import Summary
from acctgate.model.report_document import read_report
from acctgate.model.snapshot import Snapshot
from acctgate.render import FORMATS, Frame, renderer
from acctgate.sources.raw_snapshot import unreadable
from tests.support import HERE, NOW, seed, without_time
from tests.support.process import run_here
from tests.support.reports import CASES, fingerprints, pack_case, rendered

DOCUMENT: Any = {
    "version": 1,
    "SecurityPreference": {"LoginProfilePreference": {"LoginNetworkMasks": "", "LoginSessionDuration": 24}},
    "CompliancePackReports": [{"CompliancePackId": "cp-1", "ReportStatus": "NONE"}],
}


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_packs_without_an_id_have_their_own_fingerprints(form: str) -> None:
    two = fingerprints(form, pack_case({"ReportStatus": "NONE"}, {"ReportStatus": "CREATING"}))
    assert len(set(two)) == len(two)
    one = fingerprints(form, pack_case({"ReportStatus": "NONE"}))
    assert set(one) < set(two), "the first pack's is the same whatever comes behind it, and whatever its status"
    named = fingerprints(form, pack_case({"CompliancePackId": "cp-1", "ReportStatus": "NONE"}))
    behind = pack_case({"ReportStatus": "NONE"}, {"CompliancePackId": "cp-1", "ReportStatus": "CREATING"})
    assert set(named) < set(fingerprints(form, behind)), "an id identifies a pack, whatever its position"


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_accounts_without_a_name_have_their_own_fingerprints(form: str) -> None:
    accounts = [unreadable("fleet.ndjson:3: no JSON"), unreadable("fleet.ndjson:7: no JSON")]
    accounts += [Snapshot.from_document({"version": 1, "alias": alias}) for alias in ("prod", "test")]
    accounts += [Snapshot.from_document({"version": 1}) for _ in range(3)]
    accounts += [Snapshot.from_document({"version": 1, "account_id": "1"}) for _ in range(2)]
    found = fingerprints(form, (accounts, CASES["clean"]()[1]))
    assert found and len(set(found)) == len(found)


@pytest.mark.parametrize("form", ["sarif", "gitlab"])
def test_reports_of_one_pack_have_their_own_fingerprints(form: str) -> None:
    pack = {"CompliancePackId": "cp-1", "ReportStatus": "NONE"}
    found = fingerprints(form, pack_case(pack, pack))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github", "junit", "csv", "json", "ndjson", "text"])
def test_each_account_has_its_own_name(form: str) -> None:
    """Accounts share outcomes and cached texts, but not names."""
    documents = [{**DOCUMENT, "account_id": f"100000000000000{number}"} for number in range(3)]
    policy = CASES["clean"]()[1]
    reports = list(evaluate([Snapshot.from_document(document) for document in documents], policy, NOW))
    render = renderer(form, Frame(verbose=True))
    together = [render.account(report) for report in reports]
    if form == "sarif":  # the results come at the end
        results = json.loads(renderer(form).begin() + render.end(Summary()))["runs"][0]["results"]
        named = [str(result["locations"][0]["logicalLocations"][0]["name"]) for result in results]
        assert set(named) == {str(report.account) for report in reports}
        assert all(name in result["message"]["text"] for name, result in zip(named, results, strict=True))
        return
    for report, text in zip(reports, together, strict=True):
        alone = renderer(form, Frame(verbose=True)).account(report)
        assert text.lstrip(",\n ") == alone.lstrip(",\n ")
        accounts = {str(other.account) for other in reports if str(other.account) in text}
        assert accounts == {str(report.account)}


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github", "junit"])
def test_control_characters_of_an_account_s_name_are_replaced(form: str) -> None:
    marks = "a\x7fb\x80c"
    document = {**DOCUMENT, "account_id": marks, "CompliancePackReports": [{"CompliancePackId": marks}]}
    text = rendered(form, ([Snapshot.from_document(document)], CASES["clean"]()[1]))
    assert "\x7f" not in text and "\x80" not in text
    assert "a\ufffdb\ufffdc" in text


def test_several_formats_in_one_run_and_the_step_summary(tmp_path: Path) -> None:
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
    check = ("check", "--policy", "baseline", "--response", snapshot, "--format", "github")
    done = run_here(*check, *files, cwd=tmp_path, environment={"GITHUB_STEP_SUMMARY": str(step)})
    assert done.status == 3, done.stderr
    assert done.stdout.startswith("::")
    report = json.loads((tmp_path / "r.json").read_text())
    assert len(list(csv.DictReader((tmp_path / "r.csv").open(newline="", encoding="utf-8-sig")))) == sum(
        report["counts"].values()
    )
    assert step.read_text() == "before\n" + (tmp_path / "r.md").read_text()
    assert all((tmp_path / file).stat().st_size for file in names.values())


def _fleet(folder: Path, number: int) -> Path:
    file = folder / "fleet.ndjson"
    documents = [{**DOCUMENT, "account_id": f"1{account:015}"} for account in range(number)]
    file.write_text("".join(f"{json.dumps(document)}\n" for document in documents))
    return file


@pytest.mark.parametrize("number", [1, 16, 17, 40])
def test_several_formats_at_once_write_what_each_writes_alone(number: int, tmp_path: Path) -> None:
    check = ["check", "--snapshot", str(_fleet(tmp_path, number)), "--policy", str(HERE / "golden/waived.yaml")]
    together = [part for form in FORMATS for part in ("--format", f"{form}={tmp_path / f'together.{form}'}")]
    assert run_here(*check, *together, cwd=tmp_path).status == 1
    for form in ("text", "ndjson", "sarif", "csv"):
        alone = run_here(*check, "--format", form, cwd=tmp_path)
        beside = (tmp_path / f"together.{form}").read_text(encoding="utf-8-sig")
        assert without_time(alone.stdout.replace("\r\n", "\n")) == without_time(beside)
    lines = (tmp_path / "together.ndjson").read_text().splitlines()
    assert [json.loads(line)["account"] for line in lines] == [f"1{account:015}" for account in range(number)]


@pytest.mark.parametrize("bad", [1, 3, 20])
def test_several_formats_at_once_report_lines_that_cannot_be_read(bad: int, tmp_path: Path) -> None:
    good = _fleet(tmp_path, 1).read_text()
    (file := tmp_path / "mixed.ndjson").write_text("no JSON\n" * bad + good)
    formats = ("--format", f"ndjson={tmp_path / 'r.ndjson'}", "--format", f"json={tmp_path / 'r.json'}")
    assert run_here("check", "--policy", "baseline", "--snapshot", file, *formats, cwd=tmp_path).status == 2
    assert len((tmp_path / "r.ndjson").read_text().splitlines()) == bad + 1
    assert len(json.loads((tmp_path / "r.json").read_text())["accounts"]) == bad + 1


@pytest.mark.parametrize("bad", [1, 20])
def test_several_formats_at_once_write_nothing_if_nothing_can_be_read(bad: int, tmp_path: Path) -> None:
    (file := tmp_path / "bad.ndjson").write_text("no JSON\n" * bad)
    formats = ("--format", f"ndjson={tmp_path / 'r.ndjson'}", "--format", f"json={tmp_path / 'r.json'}")
    assert run_here("check", "--policy", "baseline", "--snapshot", file, *formats, cwd=tmp_path).status == 2
    assert not (tmp_path / "r.ndjson").exists() and not (tmp_path / "r.json").exists()


def test_a_report_has_the_member_that_the_snapshot_describes() -> None:
    member = {"folder": "/prod", "tags": {"env": "prod"}}
    text = rendered("json", ([Snapshot.from_document({**DOCUMENT, "member": member})], CASES["clean"]()[1]))
    assert json.loads(text)["accounts"][0]["member"] == member
    (account,) = read_report(text).accounts
    assert account.member is not None and account.member.document == member
