"""Reports cross from a worker process whole, and each outcome only once."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from acctgate.api import judge, load_policy
from acctgate.evaluate import transfer
from acctgate.evaluate.transfer import Receiver, Sender
from acctgate.model.report import AccountReport
from acctgate.model.snapshot import Snapshot
from tests.support.accounts import GOOD


def _reports(count: int) -> list[AccountReport]:
    accounts = [Snapshot.from_document({**GOOD, "account_id": str(10**15 + number)}) for number in range(count)]
    return list(judge(accounts, load_policy("strict")).accounts)


def _plain(report: AccountReport) -> tuple[object, ...]:
    """Return the report with outcomes that can be compared: they are equal only if they are the same object."""
    return replace(report, outcomes=()), [each.__reduce__() for each in report.outcomes]


def test_reports_arrive_as_they_were_and_share_their_outcomes() -> None:
    sent, sender, receiver = _reports(4), Sender(), Receiver()
    first, second = (pickle.loads(pickle.dumps(sender.pack(part))) for part in (sent[:2], sent[2:]))
    assert len(second.outcomes) < len(first.outcomes) < 2 * len(sent[0].outcomes)
    received = [*receiver.unpack(first), *receiver.unpack(second)]
    assert list(map(_plain, received)) == list(map(_plain, sent))
    shared = {id(each) for each in received[0].outcomes} & {id(each) for each in received[3].outcomes}
    assert len(shared) == len(sent[0].outcomes) - len(second.outcomes) // 2


def test_both_sides_forget_outcomes_so_that_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "_MOST_OUTCOMES", 3)
    sent, sender, receiver = _reports(3), Sender(), Receiver()
    messages = [sender.pack([report]) for report in sent]
    assert [message.starts_anew for message in messages] == [False, True, True]
    received = [report for message in messages for report in receiver.unpack(message)]
    assert list(map(_plain, received)) == list(map(_plain, sent))
    assert len(receiver._outcomes) == len(sent[0].outcomes)
