"""Parquet has what JSON has, in row groups that are written as they fill up."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.frameworks.framework import load_framework
from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.judged_by import JudgedBy, PolicyIdentity
from acctgate.model.report import AccountReport, Summary
from acctgate.model.snapshot import Snapshot
from acctgate.policy import load_preset
from acctgate.render import Frame, renderer
from tests.support import NOW, ROOT
from tests.support.accounts import GOOD
from tests.support.process import run_here
from tests.support.reports import CASES, rendered

pq: Any = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (the extra parquet)")
parquet: Any = pytest.importorskip("acctgate.render.parquet")

JUDGED_BY: Final = JudgedBy("1.2.3", "2026-11-22T10:00:00Z", PolicyIdentity("policies/policy.yaml", "sha256:0123"))
SAME: Final = ("rule", "outcome", "level", "severity", "setting", "expected", "message", "remediation")
"""Columns that are keys of an outcome in JSON."""


def _rows(text: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(text.encode("latin-1"))).to_pylist()
    return rows


def _reports(*documents: dict[str, Any]) -> list[AccountReport]:
    return list(evaluate(map(Snapshot.from_document, documents), load_preset("strict"), NOW))


@pytest.mark.parametrize("case", CASES)
def test_every_outcome_of_json_is_a_row(case: str) -> None:
    report = json.loads(rendered("json", CASES[case]()).encode(errors="replace"))
    expected = [(account, outcome) for account in report["accounts"] for outcome in account["outcomes"]]
    rows = _rows(rendered("parquet", CASES[case]()))
    assert len(rows) == len(expected)
    for row, (account, outcome) in zip(rows, expected, strict=True):
        assert {name: row[name] for name in SAME} == {name: outcome[name] for name in SAME}
        assert json.loads(row["actual"]) == outcome["actual"]
        assert (row["account"], row["verdict"]) == (account["account"], account["verdict"])
        assert row["alias"] == account.get("alias")
        assert row["names"] == outcome.get("names")
        assert row["waived_by"] == outcome.get("waiver", {}).get("owner")
        assert row["folder"] == account.get("member", {}).get("folder")


def test_a_row_has_the_time_and_the_policy_of_the_judgement() -> None:
    member = {"folder": "/prod", "tags": {"team": "web"}, "labels": {}}
    document = {**GOOD, "account_id": "12", "taken_at": "2026-11-21T08:00:00+08:00", "member": member}
    render = renderer("parquet", Frame(judged_by=JUDGED_BY))
    row = _rows(render.account(_reports(document)[0]) + render.end(Summary()))[0]
    assert row["taken_at"] == datetime(2026, 11, 21, tzinfo=UTC)
    assert row["judged_at"] == datetime.fromisoformat(JUDGED_BY.judged_at)
    assert (row["policy"], row["policy_digest"]) == (JUDGED_BY.policy.source, JUDGED_BY.policy.digest)
    assert (row["tags"], row["labels"], row["groups"], row["stale"]) == ([("team", "web")], [], [], False)


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+08:00", "9999-12-31T23:00:00-08:00"])
def test_an_invalid_time_is_null(time: str) -> None:
    render = renderer("parquet")
    text = "".join(map(render.account, _reports({**GOOD, "taken_at": time}))) + render.end(Summary())
    assert {row["taken_at"] for row in _rows(text)} == {None}


def test_an_account_without_outcomes_has_a_row() -> None:
    render = renderer("parquet")
    [row] = _rows(render.account(AccountReport("12", "unknown", (), not_read="denied")) + render.end(Summary()))
    assert (row["account"], row["verdict"], row["not_read"], row["rule"]) == ("12", "unknown", "denied", None)


def test_controls_are_rows_after_the_rules() -> None:
    [report] = _reports({**GOOD, "account_id": "12"})
    control = ControlReport(load_framework("cis-2.0").covered[0].id, report.outcomes[:1])
    report = replace(report, frameworks=(FrameworkReport("cis-2.0", (control,)),))
    rows = parquet.table([report]).to_pylist()
    assert len(rows) == len(report.outcomes) + 1
    assert (rows[-1]["rule"], rows[-1]["outcome"]) == (f"cis-2.0 {control.id}", control.outcome)


def test_row_groups_are_written_as_they_fill_up(monkeypatch: pytest.MonkeyPatch) -> None:
    reports = _reports(*({**GOOD, "account_id": str(number)} for number in range(1, 8)))
    monkeypatch.setattr(parquet, "ROWS", 3 * len(reports[0].outcomes))
    render = renderer("parquet")
    parts = [render.begin(), *map(render.account, reports)]
    assert [number for number, part in enumerate(parts) if part] == [3, 6], "every third account fills a row group"
    file = pq.ParquetFile(io.BytesIO(("".join(parts) + render.end(Summary())).encode("latin-1")))
    assert file.num_row_groups == 3
    assert [row["account"] for row in file.read().to_pylist()][:: len(reports[0].outcomes)] == list("1234567")


def test_the_command_writes_the_same_rows_with_any_number_of_jobs(tmp_path: Path) -> None:
    fleet = tmp_path / "fleet.ndjson"
    fleet.write_text("".join(json.dumps({**GOOD, "account_id": str(number)}) + "\n" for number in range(1, 400)))
    found = []
    for jobs in ("1", "2"):
        output = tmp_path / f"{jobs}.parquet"
        check = ("check", "--policy", "strict", "--snapshot", fleet, "--jobs", jobs)
        assert run_here(*check, "--format", f"parquet={output}").status == 0
        found.append(pq.read_table(output).drop_columns(["judged_at"]))
    assert found[0].equals(found[1])
    assert found[0].num_rows == 399 * len(_reports(GOOD)[0].outcomes)


def test_the_documentation_lists_the_columns() -> None:
    text = (ROOT / "docs/scale.md").read_text(encoding="utf-8").partition("\n## Parquet")[2].partition("\n## ")[0]
    for name in parquet.COLUMNS:
        assert f"`{name}`" in text, name
