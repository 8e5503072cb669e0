"""Reading a Resource Directory: pages, folders, tags, and a directory that changes meanwhile."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random
from typing import Any

import pytest

from acctgate.demo import DemoOrganization, DemoServer
from acctgate.demo.account import ACCOUNT_ID
from acctgate.organization import list_accounts
from acctgate.reading import SourceError
from acctgate.sources import directory
from acctgate.sources.caller import Caller
from acctgate.sources.directory import Directory, read_directory
from acctgate.sources.operations import DIRECTORY, FOLDERS, MEMBERS, Operation
from acctgate.sources.target import Target
from tests.support import one_line
from tests.support.demo import demo_server
from tests.support.process import run_here


def _call(server: DemoServer, role_arn: str | None = None) -> Any:
    return Caller(Target(endpoint=server.endpoint, role_arn=role_arn)).call


def _read(server: DemoServer) -> Directory:
    return read_directory(_call(server))


class _Service:
    """A directory whose listings are given: one after another, each a list of pages."""

    def __init__(self, *listings: list[tuple[list[str], int]]) -> None:
        self.listings = [*listings]

    def __call__(self, operation: Operation, query: dict[str, str] | None = None, /) -> Any:
        if operation == DIRECTORY:
            return {"ResourceDirectory": {"ResourceDirectoryId": "rd-1", "MasterAccountId": "1", "RootFolderId": "r-1"}}
        if operation == FOLDERS:
            return {"Folders": {"Folder": []}, "TotalCount": 0}
        number = int((query or {})["PageNumber"])
        pages = self.listings[0]
        names, total = pages[number - 1]
        if number == len(pages) and len(self.listings) > 1:
            self.listings.pop(0)
        return {
            "Accounts": {"Account": [{"AccountId": name, "FolderId": "r-1"} for name in names]},
            "TotalCount": total,
        }


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """List few accounts on a page, and do not wait between listings."""
    monkeypatch.setattr(directory, "_PAGE", 2)
    monkeypatch.setattr(directory, "_PAUSE", 0.0)


def test_all_members_of_all_pages_with_folder_status_and_tags(server: DemoServer) -> None:
    organization = server.organization
    assert organization is not None
    found = _read(server)
    assert (found.id, found.management, found.notice) == ("rd-Demo01", ACCOUNT_ID, None)
    assert [each.id for each in found.members] == [*organization.member_ids()]
    assert server.calls["ListAccounts"] == 12, "several pages are listed twice"
    paths = {"fd-DemoProd": "/prod", "fd-DemoPay": "/prod/payments", "fd-DemoLab": "/dev/sandbox", "r-Demo01": "/"}
    for each in found.members:
        member = organization.member(each.id)
        assert member is not None
        assert (each.name, each.member.folder_id, each.member.status) == (member.name, member.folder, member.status)
        assert each.member.tags == dict(member.tags)
        if member.folder in paths:
            assert each.member.folder == paths[member.folder]


def test_without_permission_for_folders_the_accounts_are_read_and_their_folders_are_not_known(
    server: DemoServer,
) -> None:
    server.denied.add("ListFoldersForParent")
    found = _read(server)
    assert len(found.members) == 12
    assert found.notice is not None and found.notice.startswith("folders are not known: ListFoldersForParent failed")
    assert {each.member.folder for each in found.members} <= {None, "/"}


@pytest.mark.parametrize("operation", ["GetResourceDirectory", "ListAccounts"])
def test_without_permission_the_message_says_what_to_grant(server: DemoServer, operation: str) -> None:
    server.denied.add(operation)
    with pytest.raises(
        SourceError,
        match=rf"cannot be listed: {operation} failed.*permissions resource.*, ListAccounts and ListFoldersForParent$",
    ):
        _read(server)


def test_an_account_that_is_not_the_management_account(server: DemoServer) -> None:
    organization = server.organization
    assert organization is not None
    plain = next(each for each in organization.member_ids() if each not in organization.delegated)
    with pytest.raises(SourceError, match="use the management account of the Resource Directory or a delegated"):
        read_directory(_call(server, f"acs:ram::{plain}:role/audit"))
    [delegated] = organization.delegated
    assert len(read_directory(_call(server, f"acs:ram::{delegated}:role/audit")).members) == 12


def test_an_account_without_a_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        demo_server(monkeypatch) as alone,
        pytest.raises(SourceError, match=r"ResourceDirectoryNotInUse.*use the management account"),
    ):
        read_directory(_call(alone))


CHANGED = (
    ([(["2", "3"], 3), (["4"], 4)], "TotalCount was 3 and 4"),
    ([(["2", "3"], 3), (["3"], 3)], "an account is on two pages"),
    ([(["2", "3"], 3), ([], 3)], "2 accounts listed, but TotalCount is 3"),
)


@pytest.mark.parametrize(("listing", "reason"), CHANGED)
def test_a_directory_that_changes_is_listed_again(listing: Any, reason: str) -> None:
    whole = [(["5", "2"], 3), (["3"], 3)]
    found = read_directory(_Service(listing, whole))
    seen = {each for names, _ in listing for each in names}
    assert [each.id for each in found.members][:3] == ["5", "2", "3"]
    assert {each.id for each in found.members} == {"5", "2", "3"} | seen, "an account that left stays in the report"
    with pytest.raises(SourceError, match=f"the directory changes while it is listed .{reason}.; try again"):
        read_directory(_Service(listing))


def test_the_number_of_listings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0
    service = _Service([(["2"], 2)])

    def call(operation: Operation, query: dict[str, str] | None = None, /) -> Any:
        nonlocal calls
        calls += operation == MEMBERS
        return service(operation, query)

    with pytest.raises(SourceError, match="try again"):
        read_directory(call)
    assert calls == directory._LISTINGS


def test_an_account_that_moves_to_an_earlier_page_is_not_lost() -> None:
    swapped = [(["2", "3"], 4), (["5", "6"], 4)]  # 2 left and 6 joined between the pages, and 4 was on neither
    after = [(["3", "4"], 4), (["5", "6"], 4)]
    assert {each.id for each in read_directory(_Service(swapped, after)).members} == {"2", "3", "4", "5", "6"}


@pytest.mark.parametrize("seed", [0, 3, 6, 7])
def test_no_member_is_lost_of_a_demo_directory_that_changes_while_it_is_read(
    server: DemoServer, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    organization = server.organization
    assert isinstance(organization, DemoOrganization)
    chance = Random(seed)
    monkeypatch.setattr(directory, "run_parallel", lambda calls: [call() for call in calls])
    oldest_first: Any = lambda start, size: [*organization.member_ids()][::-1][start : start + size]  # noqa: E731
    monkeypatch.setattr(organization, "page", oldest_first)
    stayed, changes, ask = {*organization.member_ids()}, chance.randint(1, 3), _call(server)

    def call(operation: Operation, query: dict[str, str] | None = None, /) -> Any:
        nonlocal changes
        answer = ask(operation, query)
        if operation == MEMBERS and changes and chance.random() < 0.3:  # one leaves, one joins: TotalCount stays
            changes -= 1
            gone = chance.choice([*organization.member_ids()])
            organization.remove(gone)
            stayed.discard(gone)
            organization.add()
        return answer

    listed = [each.id for each in read_directory(call).members]
    assert stayed <= {*listed}
    assert len(listed) == len({*listed})


def test_a_directory_in_which_accounts_join_and_leave_all_the_time() -> None:
    listings = [[(["2", "3"], 3), ([str(number)], 3)] for number in range(10, 20)]
    with pytest.raises(SourceError, match=r"changes while it is listed \(accounts join and leave\); try again"):
        read_directory(_Service(*listings))


def test_one_page_is_listed_once() -> None:
    assert [each.id for each in read_directory(_Service([(["2"], 1)], [(["3"], 1)])).members] == ["2"]


@pytest.mark.parametrize("total", [-1, True, "3", None, 100_001, 10**12])
def test_an_impossible_number_of_accounts_is_an_error(total: Any) -> None:
    with pytest.raises(SourceError, match="TotalCount should be a number up to 100,000"):
        read_directory(_Service([(["2"], total)]))


@pytest.mark.parametrize(
    ("tags", "known"),
    [
        ([], {}),
        ([{"Key": "env", "Value": "prod"}, {"Key": "empty"}], {"env": "prod", "empty": ""}),
        (["env"], None),
        ([{"Key": "env", "Value": "prod"}, {"key": "team", "value": "x"}], None),
        ([{"Key": 1, "Value": "prod"}], None),
        ([{"Key": "env", "Value": {}}], None),
        ({"Key": "env"}, None),
        (None, None),
    ],
)
def test_tags_that_cannot_be_read_are_not_known(tags: Any, known: Any) -> None:
    assert directory._tags({"Tags": {"Tag": tags}}) == known


@pytest.mark.parametrize("account", ["", "0", "12345****", 17, None])
def test_an_account_without_a_valid_id_is_an_error(account: Any) -> None:
    service = _Service([([account], 1)])
    with pytest.raises(SourceError, match="names no account"):
        read_directory(service)


def test_members_that_join_and_leave_between_runs_show(server: DemoServer) -> None:
    organization = server.organization
    assert isinstance(organization, DemoOrganization)
    first = {each.id for each in _read(server).members}
    gone = next(organization.member_ids())
    organization.remove(gone)
    new = organization.add()
    assert {each.id for each in _read(server).members} == first - {gone} | {new}


def test_a_server_that_holds_a_call_does_not_hold_the_listing(
    server: DemoServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(list_accounts, "LISTING_SECONDS", 0.05)
    monkeypatch.setattr(list_accounts, "_ask", lambda *_, **__: time.sleep(2))
    done = run_here("snapshot", "--organization", "--output", tmp_path / "a.ndjson")
    assert (done.status, [*tmp_path.iterdir()]) == (2, [])
    one_line(done.stderr, "the accounts cannot be listed: timeout after")
