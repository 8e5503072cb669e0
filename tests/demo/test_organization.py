"""The demo organization: the same for a seed, with a directory, roles, sessions that end, rate limits and faults."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic, process_time
from typing import Any

import pytest

from acctgate.demo import DemoAccount, DemoOrganization, DemoServer
from acctgate.demo.account import ACCOUNT_ID
from acctgate.demo.organization import DIRECTORY_ID, ROOT_FOLDER, Member
from acctgate.sources.call_error import CallError
from acctgate.sources.caller import Caller
from acctgate.sources.operations import (
    AGGREGATE_ACCOUNT_COMPLIANCE,
    ASSUME_ROLE,
    DIRECTORY,
    FOLDERS,
    IDENTITY,
    MEMBERS,
    PACKS,
    PREFERENCE,
    Operation,
)
from acctgate.sources.target import Target

PACK = "cp-fdc8626622af00f9****"


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use the demo credentials."""
    with DemoServer() as server:
        for name, value in server.environment.items():
            if name != "ACCTGATE_ENDPOINT":
                monkeypatch.setenv(name, value)
    monkeypatch.setattr("acctgate.sources.retry._BACKOFF", 0.001)


@pytest.fixture
def organization() -> DemoOrganization:
    """Return an organization with every kind of member."""
    return DemoOrganization(100)


@pytest.fixture
def server(organization: DemoOrganization) -> Iterator[DemoServer]:
    """Serve the organization."""
    with DemoServer(organization=organization) as running:
        yield running


def _caller(server: DemoServer, account: str | None = None) -> Caller:
    role = f"acs:ram::{account}:role/acctgate-audit" if account else None
    return Caller(Target(endpoint=server.endpoint, role_arn=role))


def _members(organization: DemoOrganization) -> list[Member]:
    found = [organization.member(each) for each in organization.member_ids()]
    assert None not in found
    return [each for each in found if each is not None]


def _one(organization: DemoOrganization, **wanted: object) -> str:
    """Return the ID of the first member with these attributes."""
    return next(
        each.account_id
        for each in _members(organization)
        if all(getattr(each, name) == value for name, value in wanted.items())
    )


def _code(call: Any) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(CallError) as caught:
        call()
    return caught.value.error["code"]


# The organization itself


def test_the_same_seed_gives_the_same_organization() -> None:
    first, second, other = DemoOrganization(200), DemoOrganization(200), DemoOrganization(200, seed=7)
    assert _members(first) == _members(second) != _members(other)
    for each in first.member_ids():
        assert first.peek(each) == second.account(each)
    assert {each.account_id for each in _members(first)} == {each.account_id for each in _members(other)}


def test_members_do_not_depend_on_the_number_of_members() -> None:
    small, large = DemoOrganization(10), DemoOrganization(10_000)
    assert [large.member(each) for each in small.member_ids()] == _members(small)


def test_a_hundred_members_have_every_problem(organization: DemoOrganization) -> None:
    members = _members(organization)
    assert len({each.account_id for each in members}) == 100
    assert all(len(each.account_id) == 16 for each in members)
    kinds = Counter(
        "suspended"
        if each.suspended
        else "no role"
        if not each.has_role
        else "untrusting"
        if not each.trusts
        else "denying"
        if each.denied
        else "readable"
        for each in members
    )
    assert kinds == {"readable": 93, "denying": 3, "no role": 2, "untrusting": 1, "suspended": 1}
    assert kinds["readable"] == sum(each.readable for each in members)
    assert 60 <= sum(each.compliant for each in members) <= 90
    assert len({each.folder for each in members}) == 7
    assert {bool(each.tags) for each in members} == {True, False}


def test_a_compliant_member_satisfies_strict_and_others_do_not(organization: DemoOrganization) -> None:
    """Judged by settings that every violation of `variations` changes."""
    reference = DemoAccount()
    reference.comply()
    own = ("LoginSessionDuration", "LoginNetworkMasks")
    for member in _members(organization):
        account = organization.peek(member.account_id)
        login = account.preference["LoginProfilePreference"]
        info = account.practice["AccountSecurityPracticeUserInfo"]
        same = (
            {key: value for key, value in login.items() if key not in own}
            == {key: value for key, value in reference.preference["LoginProfilePreference"].items() if key not in own}
            and login["LoginSessionDuration"] <= 8
            and login["LoginNetworkMasks"].startswith("10.")
            and account.preference["AccessKeyPreference"] == reference.preference["AccessKeyPreference"]
            and account.password_policy == reference.password_policy
            and account.practice["Score"] >= 80
            and info["SubUserBindMfa"] == info["SubUser"]
            and (info["RootWithAccessKey"], info["BindMfa"], info["SubUserPwdLevel"]) == (0, True, "high")
            and info["SubUserWithOldAccessKey"] == 0
        )
        assert same == member.compliant, member


