"""The accounts of a run: from directory and file, selected, and divided."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acctgate.model.member import Member
from acctgate.model.run import Entry
from acctgate.organization.roster import Selection, Shard, doubt_notice, list_entries, select_entries, update_entries
from acctgate.organization.selectors import Selector
from acctgate.reading import SourceError
from acctgate.redact import protect
from acctgate.sources.directory import Directory, ListedMember
from tests.support.secrets import unprotect

DIRECTORY = Directory(
    "rd-1", "1", "main", (ListedMember("2", "two", Member(folder="/a")), ListedMember("3", None, Member(folder="/b")))
)


def test_the_directory_has_its_management_account_which_needs_no_role() -> None:
    entries = list_entries(DIRECTORY, [], "audit", own="1")
    assert [(each.id, each.alias, each.role_arn) for each in entries] == [
        ("1", "main", None),
        ("2", "two", "acs:ram::2:role/audit"),
        ("3", None, "acs:ram::3:role/audit"),
    ]


def test_a_management_account_that_is_listed_as_a_member_counts_once() -> None:
    management = ListedMember("1", "listed", Member(folder="/a", tags={"env": "x"}))
    directory = replace(DIRECTORY, members=(*DIRECTORY.members, management))
    assert [each.id for each in directory.accounts] == ["2", "3", "1"]
    assert [each.member.tags for each in list_entries(directory, [], "audit", own="1")] == [None, None, {"env": "x"}]


def test_a_delegated_administrator_reads_itself_without_a_role_and_the_management_account_with_one() -> None:
    roles = {each.id: each.role_arn for each in list_entries(DIRECTORY, [], "audit", own="2")}
    assert roles == {"1": "acs:ram::1:role/audit", "2": None, "3": "acs:ram::3:role/audit"}


def test_a_file_adds_to_the_directory_and_names_other_accounts() -> None:
    listed = [
        {"id": "2", "alias": "zwei", "role": "special", "labels": {"team": "x"}},
        {"id": "9", "role": "acs:ram::9:role/nine", "region": "ap-southeast-1"},
    ]
    entries = {each.id: each for each in list_entries(DIRECTORY, listed, "audit", own="1")}  # type: ignore[arg-type]
    assert entries["2"] == Entry(
        "2", "zwei", "acs:ram::2:role/special", None, Member(folder="/a", labels={"team": "x"})
    )
    assert entries["9"] == Entry("9", None, "acs:ram::9:role/nine", "ap-southeast-1", Member(labels={}))
    assert len(entries) == 4
    alone = list_entries(None, listed, "audit", own="2")  # type: ignore[arg-type]
    assert [each.id for each in alone] == ["2", "9"]
    assert alone[0].role_arn == "acs:ram::2:role/special", "a role that the file names counts"


def test_labels_are_known_of_every_account_if_there_is_a_file() -> None:
    listed = [{"id": "2", "labels": {"team": "x"}}, {"id": "9"}]
    entries = list_entries(DIRECTORY, listed, "audit", own="1")  # type: ignore[arg-type]
    assert {each.id: each.member.labels for each in entries} == {"1": {}, "2": {"team": "x"}, "3": {}, "9": {}}
    assert {each.member.labels for each in list_entries(DIRECTORY, [], "audit", own="1")} == {None}


def _selected(*include: str, exclude: tuple[str, ...] = ()) -> list[str]:
    selection = Selection(tuple(map(Selector.of, include)), tuple(map(Selector.of, exclude)))
    return [each.id for each in select_entries(list_entries(DIRECTORY, [], "audit", "1"), selection)]


def test_include_and_exclude() -> None:
    assert _selected() == ["1", "2", "3"]
    assert _selected("id=1", "folder=/b") == ["1", "3"]
    assert _selected(exclude=("folder=/b",)) == ["1", "2"]
    assert _selected("folder=/*", exclude=("id=2",)) == ["1", "3"]


def test_an_account_of_which_too_little_is_known_is_not_lost() -> None:
    prod = Member(folder="/prod", tags={"env": "prod"})
    members = (
        ListedMember("2", "two", prod),
        ListedMember("3", None, Member()),
        ListedMember("4", None, Member("/", tags={})),
    )
    entries = list_entries(Directory("rd-1", "1", "main", members), [], "audit", "1")

    def chosen(include: str, exclude: str | None = None) -> list[str]:
        selection = Selection((Selector.of(include),), (Selector.of(exclude),) if exclude else ())
        return [each.id for each in select_entries(entries, selection)]

    assert chosen("folder=/prod") == ["2", "3"]
    assert chosen("tag:env=prod") == ["1", "2", "3"], "the directory does not list the management account's tags"
    assert chosen("tag:env=prod", "id=1") == ["2", "3"]
    assert chosen("folder=/", "tag:env=prod") == ["1", "3", "4"]
    with pytest.raises(SourceError, match=r"folder=/x matches no account of 4 \(the folder of 1 is not known\)"):
        chosen("folder=/x")


@pytest.mark.parametrize(
    ("include", "exclude", "named"),
    [
        ((), (), None),
        (("alias=two",), (), "account 3 is read, since its alias is not known; --exclude id=3 leaves it out"),
        (("alias=two", "id=3"), (), None),
        ((), ("alias=two",), "account 3 is read, since its alias is not known; --exclude id=3 leaves it out"),
        (
            ("tag:env=x", "folder=/a"),
            (),
            "account 1 is read, since its tag is not known; --exclude id=1 leaves it out (and 1 more)",
        ),
        (
            ("tag:env=x", "folder=/a"),
            ("alias=main",),
            "account 3 is read, since its alias and tag are not known; --exclude id=3 leaves it out",
        ),
        (
            ("folder=/b",),
            ("alias=two", "tag:env=x"),
            "account 3 is read, since its alias and tag are not known; --exclude id=3 leaves it out",
        ),
    ],
)
def test_accounts_that_are_read_in_doubt_are_named(
    include: tuple[str, ...], exclude: tuple[str, ...], named: str | None
) -> None:
    members = (
        ListedMember("2", "two", Member(folder="/a", tags={"env": "x"})),
        ListedMember("3", None, Member(folder="/b")),
    )
    selection = Selection(tuple(map(Selector.of, include)), tuple(map(Selector.of, exclude)))
    chosen = select_entries(list_entries(Directory("rd-1", "1", "main", members), [], "audit", "1"), selection)
    assert doubt_notice(chosen, selection) == named


def test_all_that_is_not_known_of_an_account_is_listed() -> None:
    selection = Selection(tuple(map(Selector.of, ("alias=two", "tag:env=x", "folder=/a"))), ())
    notice = "account 3 is read, since its alias, folder and tag are not known; --exclude id=3 leaves it out"
    assert doubt_notice([Entry("3")], selection) == notice


def test_a_secret_in_the_accounts_file_is_not_recorded() -> None:
    protect("S3cretKeyInUse")
    try:
        listed = [{"id": "9", "alias": "a S3cretKeyInUse", "labels": {"k S3cretKeyInUse": "v S3cretKeyInUse"}}]
        [found] = list_entries(None, listed, "audit", own="1")  # type: ignore[arg-type]
    finally:
        unprotect()
    assert (found.id, found.alias, found.member.labels) == ("9", "a ***", {"k ***": "v ***"})


@pytest.mark.parametrize(
    ("include", "exclude", "message"),
    [
        (("tag:env=x",), (), r"--include tag:env=x matches no account of 3 \(the tag of 3 is not known\)"),
        (("id=1", "id=7"), (), "--include id=7 matches no account of 3"),
        ((), ("alias=nobody",), "--exclude alias=nobody matches no account of 3"),
        (("id=2",), ("folder=/a",), "--include and --exclude leave no account of 3"),
    ],
)
def test_a_selector_that_matches_nothing_is_an_error(
    include: tuple[str, ...], exclude: tuple[str, ...], message: str
) -> None:
    with pytest.raises(SourceError, match=message):
        _selected(*include, exclude=exclude)


def test_shards_divide_the_accounts() -> None:
    names = [str(number) for number in range(1000, 2000)]
    shards = [Shard.of(f"{number}/7") for number in range(1, 8)]
    parts = [[name for name in names if shard.has(name)] for shard in shards]
    assert sorted(name for part in parts for name in part) == names
    assert all(100 < len(part) < 190 for part in parts)
    assert str(shards[2]) == "3/7"


@pytest.mark.parametrize("text", ["", "0/3", "4/3", "1", "1/0", "a/b", "1/3/5", "-1/3", "01/3"])
def test_an_invalid_shard(text: str) -> None:
    with pytest.raises(ValueError, match="invalid shard; use K/N"):
        Shard.of(text)


def test_an_invalid_role_name() -> None:
    with pytest.raises(SourceError, match="role name a/b: invalid"):
        Selection(role_name="a/b")


def test_the_current_listing_counts_and_what_joined_since_comes_last() -> None:
    before = [Entry("1"), Entry("2", alias="old", member=Member(folder="/sandbox"))]
    moved = Entry("2", alias="new", role_arn="acs:ram::2:role/x", member=Member(folder="/prod"))
    assert update_entries(before, [Entry("3"), moved]) == [Entry("1"), moved, Entry("3")]
