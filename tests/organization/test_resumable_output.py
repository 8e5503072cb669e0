"""A run's output: whole lines only, resumed without reading an account twice or dropping one."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from acctgate.model.organization import record_path
from acctgate.model.run import Entry, Run
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import unread
from acctgate.organization.ndjson import Output
from acctgate.organization.resumable_output import open_collection
from acctgate.reading import SourceError
from acctgate.sources.run_record import read_run
from acctgate.writing import WriteError

RUN = Run("2026-11-22T12:00:00Z", "1", "audit", "rd-1", accounts=tuple(map(Entry, "12345")), in_directory=5)


def _snapshot(account: str) -> Snapshot:
    return Snapshot.from_document({"version": 1, "account_id": account, "alias": "名字 " * 40})


def _collect(path: Path, accounts: str, run: Run = RUN, *, resume: bool = False, overwrite: bool = False) -> list[str]:
    """Write these accounts, and return those that were still to be read at first."""
    with open_collection(path, run, resume=resume, overwrite=overwrite) as opened:
        missing = [entry.id for entry in opened.found.missing(opened.run)]
        for account in accounts:
            opened.add(_snapshot(account))
        opened.finish()
    return missing


def _accounts(path: Path) -> list[str]:
    return [json.loads(line)["account_id"] for line in path.read_bytes().splitlines()]


def test_a_run_in_one_go(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    assert _collect(path, "12345") == [*"12345"]
    assert _accounts(path) == [*"12345"]
    assert read_run(path) == replace(RUN, size=path.stat().st_size)


def test_a_run_is_resumed_wherever_it_was_killed(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "123")
    whole = path.read_bytes()
    ends = [0, *(index + 1 for index, byte in enumerate(whole) if byte == ord("\n"))]
    for size in range(0, len(whole) + 1, 7):
        path.write_bytes(whole[:size])
        done = sum(end <= size for end in ends) - 1
        missing = _collect(path, "", resume=True)
        assert missing == [*"12345"][done:]
        assert path.read_bytes() == whole[: ends[done]], "a torn line is cut"
    path.write_bytes(whole + b'{"version": 1, "acc\n')
    assert _collect(path, "45", resume=True) == ["4", "5"]
    assert _accounts(path) == [*"12345"]
    assert _collect(path, "", resume=True) == []


def _unread(account: str, code: str) -> Snapshot:
    return unread(Entry(account), datetime(2026, 11, 22, tzinfo=UTC), {"code": code, "message": "x"})


def test_what_an_outage_left_unread_is_read_again_when_the_run_is_resumed(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    incomplete = {
        "PasswordPolicy": {"code": "NoPermission", "message": "x"},
        "CompliancePackReports.x": {"code": "Throttling.User", "message": "x"},
    }
    with open_collection(path, RUN, resume=False, overwrite=False) as opened:
        for snapshot in (_unread("1", "NoAnswer"), _snapshot("2"), _unread("3", "NoPermission")):
            opened.add(snapshot)
        opened.add(Snapshot.from_document({"version": 1, "account_id": "4", "errors": incomplete}))
        opened.add(_unread("5", "InvalidSecurityToken.Expired"))
        opened.finish()
        assert [*opened.found.again] == ["1", "4", "5"]
        assert opened.found.again["4"] == "GetCompliancePackReport failed with Throttling.User: x", "what may pass"
    before = path.read_bytes().splitlines()
    assert read_run(path).size == path.stat().st_size, "it is complete: merge and check take it as it is"
    assert _collect(path, "54", resume=True) == ["4", "5"]
    assert path.read_bytes().splitlines()[:3] == before[:3]
    assert _accounts(path) == [*"12354"]
    assert _collect(path, "", resume=True) == []


def test_a_run_that_has_not_begun_is_resumed_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    assert _collect(path, "1", resume=True) == [*"12345"]
    path.unlink()
    assert _collect(path, "", resume=True) == [*"12345"]


def test_an_account_that_joined_since_is_read_and_one_that_left_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "1")
    changed = replace(RUN, accounts=tuple(map(Entry, "12456")), in_directory=6)
    assert _collect(path, "23456", changed, resume=True) == [*"23456"]
    assert read_run(path).in_directory == 6


def test_an_existing_output_is_not_overwritten(tmp_path: Path) -> None:
    (path := tmp_path / "a.ndjson").write_text("mine\n")
    with pytest.raises(WriteError, match="already exists; use --force"):
        _collect(path, "")
    with pytest.raises(
        SourceError, match=r"cannot be resumed without a.ndjson.run.json; --force instead of --resume starts again"
    ):
        _collect(path, "", resume=True)
    assert path.read_text() == "mine\n"
    assert not record_path(path).exists()
    assert _collect(path, "12345", overwrite=True) == [*"12345"]
    assert _collect(path, "12345", overwrite=True) == [*"12345"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"directory": "rd-2"}, "directory was rd-1, and is rd-2"),
        ({"management": "7"}, "management was 1, and is 7"),
        ({"include": ("folder=/prod",)}, "include was none, and is folder=/prod"),
        ({"exclude": ("id=1", "id=2")}, "exclude was none, and is id=1, id=2"),
        ({"role_name": "other"}, "role name was audit, and is other"),
        ({"accounts_file": "sha256:1"}, "accounts file was none, and is sha256:1"),
        ({"shard": "1/2"}, "shard was none, and is 1/2"),
        ({"run": "x"}, "run was none, and is x"),
        ({"region": "ap-southeast-1"}, "region was none, and is ap-southeast-1"),
        ({"aggregator": "ca-1"}, "aggregator was none, and is ca-1"),
    ],
)
def test_a_run_with_other_options_is_not_resumed(tmp_path: Path, changes: dict[str, object], message: str) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "12")
    before = path.read_bytes()
    with pytest.raises(SourceError, match=f"is of another run: {message}; use the same options, or --force"):
        _collect(path, "", replace(RUN, **changes), resume=True)  # type: ignore[arg-type]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"version": 1, "account_id": "9"}', "has account 9, which is not one of this run"),
        ('{"version": 1, "account_id": "1"}', "has account 1 twice"),
        ('{"version": 1}', ":2: not a snapshot with an account_id"),
        ('{"version": 99, "account_id": "2"}', r"a\.ndjson:2: .*version"),
        ("nonsense", ":2: invalid JSON"),
    ],
)
def test_an_output_that_something_else_wrote_to_is_not_resumed(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "1")
    with path.open("a") as file:
        file.write(f'{line}\n{{"version": 1, "account_id": "2"}}\n')
    with pytest.raises(SourceError, match=message):
        _collect(path, "", resume=True)


@pytest.mark.parametrize("text", ["", "[]", '{"version": 2}', '{"version": 1, "accounts": [{"id": 1}]}'])
def test_an_invalid_record(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ndjson"
    record_path(path).write_text(text)
    with pytest.raises(SourceError, match=r"run\.json: (is empty|not the record of a run)"):
        read_run(path)


def test_an_output_that_cannot_be_continued(tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    for path in (pipe, Path(os.devnull)):
        with pytest.raises(WriteError, match=f"{path}: not a regular file, which --resume could continue"):
            _collect(path, "12345")
        assert not record_path(path).exists()


def test_two_processes_do_not_write_to_one_output(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    with open_collection(path, RUN, resume=False, overwrite=False):
        with pytest.raises(WriteError, match="another process writes to it"):
            Output(path)
        with pytest.raises(WriteError, match="another process writes to it"):
            _collect(path, "", resume=True)


def test_a_refused_process_leaves_the_output_of_the_other_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    with open_collection(path, RUN, resume=False, overwrite=False) as opened:
        opened.add(_snapshot("1"))
        with pytest.raises(WriteError, match="another process writes to it"):
            _collect(path, "", overwrite=True)
        for account in "2345":
            opened.add(_snapshot(account))
        opened.finish()
    assert _accounts(path) == [*"12345"]


def test_an_output_that_another_process_has_finished_meanwhile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "12345")
    monkeypatch.setattr("acctgate.organization.resumable_output.require_writable", lambda *_, **__: None)
    with pytest.raises(WriteError, match="already exists; use --force"):
        _collect(path, "")
    assert _accounts(path) == [*"12345"]


def test_an_existing_record_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    record_path(path).write_text("mine\n")
    with pytest.raises(WriteError, match=r"a\.ndjson\.run\.json: already exists; use --force"):
        _collect(path, "")
    assert (record_path(path).read_text(), path.exists()) == ("mine\n", False)
    with (
        pytest.raises(WriteError, match=r"a\.ndjson\.run\.json: is also an input"),
        open_collection(path, RUN, resume=False, overwrite=True, inputs=[record_path(path)]),
    ):
        pass
    assert record_path(path).read_text() == "mine\n"


def test_a_disk_that_is_full_when_the_data_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("acctgate.organization.ndjson.os.fsync", fail)
    with pytest.raises(WriteError, match=r"a\.ndjson: no space left on device"):
        _collect(tmp_path / "a.ndjson", "12345")


def test_the_record_has_no_command_for_a_ci_system(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "", replace(RUN, run="##[error]x"))
    assert "##" not in record_path(path).read_text()
    assert read_run(path).run == "##[error]x"


def test_a_resumed_run_reads_an_account_as_it_is_listed_now(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    _collect(path, "1234")
    moved = Entry("5", "new", "acs:ram::5:role/audit")
    with open_collection(
        path, replace(RUN, accounts=(*RUN.accounts[:4], moved)), resume=True, overwrite=False
    ) as found:
        assert found.found.missing(found.run) == [moved]


def test_the_summary_names_what_was_not_read(tmp_path: Path) -> None:
    with open_collection(tmp_path / "a.ndjson", RUN, resume=False, overwrite=False) as opened:
        opened.add(_snapshot("1"))
        error = {"code": "X", "message": "m", "operation": "AssumeRole"}
        opened.add(Snapshot.from_document({"version": 1, "account_id": "2", "errors": {"identity": error}}))
        opened.add(Snapshot.from_document({"version": 1, "account_id": "3", "errors": {"PasswordPolicy": error}}))
        assert opened.found.unread == {"2": "AssumeRole failed with X: m"}
        assert {*opened.found.incomplete} == {"3"}
        summary = opened.found.summary(opened.run)
    assert (summary.accounts, summary.read, summary.not_read) == (5, 2, ("2", "4", "5"))
    assert summary.describe() == "5 accounts in the directory rd-1, 5 selected, 2 read, 3 not read: 2, 4, 5"
