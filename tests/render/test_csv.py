"""CSV: every outcome, and nothing that a spreadsheet runs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot
from acctgate.render import renderer
from tests.support import NOW, seed
from tests.support.process import run_here
from tests.support.reports import CASES, outcomes, rendered


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


@pytest.mark.parametrize("text", ["＝1+1", "＋1", "－1", "＠SUM(1)", " =1+1", "\u200b\t=1+1", "::error::x"])
def test_csv_defuses_what_only_looks_harmless(text: str) -> None:
    """Excel takes wide characters for signs, and GitHub Actions a line that begins with colons for a command."""
    account = Snapshot.from_document({"version": 1, "account_id": text})
    [report] = evaluate([account], CASES["clean"]()[1], NOW)
    cell = next(csv.DictReader(io.StringIO(renderer("csv").begin() + renderer("csv").account(report))))["account"]
    assert cell.lstrip("\ufffd")[0] in "' "


def test_a_file_begins_with_a_byte_order_mark_and_standard_output_does_not(tmp_path: Path) -> None:
    """Without the mark, Excel reads a file in the system's old encoding."""
    check = ("check", "--response", seed("002-security-preference.json"), "--policy", "strict", "--format")
    run_here(*check, f"csv={tmp_path / 'named.csv'}", cwd=tmp_path)
    run_here(*check, "csv", "--output", tmp_path / "output.csv", cwd=tmp_path)
    printed = run_here(*check, "csv", cwd=tmp_path).stdout
    for file in ("named.csv", "output.csv"):
        assert (tmp_path / file).read_bytes().startswith(b"\xef\xbb\xbfaccount,")
    assert printed.startswith("account,")
