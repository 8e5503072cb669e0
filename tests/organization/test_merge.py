"""Joining the parts of a run: gaps, overlaps and parts of other runs are errors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from acctgate.model.organization import RECORD, record_path
from acctgate.model.run import Entry, Run
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import unread
from acctgate.organization.merge import merge
from acctgate.organization.resumable_output import open_collection
from acctgate.organization.run_record import write_run
from acctgate.reading import SourceError
from acctgate.sources.run_record import read_run
from acctgate.writing import WriteError
from tests.support import NOW


def _part(path: Path, accounts: str, others: str, written: str | None = None, **changes: str) -> Path:
    entries = tuple(map(Entry, accounts))
    run = Run("2026-11-22T12:00:00Z", "1", "audit", "rd-1", accounts=entries, others=(*others,), in_directory=6)
    with open_collection(path, replace(run, **changes), resume=False, overwrite=True) as opened:  # type: ignore[arg-type]
        for account in accounts if written is None else written:
            opened.add(Snapshot.from_document({"version": 1, "account_id": account}))
        opened.finish()
    return path


def _three(folder: Path) -> list[Path]:
    return [
        _part(folder / "1", "12", "3456", shard="1/3"),
        _part(folder / "2", "34", "1256", shard="2/3"),
        _part(folder / "3", "56", "1234", shard="3/3"),
    ]


def test_the_parts_make_up_one_run(tmp_path: Path) -> None:
    output = tmp_path / "all.ndjson"
    run, found = merge(_three(tmp_path), output, overwrite=False)
    assert [json.loads(line)["account_id"] for line in output.read_text().splitlines()] == [*"123456"]
    assert read_run(output) == replace(run, size=output.stat().st_size)
    assert (run.shard, run.others, [entry.id for entry in run.accounts]) == (None, (), [*"123456"])
    assert found.summary(run).read == 6
    with pytest.raises(WriteError, match="already exists"):
        merge(_three(tmp_path), output, overwrite=False)


def test_what_an_outage_left_unread_comes_last_so_that_resume_reads_it(tmp_path: Path) -> None:
    parts, output = _three(tmp_path), tmp_path / "all.ndjson"
    for path, account in zip(parts, "146", strict=True):
        lost = unread(Entry(account), NOW, {"code": "NoAnswer", "message": "x"})
        lines = [line for line in path.read_text().splitlines(keepends=True) if f'"{account}"' not in line]
        path.write_text("".join([*lines, f"{json.dumps(lost.document)}\n"]))
    run, found = merge(parts, output, overwrite=False)
    assert [json.loads(line)["account_id"] for line in output.read_text().splitlines()] == [*"235146"]
    assert [*found.again] == [*"146"]
    with open_collection(output, run, resume=True, overwrite=False) as opened:
        assert [entry.id for entry in opened.found.missing(opened.run)] == [*"146"]


def test_a_gap(tmp_path: Path) -> None:
    first, _, third = _three(tmp_path)
    with pytest.raises(
        SourceError, match=r"account 3 is in no part \(and 1 more\); give all parts .*1/3, 3/3 are here"
    ):
        merge([first, third], tmp_path / "all", overwrite=False)


def test_an_account_that_is_selected_since_another_part_was_listed(tmp_path: Path) -> None:
    parts = [*_three(tmp_path)[:2], _part(tmp_path / "3", "56", "12347", shard="3/3")]
    with pytest.raises(SourceError, match=r"account 7 is in no part; the accounts changed .* each part with --resume"):
        merge(parts, tmp_path / "all", overwrite=False)


def test_an_overlap(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    for twice in ([*parts, parts[0]], [*parts, _part(tmp_path / "4", "6", "12345")]):
        with pytest.raises(SourceError, match=r"account [16] is also in"):
            merge(twice, tmp_path / "all", overwrite=False)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("directory", "rd-2", "directory was rd-1, and is rd-2"),
        ("role_name", "other", "role name was audit, and is other"),
        ("run", "tuesday", "run was none, and is tuesday"),
        ("region", "ap-southeast-1", "region was none, and is ap-southeast-1"),
    ],
)
def test_a_part_of_another_run(tmp_path: Path, name: str, value: str, message: str) -> None:
    parts = _three(tmp_path)
    _part(parts[1], "34", "1256", **{name: value})
    with pytest.raises(SourceError, match=f"2: is of another run than .*1: {message}"):
        merge(parts, tmp_path / "all", overwrite=False)


def test_parts_that_saw_a_different_directory(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    write_run(parts[1], replace(read_run(parts[1]), in_directory=7))
    with pytest.raises(SourceError, match=r"2: the directory had 6 accounts in .*1, and 7 here; continue each part"):
        merge(parts, tmp_path / "all", overwrite=False)


def test_a_part_that_is_not_complete(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    _part(parts[1], "34", "1256", written="3")
    with pytest.raises(SourceError, match="2: has not read account 4; continue it with --resume"):
        merge(parts, tmp_path / "all", overwrite=False)
    _part(parts[1], "34", "1256")
    parts[1].write_bytes(parts[1].read_bytes()[:-5])
    with pytest.raises(SourceError, match="2: has not read account 4"):
        merge(parts, tmp_path / "all", overwrite=False)
    assert not (tmp_path / "all").exists()


def test_a_part_without_its_record(tmp_path: Path) -> None:
    (path := tmp_path / "x").write_text('{"version": 1, "account_id": "1"}\n')
    with pytest.raises(SourceError, match=r"x\.run\.json: no such file"):
        merge([path], tmp_path / "all", overwrite=False)


def test_the_output_is_no_part(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    for output in (parts[0], record_path(parts[0])):
        before = output.read_bytes()
        with pytest.raises(WriteError, match="is also an input"):
            merge(parts, output, overwrite=True)
        assert output.read_bytes() == before


def test_the_record_of_the_output_is_no_part(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    parts[0] = parts[0].rename(tmp_path / f"all{RECORD}")
    (tmp_path / f"1{RECORD}").rename(tmp_path / f"all{RECORD}{RECORD}")
    with pytest.raises(WriteError, match=r"all\.run\.json: is also an input"):
        merge(parts, tmp_path / "all", overwrite=True)
    assert parts[0].read_text().count("account_id") == 2


def test_a_line_that_is_not_a_snapshot(tmp_path: Path) -> None:
    parts = _three(tmp_path)
    parts[1].write_text('{"version": 1, "account_id": "3"}\n{"version": 2, "account_id": "4"}\n')
    with pytest.raises(SourceError, match=r"2:2: .*version"):
        merge(parts, tmp_path / "all", overwrite=False)
