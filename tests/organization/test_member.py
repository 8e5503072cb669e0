"""One account of many: its role, the proof of its identity, and what an account that cannot be read says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from acctgate.demo import DemoOrganization, DemoServer
from acctgate.demo.account import ACCOUNT_ID
from acctgate.demo.organization import Member as DemoMember
from acctgate.model.member import Member
from acctgate.model.optional_sections import EVERY_SECTION, Extras
from acctgate.model.run import Entry
from acctgate.model.sections import OPERATIONS, OPTIONAL_SECTIONS
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.organization.list_accounts import Request, prepare
from acctgate.organization.member import MemberReader
from acctgate.organization.pace import Pace
from acctgate.organization.roster import Selection
from acctgate.reading import SourceError
from acctgate.sources.caller import Caller
from acctgate.sources.deadline import Deadline
from acctgate.sources.retry import Failure
from acctgate.sources.target import Target
from tests.support import NOW


def _entry(account: str, status: str | None = None) -> Entry:
    return Entry(account, "name", f"acs:ram::{account}:role/audit", member=Member(folder="/prod", status=status))


def _reader(server: DemoServer, extras: Extras = EVERY_SECTION) -> MemberReader:
    target = Target(endpoint=server.endpoint)
    return MemberReader(Caller(target, policy=Pace(4)), target, extras)


def _find(server: DemoServer, **wanted: object) -> str:
    """Return the ID of a member with these attributes, from a larger organization if needed."""
    organization = server.organization
    assert isinstance(organization, DemoOrganization)
    while True:
        members: list[DemoMember | None] = [organization.member(each) for each in organization.member_ids()]
        for member in members:
            if member and all(getattr(member, name) == value for name, value in wanted.items()):
                return member.account_id
        organization.add()


def _all_unknown(snapshot: Snapshot) -> str:
    """Return the reason for which every section is unknown."""
    reasons = {section: snapshot.read((section,)) for section in OPERATIONS}
    assert all(isinstance(reason, Unknown) for reason in reasons.values())
    assert snapshot.not_read is not None
    assert {reason.reason for reason in reasons.values()} == {snapshot.not_read}
    return snapshot.not_read


def test_a_member_is_read_as_itself(server: DemoServer) -> None:
    account = _find(server, readable=True)
    snapshot = _reader(server).read(_entry(account))
    assert not snapshot.errors
    document = snapshot.document
    assert (document["account_id"], document["alias"], document["member"]) == (account, "name", {"folder": "/prod"})
    assert document["read_as"]["role_arn"] == f"acs:ram::{account}:role/audit"
    assert document["SecurityPreference"] == server.organization.account(account).preference  # type: ignore[union-attr]
    assert {*OPERATIONS} - {*document} == {"CredentialReport"}
    assert server.calls["AssumeRole"] == 1
    assert server.calls["GetCallerIdentity"] == 1


def test_the_own_account_needs_no_role(server: DemoServer) -> None:
    snapshot = _reader(server, Extras(frozenset())).read(Entry(ACCOUNT_ID))
    assert not snapshot.errors
    assert server.calls["AssumeRole"] == 0
    assert not OPTIONAL_SECTIONS & {*snapshot.document}


def test_an_account_without_the_role(server: DemoServer) -> None:
    snapshot = _reader(server).read(_entry(_find(server, has_role=False)))
    assert _all_unknown(snapshot).startswith(
        "AssumeRole failed with EntityNotExist.Role: The role not exists; create the"
    )
    assert snapshot.account_id == snapshot.document["account_id"]


def test_a_role_that_does_not_trust_the_caller(server: DemoServer) -> None:
    account = _find(server, trusts=False)
    reason = _all_unknown(_reader(server).read(_entry(account)))
    assert "grant sts:AssumeRole to the caller" in reason
    assert f"acs:ram::{account}:role/audit must exist and trust the caller's account" in reason


def test_a_suspended_account(server: DemoServer) -> None:
    account = _find(server, suspended=True)
    reason = _all_unknown(_reader(server).read(_entry(account, "Suspended")))
    assert "AssumeRole failed with UserDisable" in reason
    assert f"(the directory shows the account as Suspended; --exclude id={account} leaves it out)" in reason


def test_a_section_that_is_denied_leaves_the_others(server: DemoServer) -> None:
    account = _find(server, denied=("GetSecurityPreference",))
    snapshot = _reader(server).read(_entry(account))
    assert {*snapshot.errors} == {"SecurityPreference"}
    assert snapshot.not_read is None


def test_a_role_that_leads_elsewhere_proves_nothing(server: DemoServer) -> None:
    account, other = _find(server, readable=True), ACCOUNT_ID
    entry = Entry(account, None, f"acs:ram::{other}:role/audit")
    snapshot = _reader(server).read(entry)
    assert f"answers as account {other}, not {account}" in _all_unknown(snapshot)
    assert snapshot.document["account_id"] == account
    assert server.calls["GetSecurityPreference"] == 0, "nothing of another account is read under this id"


def test_an_identity_that_is_denied_proves_nothing(server: DemoServer) -> None:
    reader = _reader(server)
    account = _find(server, readable=True)
    server.denied.add("GetCallerIdentity")
    assert "GetCallerIdentity failed with NoPermission" in _all_unknown(reader.read(_entry(account)))
    assert server.calls["GetSecurityPreference"] == 0


def test_a_clock_that_is_off_is_named(server: DemoServer) -> None:
    reader = _reader(server)
    server.clock_skew = timedelta(hours=1)
    reason = _all_unknown(reader.read(_entry(_find(server, readable=True))))
    assert "the clock of this machine is off: synchronize it" in reason


def test_a_session_that_ends_midway_is_renewed(server: DemoServer) -> None:
    server.sessions.longest = timedelta(seconds=0)
    account = _find(server, readable=True)
    reader = _reader(server)
    calls = 0
    find = server.sessions.find

    def end_once(key: str, token: str | None, now: Any) -> Any:
        nonlocal calls
        calls += token is not None
        return find(key, token, now - timedelta(days=1) if calls != 4 else now)

    server.sessions.find = end_once  # type: ignore[method-assign]
    snapshot = reader.read(_entry(account))
    assert not snapshot.errors
    assert server.calls["AssumeRole"] == 2


def test_a_bug_loses_no_other_account(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _reader(server)
    monkeypatch.setattr("acctgate.organization.member.read_sections", lambda *_: 1 / 0)
    reason = _all_unknown(reader.read(_entry(_find(server, readable=True))))
    assert "ZeroDivisionError: division by zero (this is a bug in acctgate)" in reason


def test_no_session_key_is_in_a_snapshot(server: DemoServer) -> None:
    account = _find(server, readable=True)
    server.organization.account(account).pack_reports[0]["CompliancePackId"] = "x"  # type: ignore[union-attr]
    assume = server.sessions.assume

    def echo(account_id: str, parameters: Any, now: Any) -> Any:
        answer = assume(account_id, parameters, now)
        preference = server.organization.account(account).preference  # type: ignore[union-attr]
        preference["LoginProfilePreference"]["Echo"] = answer["Credentials"]["AccessKeySecret"]
        return answer

    server.sessions.assume = echo  # type: ignore[method-assign]
    document = _reader(server).read(_entry(account)).document
    assert document["SecurityPreference"]["LoginProfilePreference"]["Echo"] == "***"


def test_no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "")
    with pytest.raises(SourceError, match="no credentials"):
        prepare(Request(True, None, Selection(), None, None, 1), Target(), EVERY_SECTION, NOW)


def test_the_budget_of_repeated_calls_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.organization.pace._BUDGET", 3.0)
    pace = Pace(1)
    failure = Failure(None)  # type: ignore[arg-type]
    monkeypatch.setattr(Failure, "backoff", lambda *_: 0.0)
    assert [pace.may_repeat("A", [failure], Deadline.after(9)) for _ in range(4)] == [True, True, True, False]
    assert pace.run("A", lambda _: 7, Deadline.after(9)) == 7
    assert pace.run("A", lambda _: 7, Deadline.after(9)) == 7
    assert pace.may_repeat("B", [failure], Deadline.after(9)), "calls that succeed add to the budget"


def test_a_call_gets_several_sessions_if_it_has_to(server: DemoServer) -> None:
    account = _find(server, readable=True)
    reader = _reader(server)
    calls, find = 0, server.sessions.find

    def end_often(key: str, token: str | None, now: Any) -> Any:
        nonlocal calls
        calls += token is not None
        return find(key, token, now + timedelta(days=1) if token and 3 <= calls <= 5 else now)

    server.sessions.find = end_often  # type: ignore[method-assign]
    assert not reader.read(_entry(account)).errors
    assert server.calls["AssumeRole"] == 4