def test_a_large_organization_starts_at_once_and_stays_small() -> None:
    tracemalloc.start()
    start = process_time()
    organization = DemoOrganization(100_000)
    for each in organization.member_ids():
        last = each
    organization.peek(last)
    assert process_time() - start < 5
    assert tracemalloc.get_traced_memory()[1] < 1 << 20
    tracemalloc.stop()


def test_changes_are_kept_and_reads_are_not(organization: DemoOrganization) -> None:
    one = next(organization.member_ids())
    organization.account(one).practice["Score"] = 1
    assert organization.peek(one).practice["Score"] == 1
    for each in organization.member_ids():
        organization.peek(each)
    assert set(organization.accounts) == {ACCOUNT_ID, one}


def test_what_is_not_a_member(organization: DemoOrganization) -> None:
    for account in ("", "x", "1", "٣", ACCOUNT_ID, str(10**15), "9" * 40):
        assert organization.member(account) is None
    with pytest.raises(KeyError):
        organization.peek("1")
    with pytest.raises(KeyError):
        organization.remove("1")
    with pytest.raises(ValueError, match="accounts of its own"):
        DemoServer(DemoAccount(), organization=organization)


# The directory


def test_the_directory_has_folders_and_members(server: DemoServer, organization: DemoOrganization) -> None:
    caller = _caller(server)
    directory = caller.call(DIRECTORY)["ResourceDirectory"]
    assert (directory["MasterAccountId"], directory["RootFolderId"]) == (ACCOUNT_ID, ROOT_FOLDER)
    folders, parents = {}, [ROOT_FOLDER]
    while parents:
        answer = caller.call(FOLDERS, {"ParentFolderId": parents.pop(), "PageSize": "100"})
        for folder in answer["Folders"]["Folder"]:
            folders[folder["FolderId"]] = folder["FolderName"]
            parents.append(folder["FolderId"])
    assert sorted(folders.values()) == ["dev", "payments", "prod", "sandbox", "security", "web"]
    [first] = caller.call(MEMBERS, {"PageSize": "1", "IncludeTags": "true"})["Accounts"]["Account"]
    member = organization.member(first["AccountId"])
    assert member is not None
    assert first["DisplayName"] == member.name
    assert first["FolderId"] in {*folders, ROOT_FOLDER}
    assert first["ResourceDirectoryId"] == directory["ResourceDirectoryId"] == DIRECTORY_ID
    assert first["Tags"]["Tag"] == [{"Key": key, "Value": value} for key, value in member.tags]


@pytest.mark.parametrize("size", [7, 50, 100])
def test_pages_have_every_member_once(server: DemoServer, organization: DemoOrganization, size: int) -> None:
    caller, found, page = _caller(server), list[str](), 0
    while True:
        page += 1
        answer = caller.call(MEMBERS, {"PageNumber": str(page), "PageSize": str(size)})
        assert (answer["TotalCount"], answer["PageNumber"], answer["PageSize"]) == (100, page, size)
        if not answer["Accounts"]["Account"]:
            break
        assert all("Tags" not in each for each in answer["Accounts"]["Account"])
        found += [each["AccountId"] for each in answer["Accounts"]["Account"]]
    assert found == list(organization.member_ids())


@pytest.mark.parametrize(("name", "value"), [("PageSize", "101"), ("PageSize", "0"), ("PageNumber", "-1")])
def test_a_page_that_does_not_exist(server: DemoServer, name: str, value: str) -> None:
    assert _code(lambda: _caller(server).call(MEMBERS, {name: value})) == f"InvalidParameter.{name}"


def test_a_directory_may_change_between_pages(server: DemoServer, organization: DemoOrganization) -> None:
    caller = _caller(server)
    before = [each["AccountId"] for each in caller.call(MEMBERS)["Accounts"]["Account"]]
    added = organization.add()
    organization.remove(before[0])
    answer = caller.call(MEMBERS)
    assert [each["AccountId"] for each in answer["Accounts"]["Account"]][:2] == [added, before[1]]
    assert answer["TotalCount"] == len(organization) == 100
    assert _code(lambda: _caller(server, before[0])) == "EntityNotExist.Role"


def test_who_may_read_the_directory(server: DemoServer, organization: DemoOrganization) -> None:
    [delegated] = organization.delegated
    assert _caller(server, delegated).call(MEMBERS)["TotalCount"] == 100
    other = next(each.account_id for each in _members(organization) if each.readable and each.account_id != delegated)
    for operation in (MEMBERS, FOLDERS):
        assert _code(lambda operation=operation: _caller(server, other).call(operation)) == "NoPermission"
    assert _caller(server, other).call(DIRECTORY)["ResourceDirectory"]["MasterAccountId"] == ACCOUNT_ID


def test_a_single_account_has_no_directory() -> None:
    with DemoServer() as server:
        for operation in (DIRECTORY, MEMBERS, FOLDERS):
            code = _code(lambda operation=operation: _caller(server).call(operation))
            assert code == "ResourceDirectoryNotInUse"


