"""examples/lake.py: snapshots in Parquet, and findings that equal those of `acctgate check`."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from acctgate import Snapshot, parse_snapshot
from tests.support import run
from tests.support.accounts import GOOD
from tests.support.tools import load_tool

pq: Any = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed (the extra parquet)")

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
LAKE: Any = load_tool("lake", "examples")


@pytest.fixture
def accounts(tmp_path: Path) -> Path:
    """Return snapshots of accounts that pass, fail and are unknown."""
    unread = {"version": 1, "errors": {"SecurityPreference": {"code": "NoPermission", "message": "no"}}}
    weak = {**GOOD, "AccountSecurityPracticeInfo": {"Score": 1}}
    lines = [
        json.dumps({**document, "account_id": str(number), "taken_at": "2026-11-21T08:00:00Z"})
        for number, document in enumerate((GOOD, weak, unread, GOOD), 1)
    ]
    path = tmp_path / "accounts.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def _checked(accounts: Path, tmp_path: Path) -> list[dict[str, Any]]:
    """Return the rows that `acctgate check` writes."""
    output = tmp_path / "check.parquet"
    run("check", "--policy", "strict", "--snapshot", accounts, "--format", f"parquet={output}")
    return _findings(pq.read_table(output))


def _findings(table: Any) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name != "judged_at"} for row in table.to_pylist()]


def test_snapshots_are_stored_as_they_are(accounts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LAKE, "ROWS", 3)
    target = tmp_path / "snapshots.parquet"
    assert LAKE.store(str(accounts), str(target)) == 4
    assert pq.ParquetFile(target).num_row_groups == 2
    rows = pq.read_table(target).to_pylist()
    assert [json.loads(row["snapshot"]) for row in rows] == list(map(json.loads, accounts.read_text().splitlines()))
    assert [row["account"] for row in rows] == ["1", "2", "3", "4"]
    assert {row["taken_at"] for row in rows} == {datetime(2026, 11, 21, 8, tzinfo=UTC)}


def test_an_account_that_cannot_be_read_is_not_left_out(accounts: Path, tmp_path: Path) -> None:
    accounts.write_text(f"{accounts.read_text()}{{broken}}\n", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"not stored: .*accounts\.ndjson:5: invalid JSON"):
        LAKE.store(str(accounts), str(tmp_path / "snapshots.parquet"))
    assert list(tmp_path.iterdir()) == [accounts], "a file with the accounts before it would look complete"


@pytest.mark.parametrize("time", ["yesterday", "0001-01-01T00:00:00+08:00"])
def test_a_time_that_is_none_is_stored_as_null(accounts: Path, tmp_path: Path, time: str) -> None:
    accounts.write_text(json.dumps({**GOOD, "taken_at": time}), encoding="utf-8")
    target = tmp_path / "snapshots.parquet"
    assert LAKE.store(str(accounts), target.as_uri()) == 1
    assert pq.read_table(target)["taken_at"].to_pylist() == [None]


def test_a_failure_of_the_cluster_is_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ray = SimpleNamespace(
        init=lambda address, log_to_driver: None,
        remote=lambda num_cpus: lambda function: SimpleNamespace(remote=function),
        get=lambda found: found,
        exceptions=SimpleNamespace(RayError=RuntimeError),
    )
    monkeypatch.setitem(sys.modules, "ray", ray)
    monkeypatch.setattr(sys, "argv", ["lake.py", "judge", str(tmp_path), str(tmp_path / "findings")])
    monkeypatch.setattr(LAKE, "judge_all", Mock(return_value=Counter({"fail": 1})))
    with pytest.raises(SystemExit) as violation:
        LAKE.main()
    monkeypatch.setattr(ray, "get", Mock(side_effect=ValueError("7 verdicts on 8 snapshots")))
    with pytest.raises(SystemExit) as failure:
        LAKE.main()
    assert (violation.value.code, failure.value.code) == (1, 2)


def test_a_worker_finds_what_check_finds(accounts: Path, tmp_path: Path) -> None:
    target = tmp_path / "snapshots.parquet"
    LAKE.store(str(accounts), str(target))
    found = LAKE.Judge("strict", NOW)(pq.read_table(target, columns=["snapshot"]))
    assert _findings(found) == _checked(accounts, tmp_path)
    assert {row["judged_at"] for row in found.to_pylist()} == {NOW}


@pytest.mark.filterwarnings("ignore")  # Ray uses what it deprecates
def test_ray_finds_what_check_finds(accounts: Path, tmp_path: Path) -> None:
    ray = pytest.importorskip("ray", reason="Ray is not installed (the extra ray)")
    snapshots, findings = tmp_path / "snapshots", tmp_path / "findings"
    snapshots.mkdir()
    for number in (1, 2):
        LAKE.store(str(accounts), str(snapshots / f"{number}.parquet"))
    ray.init("local", num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        assert LAKE.judge_all(str(snapshots), str(findings), "strict") == {"pass": 4, "fail": 2, "unknown": 2}
        with pytest.raises(ValueError, match=r"findings has 16 verdicts on 8 snapshots; write to a new folder"):
            LAKE.judge_all(str(snapshots), str(findings), "strict")
    finally:
        ray.shutdown()
    expected = _checked(accounts, tmp_path) * 4
    key = json.JSONEncoder(default=str, sort_keys=True).encode
    assert sorted(map(key, _findings(pq.read_table(findings)))) == sorted(map(key, expected))


def test_a_snapshot_is_parsed_wherever_it_is_stored() -> None:
    account = parse_snapshot(json.dumps({**GOOD, "account_id": "12"}))
    assert (account.account_id, account.unreadable) == ("12", None)
    broken = parse_snapshot(b"{", "row 7")
    assert isinstance(broken, Snapshot)
    assert broken.unreadable is not None and broken.unreadable.startswith("row 7:1: invalid JSON: ")
    half_a_pair = parse_snapshot('{"version": 1, "alias": "\ud800"}', "row 8")
    assert half_a_pair.unreadable is not None and half_a_pair.unreadable.startswith("row 8: not valid UTF-8")
