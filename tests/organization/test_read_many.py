"""Reading many accounts: bounded, each once, and none lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from datetime import UTC, datetime

import pytest

from acctgate.model.run import Entry
from acctgate.model.snapshot import Snapshot
from acctgate.model.unread import unread
from acctgate.organization import read_many as module
from acctgate.organization.read_many import read_many
from acctgate.redact import one_line, protect_in_context

ENTRIES = [Entry(str(number)) for number in range(100, 140)]
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _whole(entry: Entry) -> Snapshot:
    return Snapshot.from_document({"version": 1, "account_id": entry.id})


def test_each_account_once_and_no_more_than_allowed_at_a_time() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def work(entry: Entry) -> Snapshot:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return _whole(entry)

    found = [each.entry.id for each in read_many(ENTRIES, work, 8)]
    assert sorted(found) == [entry.id for entry in ENTRIES]
    assert 2 <= most <= 8


def test_a_few_threads_read_all_and_no_account_knows_the_secrets_of_another() -> None:
    threads, shown = set[int](), list[str]()

    def work(entry: Entry) -> Snapshot:
        threads.add(threading.get_ident())
        shown.append(one_line("secret-of-this-account"))
        protect_in_context("secret-of-this-account")
        assert one_line("secret-of-this-account") == "***"
        return _whole(entry)

    assert len(list(read_many(ENTRIES, work, 2))) == len(ENTRIES)
    assert len(threads) <= 2
    assert {*shown, one_line("secret-of-this-account")} == {"secret-of-this-account"}


def test_as_many_threads_read_as_the_machine_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    start, started = threading.Thread.start, 0

    def limited(thread: threading.Thread) -> None:
        nonlocal started
        if started == most:
            raise RuntimeError("can't start new thread")
        started += 1
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", limited)
    most = 2
    assert sorted(each.entry.id for each in read_many(ENTRIES, _whole, 8)) == [entry.id for entry in ENTRIES]
    most = started
    with pytest.raises(RuntimeError, match="can't start new thread"):
        next(read_many(ENTRIES, _whole, 8))


def test_the_next_account_does_not_wait_for_whoever_takes_the_one_before() -> None:
    started = {entry.id: threading.Event() for entry in ENTRIES}

    def work(entry: Entry) -> Snapshot:
        started[entry.id].set()
        return _whole(entry)

    assert next(read_many(ENTRIES, work, 1)).entry.id == "100"
    assert started["101"].wait(20)


@pytest.mark.parametrize(
    "code",
    [
        "NoAnswer",
        "Throttling.User",
        "ServiceUnavailable",
        "NotRead",
        "NoCredentials",
        "InvalidSecurityToken.Expired",
        "InvalidTimeStamp.Expired",
    ],
)
def test_what_a_broken_connection_spoiled_is_read_again_after_the_others(code: str) -> None:
    reads: Counter[str] = Counter()

    def work(entry: Entry) -> Snapshot:
        reads[entry.id] += 1
        spoiled = entry.id in ("100", "101", "102") and (reads[entry.id] == 1 or entry.id == "101")
        return unread(entry, NOW, {"code": code, "message": "x"}) if spoiled else _whole(entry)

    found = list(read_many(ENTRIES, work, 4))
    assert sorted(each.entry.id for each in found) == [entry.id for entry in ENTRIES]
    assert {each.entry.id for each in found[-3:]} == {"100", "101", "102"}
    assert found[-1].entry.id == "101", "what does not help comes last, where a run that is resumed looks for it"
    assert [each.entry.id for each in found if each.snapshot.not_read] == ["101"]
    assert reads == {**dict.fromkeys((entry.id for entry in ENTRIES), 1), "100": 2, "101": 2, "102": 2}


def test_a_denial_is_not_read_again() -> None:
    reads: Counter[str] = Counter()

    def work(entry: Entry) -> Snapshot:
        reads[entry.id] += 1
        return unread(entry, NOW, {"code": "NoPermission", "message": "x"})

    assert len(list(read_many(ENTRIES, work, 4))) == len(ENTRIES)
    assert {*reads.values()} == {1}


def test_a_reader_that_raises_holds_no_other_account() -> None:
    def work(entry: Entry) -> Snapshot:
        if entry.id < "105":
            raise ZeroDivisionError("division by zero")
        return _whole(entry)

    began = time.monotonic()
    found = list(read_many(ENTRIES, work, 2))
    assert time.monotonic() - began < 20, "no account waits for the deadline of one whose thread ended"
    assert sorted(each.entry.id for each in found) == [entry.id for entry in ENTRIES]
    reasons = [str(each.snapshot.not_read) for each in found if each.snapshot.not_read]
    assert len(reasons) == 5
    assert all("ZeroDivisionError: division by zero (this is a bug in acctgate)" in reason for reason in reasons)


def test_an_account_that_hangs_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GRACE", 0.0)
    hang = threading.Event()

    def work(entry: Entry) -> Snapshot:
        if entry.id == "100":
            hang.wait(20)
        return _whole(entry)

    found = {each.entry.id: each.snapshot for each in read_many(ENTRIES, work, 4, seconds=0.3)}
    hang.set()
    assert sorted(found) == [entry.id for entry in ENTRIES]
    assert [name for name, snapshot in found.items() if snapshot.not_read] == ["100"]
    assert "timeout" in str(found["100"].not_read)
