"""The session of a role: renewed before it ends, also if the clock of this machine is off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from acctgate.sources import role_session
from acctgate.sources.deadline import Deadline
from acctgate.sources.operations import Operation
from acctgate.sources.role_session import RoleSession


class _Service:
    """Answers AssumeRole with numbered keys, and has a clock that the test moves."""

    def __init__(self, ends_in: timedelta | None) -> None:
        self.ends_in, self.now, self.calls = ends_in, 0.0, 0
        self.query: dict[str, str] = {}

    def monotonic(self) -> float:
        """Return the time of the client."""
        return self.now

    def __call__(self, operation: Operation, query: dict[str, str], deadline: Deadline | None) -> Any:
        self.calls += 1
        self.query = query
        keys = {"AccessKeyId": f"key{self.calls}", "AccessKeySecret": "s", "SecurityToken": "t"}
        if self.ends_in is not None:
            keys["Expiration"] = (datetime.now(UTC) + self.ends_in).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {"Credentials": keys}


@pytest.mark.parametrize(
    ("ends_in", "renewed_after"),
    [
        (timedelta(minutes=15), 840),
        (timedelta(minutes=10), 540),
        (timedelta(hours=1), 840),
        (timedelta(minutes=-10), 840),
        (None, 840),
    ],
    ids=["as requested", "earlier", "later", "the clock is off", "not said"],
)
def test_a_session_is_renewed_before_it_ends(
    monkeypatch: pytest.MonkeyPatch, ends_in: timedelta | None, renewed_after: float
) -> None:
    service = _Service(ends_in)
    monkeypatch.setattr(role_session, "time", service)
    session = RoleSession(service, "acs:ram::1:role/audit", 900, lambda *_: None)
    assert session.keys().access_key_id == "key1"
    assert (service.query["RoleArn"], service.query["DurationSeconds"]) == ("acs:ram::1:role/audit", "900")
    service.now = renewed_after - 3
    assert session.keys().access_key_id == "key1"
    service.now = renewed_after + 3
    assert session.keys().access_key_id == "key2"


def test_keys_that_the_api_refuses_are_given_up_once() -> None:
    session = RoleSession(_Service(None), "acs:ram::1:role/audit", 900, lambda *_: None)
    first = session.keys()
    session.renew(first)
    second = session.keys()
    session.renew(first)
    assert (session.keys(), second.access_key_id) == (second, "key2")


def test_the_keys_are_protected() -> None:
    seen: list[str] = []
    RoleSession(_Service(None), "acs:ram::1:role/audit", 900, lambda *keys: seen.extend(keys)).keys()
    assert seen == ["key1", "s", "t"]