def test_compliance_of_all_members_in_one_call(server: DemoServer, organization: DemoOrganization) -> None:
    query = {"AggregatorId": "ca-demo", "CompliancePackId": PACK}
    result = _caller(server).call(AGGREGATE_ACCOUNT_COMPLIANCE, query)["AccountComplianceResult"]
    found = {str(each["AccountId"]): each["ComplianceType"] for each in result["AccountCompliances"]}
    for member in _members(organization):
        rules = [rule["ComplianceType"] for rule in organization.peek(member.account_id).config_rules]
        assert found[member.account_id] == ("NON_COMPLIANT" if "NON_COMPLIANT" in rules else "COMPLIANT")
    assert (result["TotalCount"], len(found)) == (100, 100)
    assert result["NonCompliantCount"] == Counter(found.values())["NON_COMPLIANT"] > 0
    wrong = {**query, "CompliancePackId": "cp-other"}
    code = _code(lambda: _caller(server).call(AGGREGATE_ACCOUNT_COMPLIANCE, wrong))
    assert code == "Invalid.CompliancePackId.Value"


# Roles and sessions


def test_roles_of_members(server: DemoServer, organization: DemoOrganization) -> None:
    reading = _one(organization, readable=True)
    assert _caller(server, reading).call(IDENTITY)["AccountId"] == reading
    assert _code(lambda: _caller(server, _one(organization, suspended=True))) == "UserDisable"
    assert _code(lambda: _caller(server, _one(organization, has_role=False))) == "EntityNotExist.Role"
    assert _code(lambda: _caller(server, _one(organization, trusts=False))) == "NoPermission"
    assert _code(lambda: _caller(server, "1999999999999999")) == "EntityNotExist.Role"
    denying = _caller(server, _one(organization, denied=("GetSecurityPreference",)))
    assert _code(lambda: denying.call(PREFERENCE)) == "NoPermission"
    assert denying.call(PACKS)["CompliancePacksResult"]["TotalCount"] == 1


def test_a_session_ends(server: DemoServer, organization: DemoOrganization) -> None:
    server.sessions.longest = timedelta(minutes=20)
    caller = _caller(server, _one(organization, readable=True))
    caller.call(IDENTITY)
    server.clock_skew = timedelta(minutes=14)  # as far as a signature may be off
    caller.call(IDENTITY)
    server.sessions.longest = timedelta(seconds=0)
    assert _code(lambda: _caller(server, _one(organization, readable=True)).call(IDENTITY)) == (
        "InvalidSecurityToken.Expired"
    )


@pytest.mark.parametrize("seconds", ["899", "3601", "", "x", "-900", "9" * 40])
def test_an_invalid_duration(server: DemoServer, organization: DemoOrganization, seconds: str) -> None:
    role = f"acs:ram::{_one(organization, readable=True)}:role/audit"
    query = {"RoleArn": role, "RoleSessionName": "test", "DurationSeconds": seconds}
    assert _code(lambda: _caller(server).call(ASSUME_ROLE, query)) == "InvalidParameter.DurationSeconds"


# Rate limits, faults, latency


def test_a_rate_limit_throttles_what_exceeds_it(server: DemoServer) -> None:
    server.rate_limits["GetCallerIdentity"] = 0.001
    caller = _caller(server)
    caller.call(IDENTITY)
    assert _code(lambda: caller.call(IDENTITY)) == "Throttling.User"
    caller.call(PREFERENCE)
    server.rate_limits["GetCallerIdentity"] = 1e9
    caller.call(IDENTITY)


def _outcomes(server: DemoServer, operation: Operation, calls: int) -> list[str]:
    """Return what became of each attempt, without retries."""
    caller, outcomes = _caller(server), []
    for _ in range(calls):
        try:
            caller.call(operation)
            outcomes.append("")
        except CallError as error:
            message = error.error["message"]
            outcomes.append("closed" if "closed" in message else error.error["code"])
    return outcomes


def test_faults_follow_from_the_seed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.sources.retry._ATTEMPTS", 1)
    results = []
    for seed in (1, 1, 2):
        with DemoServer(organization=DemoOrganization(3)) as server:
            server.fault_rate, server.seed = 0.3, seed
            results.append(_outcomes(server, IDENTITY, 60))
    first, again, other = results
    assert first == again != other
    assert {"", "closed", "Throttling.User", "ServiceUnavailable"} == set(first)
    assert 8 <= 60 - Counter(first)[""] <= 30


def test_a_half_closed_connection_has_no_complete_answer(server: DemoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.sources.retry._ATTEMPTS", 1)
    server.fault_rate = 1.0
    seen = _outcomes(server, IDENTITY, 40)
    assert "" not in seen
    assert "closed" in seen


def test_latency_does_not_block_other_connections(server: DemoServer) -> None:
    server.latency = timedelta(milliseconds=500)

    def call(_: int) -> Any:
        return _caller(server).call(IDENTITY)["AccountId"]

    call(0)
    start = monotonic()
    with ThreadPoolExecutor(32) as pool:
        assert set(pool.map(call, range(32))) == {ACCOUNT_ID}
    assert 0.5 <= monotonic() - start < 16 / 2, "one after another, they take 16 s"
