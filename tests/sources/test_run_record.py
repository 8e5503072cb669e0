"""The output of a run as a source: whoever reads it, an account that it lacks is unknown and never missing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import acctgate
from acctgate.crossguard.background_reader import BackgroundReader
from acctgate.crossguard.configuration import AccountSettings
from acctgate.model.organization import RECORD, find_record, record_path
from acctgate.model.run import Entry, Run
from acctgate.model.snapshot import Snapshot
from acctgate.organization.resumable_output import open_collection
from acctgate.organization.run_record import write_run
from acctgate.reading import SourceError
from acctgate.sources.run_record import read_run
from acctgate.sources.snapshots import read_snapshots
from tests.support.process import run_here

RUN = Run("2026-11-22T12:00:00Z", "1001", "audit", accounts=(Entry("1001"), Entry("1002")))
NOT_READ = "the run has not read the account"


def _line(account: str) -> str:
    return json.dumps({"version": 1, "account_id": account, "SecurityPreference": {}}) + "\n"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """Return an output in which account 1002 is missing."""
    (folder := tmp_path / "runs").mkdir()
    (path := folder / "a.ndjson").write_text(_line("1001"))
    write_run(path, RUN)
    return path


def _read(path: Path) -> dict[str | None, str | None]:
    return {each.account_id: each.not_read or each.unreadable for each in read_snapshots([str(path)])}


def test_the_missing_account_is_unknown_since_the_run_began(output: Path) -> None:
    first, second = read_snapshots([str(output)])
    assert (first.account_id, first.not_read) == ("1001", None)
    assert (second.account_id, second.taken_at) == ("1002", RUN.started_at)
    assert NOT_READ in (second.not_read or "")


def test_every_reader_sees_it(output: Path, tmp_path: Path) -> None:
    accounts = [*acctgate.read_snapshots(output)]
    assert acctgate.judge(accounts, acctgate.load_policy("baseline")).accounts[1].account == "1002"
    pack = BackgroundReader(AccountSettings(snapshot=str(output))).start_account(None).result()
    assert [each.account_id for each in pack] == ["1001", "1002"]
    (before := tmp_path / "before.ndjson").write_text(_line("1001") + _line("1002"))
    assert "1002" in run_here("diff", before, output).stdout
    assert run_here("check", "--snapshot", output, "--policy", "baseline").stdout.count(NOT_READ)


def test_an_account_that_was_not_read_waives_nothing_in_a_baseline(output: Path, tmp_path: Path) -> None:
    policy = acctgate.load_policy("baseline")
    before = acctgate.judge(acctgate.read_snapshots(output), policy)
    (later := tmp_path / "later.ndjson").write_text(_line("1002"))
    [account] = acctgate.judge(acctgate.read_snapshots(later), policy, baseline=before).accounts
    assert {each.outcome for each in account.outcomes} >= {"unknown"}
    assert not [each.rule for each in account.outcomes if each.outcome == "waived"]


def test_a_link_to_the_output(output: Path, tmp_path: Path) -> None:
    (link := tmp_path / "latest.ndjson").symlink_to(output)
    (second := tmp_path / "second.ndjson").symlink_to(link)
    assert _read(second).keys() == _read(link).keys() == {"1001", "1002"}
    Path(f"{link}{RECORD}").symlink_to(record_path(output))
    assert _read(link).keys() == {"1001", "1002"}, "a link to the record as well"
    Path(f"{link}{RECORD}").unlink()
    Path(f"{link}{RECORD}").write_bytes(record_path(output).read_bytes())
    [found] = read_snapshots([str(link)])
    assert "has two records" in (found.unreadable or "")
    done = run_here("check", "--snapshot", link, "--policy", "baseline")
    assert (done.status, "has two records" in done.stderr) == (2, True)


def test_a_record_beside_a_link_to_a_plain_file(output: Path, tmp_path: Path) -> None:
    (link := tmp_path / "link.ndjson").symlink_to(output)
    record_path(output).rename(f"{link}{RECORD}")
    assert _read(link).keys() == {"1001", "1002"}


def test_a_record_that_cannot_be_read(output: Path) -> None:
    record = record_path(output)
    record.unlink()
    record.symlink_to("gone")
    assert find_record(output) == Path(f"{output}{RECORD}")
    done = run_here("check", "--snapshot", output, "--policy", "baseline")
    assert (done.status, f"{record.name}: no such file" in done.stderr) == (2, True)
    record.unlink()
    record.mkdir()
    assert run_here("check", "--snapshot", output, "--policy", "baseline").status == 2


def test_the_record_of_an_output_that_is_written_through_a_link_is_beside_the_file(tmp_path: Path) -> None:
    (folder := tmp_path / "runs").mkdir()
    (real := folder / "a.ndjson").write_text("old\n")
    (link := tmp_path / "link.ndjson").symlink_to(real)
    with open_collection(link, RUN, resume=False, overwrite=True):
        pass
    assert Path(f"{real}{RECORD}").exists()
    assert not Path(f"{link}{RECORD}").exists()
    assert _read(real).keys() == {"1001", "1002"}


def test_an_output_of_the_recorded_size_with_other_accounts(output: Path) -> None:
    output.write_text(_line("1001") + _line("1001"))
    finished = Run("2026-11-22T12:00:00Z", "1001", "audit", accounts=RUN.accounts, size=output.stat().st_size)
    write_run(output, finished)
    first, twice, missing = read_snapshots([str(output)])
    assert first.account_id == "1001"
    assert (twice.unreadable or "").endswith("a.ndjson:2: account 1001 occurs twice in the output of a run")
    assert missing.account_id == "1002"


def test_an_output_that_is_gone(output: Path) -> None:
    output.unlink()
    found = _read(output)
    assert found.keys() == {None, "1001", "1002"}
    assert "no such file" in (found[None] or "")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"accounts": []}, "accounts: there are none"),
        ({"accounts": None}, "accounts: "),
        ({"started_at": "yesterday"}, "started_at: Invalid isoformat"),
        ({"started_at": "0001-01-01T00:00:00+14:00"}, "started_at: "),
    ],
)
def test_an_invalid_record(output: Path, changes: dict[str, object], message: str) -> None:
    record = record_path(output)
    document = {**json.loads(record.read_text()), **changes}
    record.write_text(json.dumps({key: value for key, value in document.items() if value is not None}))
    with pytest.raises(SourceError, match=rf"not the record of a run \(version 1\): {message}"):
        read_run(output)
    assert run_here("check", "--snapshot", output, "--policy", "baseline").status == 2


@pytest.mark.parametrize("again", ["a.ndjson", "copy.ndjson"])
def test_an_output_that_is_given_twice_does_not_count_twice(output: Path, again: str) -> None:
    second = output.with_name(again)
    if second != output:
        second.write_bytes(output.read_bytes())
        record_path(second).write_bytes(record_path(output).read_bytes())
    first, missing, twice = read_snapshots([str(output), str(second)])
    assert (first.account_id, missing.account_id) == ("1001", "1002")
    assert (twice.unreadable or "").endswith(f"{again}: another file has the output of this run; give each part once")
    done = run_here("check", "--snapshot", output, "--snapshot", second, "--policy", "baseline")
    assert (done.status, "give each part once" in done.stderr) == (2, True)


def _parts(folder: Path, *shards: str) -> list[Path]:
    """Write these parts of a run without their records, each with one account."""
    for shard in shards:
        (path := folder / f"{shard.partition('/')[0]}.ndjson").unlink(missing_ok=True)
        entry = Entry(shard.replace("/", "0"))
        run = Run("2026-11-22T12:00:00Z", "1001", "audit", shard=shard, accounts=(entry,))
        with open_collection(path, run, resume=False, overwrite=True) as opened:
            opened.add(Snapshot.from_document({"version": 1, "account_id": entry.id, "read_as": {"caller": "me"}}))
            opened.finish()
        record_path(path).unlink()
    return sorted(folder.glob("*.ndjson"))


def test_a_part_alone_whose_record_is_missing(tmp_path: Path) -> None:
    [part] = _parts(tmp_path, "2/3")
    assert json.loads(part.read_text())["read_as"] == {"caller": "me", "shard": "2/3"}
    account, missing = read_snapshots([str(part)])
    assert (account.account_id, account.unreadable, missing.account_id) == ("203", None, None)
    remedy = r"put .run.json back beside the file, or join all parts with acctgate merge"
    assert missing.unreadable == (
        f"{part}: is part 2/3 of a run, and the accounts of the others are not known; {remedy}"
    )
    (policy := tmp_path / "policy.yaml").write_text("version: 1\nrules: {account-identity: {}}\n")
    done = run_here("check", "--snapshot", part, "--policy", policy)
    assert (done.status, remedy in done.stderr) == (2, True)
    assert run_here("check", "--snapshot", "-", "--policy", policy, stdin=part.read_bytes()).status == 2


def test_all_parts_without_records_are_the_run(tmp_path: Path) -> None:
    *two, third = map(str, _parts(tmp_path, "1/3", "2/3", "3/3"))
    assert [each.account_id for each in read_snapshots([*two, third])] == ["103", "203", "303"]
    assert "3.ndjson: is part 3/3" in str([*read_snapshots([two[1], third])][-1].unreadable)
    (joined := tmp_path / "all").write_text("".join(Path(part).read_text() for part in (*two, third)))
    assert [each.unreadable for each in read_snapshots([str(joined)])] == [None] * 3


@pytest.mark.parametrize("shard", ["1", "1/x", "1/0", "1/99999", "0/2", ""])
def test_a_part_that_is_named_wrongly_is_not_the_run(tmp_path: Path, shard: str) -> None:
    (path := tmp_path / "a.ndjson").write_text(
        json.dumps({"version": 1, "account_id": "1001", "read_as": {"shard": shard}}) + "\n"
    )
    assert [each.unreadable is None for each in read_snapshots([str(path)])] == [True, False]
