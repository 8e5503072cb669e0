"""The credential report: its CSV, its pieces, and how it is generated and awaited."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acctgate.demo import DemoServer
from acctgate.model.credential_report import ROOT, hash_name
from acctgate.model.optional_sections import Extras
from acctgate.model.snapshot import Snapshot
from acctgate.sources.call_error import CallError
from acctgate.sources.credential_report import parse_answers, read_credential_report
from acctgate.sources.deadline import Deadline
from acctgate.sources.live import read_account
from acctgate.sources.operations import CREDENTIAL_REPORT, GENERATE_CREDENTIAL_REPORT, Operation
from acctgate.sources.responses import read_responses
from acctgate.sources.target import Target
from tests.support import one_line
from tests.support.credentials import GENERATED, HEADER, OLD, RECENT, answer, row
from tests.support.demo import demo_server
from tests.support.process import run_here

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROOT_ROW: Final = row(ROOT)
CALLS: Final = {"GetCredentialReport", "GenerateCredentialReport"}
Problem = Callable[[dict[str, Any]], None]


def parsed(*rows: list[str], **more: Any) -> dict[str, Any]:
    """Return the report of these rows."""
    return parse_answers([answer([ROOT_ROW, *rows], **more)])


def test_the_columns_that_rules_need() -> None:
    keys = [("TRUE", "TRUE", OLD, "N/A"), ("TRUE", "FALSE", RECENT, "-")]
    assert parsed(row("ada@x", "TRUE", keys), row("bob@x", "N/A")) == {
        "GeneratedTime": GENERATED,
        "Names": "clear",
        "Users": [
            {"User": ROOT, "Console": True, "MfaActive": False, "AccessKeys": []},
            {
                "User": "ada@x",
                "Console": True,
                "MfaActive": True,
                "AccessKeys": [
                    {"Active": True, "LastRotated": OLD, "LastUsed": None},
                    {"Active": False, "LastRotated": RECENT, "LastUsed": None},
                ],
            },
            {"User": "bob@x", "Console": True, "MfaActive": None, "AccessKeys": []},
        ],
    }


def test_columns_in_another_order_and_more_of_them() -> None:
    header = (*reversed(HEADER), "favourite_color")
    rows = [[*reversed(each), "blue"] for each in (ROOT_ROW, row("ada@x", "TRUE"))]
    assert parse_answers([answer(rows, header)]) == parsed(row("ada@x", "TRUE"))


def test_additional_keys_count() -> None:
    fields = ("exist", "active", "last_rotated", "last_used")
    header = (*HEADER, *(f"additional_access_key_3_{field}" for field in fields))
    rows = [[*ROOT_ROW, "TRUE", "TRUE", OLD, OLD]]
    (root,) = parse_answers([answer(rows, header)])["Users"]
    assert root["AccessKeys"] == [{"Active": True, "LastRotated": OLD, "LastUsed": OLD}]


def _set(**values: Any) -> Problem:
    return lambda found: found.update(values)


def _rows(*rows: list[str], header: tuple[str, ...] | None = HEADER) -> Problem:
    return lambda found: found.update(answer(rows, header))


def _without(column: str) -> Problem:
    place = HEADER.index(column)
    header = (*HEADER[:place], *HEADER[place + 1 :])
    return _rows([*ROOT_ROW[:place], *ROOT_ROW[place + 1 :]], header=header)


BAD: Final[dict[str, tuple[Problem, str]]] = {
    "no content": (lambda found: found.pop("Content"), "the answer has no Content"),
    "no time": (lambda found: found.pop("GeneratedTime"), "the answer has no GeneratedTime"),
    "a time that is none": (_set(GeneratedTime="yesterday"), "GeneratedTime is not a time"),
    "not Base64": (_set(Content="%%%"), "Content is not text in Base64"),
    "Base64 that is cut off": (lambda found: found.update(Content=found["Content"][:-3]), "is not text in Base64"),
    "not text": (_set(Content=b64encode(b"\xff\xfe\xff").decode()), "Content is not text in Base64"),
    "an open quote": (_set(Content=b64encode(b'user,"x').decode()), "Content is not CSV"),
    "empty": (_set(Content=""), "the report is empty"),
    "only a header": (_rows(), "the report is empty"),
    "no root": (_rows(row("canary@x")), "the report has no row for the account itself"),
    "a user twice": (_rows(ROOT_ROW, row("canary@x"), row("canary@x")), "row 3 repeats a user"),
    "a short row": (_rows(ROOT_ROW, ["canary@x", "TRUE"]), "row 2 has 2 of 11 columns"),
    "no name": (_rows(ROOT_ROW, row("")), "row 2 names no user"),
    "no MFA column": (_without("mfa_active"), "the report has no column mfa_active"),
    "no key column": (_without("access_key_2_last_used"), "the report has no column access_key_2_last_used"),
    "a column twice": (_rows([*ROOT_ROW, "x"], header=(*HEADER, "user")), "the report repeats the column user"),
    "a word": (_rows(ROOT_ROW, row("x", "canary")), "row 2: mfa_active is not TRUE, FALSE or N/A"),
    "a key's time": (
        _rows(ROOT_ROW, row("x", keys=[("TRUE", "TRUE", "canary", "-")])),
        "row 2: access_key_1_last_rotated is not a time",
    ),
    "an active key that is absent": (
        _rows(ROOT_ROW, row("x", keys=[("FALSE", "TRUE", "-", "-")])),
        "row 2: access_key_1 is active and does not exist",
    ),
    "a key of no state": (
        _rows(ROOT_ROW, row("x", keys=[("TRUE", "N/A", "-", "-")])),
        "row 2: access_key_1_active does not say whether it is",
    ),
    "truncated": (_set(IsTruncated="true", NextToken="2"), "the report is incomplete: IsTruncated is true"),
    "more follows, not truncated": (_set(NextToken="canary"), "has a NextToken, but IsTruncated is not true"),
    "more follows, unstated": (
        _set(NextToken="canary", IsTruncated=None),
        "has a NextToken, but IsTruncated is not true",
    ),
    "neither true nor false": (_set(IsTruncated="canary"), "IsTruncated is neither true nor false"),
    "an error as well": (
        _set(Code="Throttling", Message="no"),
        "the answer has Content and the error",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_one_line_that_names_nobody(name: str, tmp_path: Path) -> None:
    problem, message = BAD[name]
    problem(found := answer([ROOT_ROW, row("canary@x")]))
    with pytest.raises(CallError) as error:
        parse_answers([found])
    assert message in str(error.value) and "canary" not in str(error.value) and "\n" not in str(error.value)
    if {"Content", "GeneratedTime"} <= set(found):
        (file := tmp_path / "report.json").write_text(json.dumps(found))
        snapshot = read_responses([str(file)])
        assert set(snapshot.errors) == {"CredentialReport"} and "CredentialReport" not in snapshot.document


@given(st.text() | st.binary().map(lambda raw: b64encode(raw).decode()), st.text())
def test_any_content_is_a_report_or_an_error(content: str, truncated: str) -> None:
    try:
        found = parse_answers([{"Content": content, "GeneratedTime": GENERATED, "IsTruncated": truncated}])
    except CallError:
        return
    assert Snapshot.from_document({"version": 1, "CredentialReport": found}).problems == {}


CELLS: Final = st.sampled_from(["TRUE", "FALSE", "N/A", "-", "", "true", OLD, RECENT, "x"])


@given(st.lists(st.lists(CELLS, min_size=11, max_size=11), max_size=4))
def test_what_is_read_is_a_valid_section_with_every_row(rows: list[list[str]]) -> None:
    try:
        found = parse_answers([answer([ROOT_ROW, *rows])])
    except CallError:
        return
    assert Snapshot.from_document({"version": 1, "CredentialReport": found}).problems == {}
    assert [each["User"] for each in found["Users"]] == [ROOT, *(each[0] for each in rows)]


def test_a_raw_answer_in_a_file(tmp_path: Path) -> None:
    (file := tmp_path / "report.json").write_text(json.dumps(answer([ROOT_ROW, row("ada@x")])))
    assert read_responses([str(file)]).document["CredentialReport"] == parsed(row("ada@x"))


class Api:
    """Answers calls from a list: an answer, or an error code."""

    def __init__(self, *answers: dict[str, Any] | str) -> None:
        self.answers = list(answers)
        self.calls: list[tuple[str, dict[str, str]]] = []

    def __call__(self, operation: Operation, query: dict[str, str]) -> Any:
        """Return the next answer."""
        self.calls.append((operation.name, query))
        found = self.answers.pop(0)
        if isinstance(found, str):
            raise CallError(operation.name, {"code": found, "message": "no"}, "ram:x" if found == "Denied" else None)
        return found


def read(api: Api, seconds: float = 60) -> tuple[dict[str, Any], list[float]]:
    """Return the report, and the pauses."""
    pauses: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("acctgate.sources.credential_report.time", SimpleNamespace(sleep=pauses.append))
        return read_credential_report(api, NOW, Deadline.after(seconds)), pauses


REPORT: Final = answer([ROOT_ROW])
STALE: Final = {**REPORT, "GeneratedTime": "2026-11-22T07:00:00Z"}
STARTED: Final = {"State": "STARTED"}
GET, GENERATE = CREDENTIAL_REPORT.name, GENERATE_CREDENTIAL_REPORT.name


@pytest.mark.parametrize(
    ("answers", "calls", "pauses"),
    [
        ([REPORT], [GET], []),
        ([{**REPORT, "GeneratedTime": "2026-11-22T07:50:00Z"}], [GET], []),
        (["EntityNotExist.CredentialReport", STARTED, REPORT], [GET, GENERATE, GET], [0.5]),
        (["ReportNotPresent", {"State": "COMPLETED"}, REPORT], [GET, GENERATE, GET], [0]),
        (
            [STALE, STARTED, STALE, "CredentialReportNotReady", REPORT],
            [GET, GENERATE, GET, GET, GET],
            [0.5, 0.75, 1.125],
        ),
        ([STALE, {"State": "COMPLETED"}, STALE], [GET, GENERATE, GET], [0]),
    ],
)
def test_a_report_is_generated_only_if_there_is_no_recent_one(
    answers: list[Any], calls: list[str], pauses: list[float]
) -> None:
    api = Api(*answers)
    found, paused = read(api)
    assert ([name for name, _ in api.calls], paused) == (calls, pauses)
    assert found["GeneratedTime"] == answers[-1]["GeneratedTime"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (["Denied"], "GetCredentialReport failed with Denied"),
        (["Throttling.User"], "GetCredentialReport failed with Throttling.User"),
        (["NoAnswer"], "GetCredentialReport failed with NoAnswer"),
        ([STALE, "Denied"], "GenerateCredentialReport failed with Denied: no"),
        ([STALE, {"State": "canary"}], "GenerateCredentialReport failed with UnexpectedAnswer: unknown State"),
        ([STALE, {}], "GenerateCredentialReport failed with UnexpectedAnswer: the answer has no State"),
        ([STALE, STARTED, "Denied"], "GetCredentialReport failed with Denied"),
        ([{**REPORT, "Content": ""}], "the report is empty"),
    ],
)
def test_a_failed_call_is_an_error(answers: list[Any], message: str) -> None:
    with pytest.raises(CallError, match=message):
        read(Api(*answers))


def test_the_deadline_ends_the_wait() -> None:
    api = Api(STALE, STARTED, *[STALE] * 9)
    with pytest.raises(CallError, match="NotReady: the report was not generated in time"):
        read(api, seconds=0.6)
    assert len(api.calls) == 3


def test_pieces_make_up_one_report() -> None:
    def piece(rows: list[list[str]], token: str = "", header: tuple[str, ...] | None = HEADER) -> dict[str, Any]:
        more = {"IsTruncated": "true", "NextToken": token} if token else {"IsTruncated": False}
        return answer(rows, header, **more)

    whole = parsed(row("a@x"), row("b@x"))
    with_headers = [piece([ROOT_ROW], "1"), piece([row("a@x")], "2"), piece([row("b@x")])]
    assert read(api := Api(*with_headers))[0] == whole
    assert [query for _, query in api.calls] == [{}, {"NextToken": "1"}, {"NextToken": "2"}]
    first_only = [piece([ROOT_ROW], "1"), piece([row("a@x"), row("b@x")], header=None)]
    assert read(Api(*first_only))[0] == whole
    for pieces, message in (
        ([piece([ROOT_ROW], "1"), {**piece([row("a@x")]), "GeneratedTime": OLD}], "changed while it was read"),
        ([piece([ROOT_ROW], "1"), piece([row("a@x")], "1")], "a piece of the report repeats"),
        ([answer([ROOT_ROW], IsTruncated="true")], "the answer has no NextToken"),
        ([answer([ROOT_ROW], IsTruncated="true", NextToken="")], "has no NextToken"),
        ([piece([ROOT_ROW], "1"), piece([ROOT_ROW])], "row 2 repeats a user"),
        ([piece([ROOT_ROW], str(number)) for number in range(1, 102)], "more than 100 pieces"),
    ):
        with pytest.raises(CallError, match=message):
            read(Api(*pieces))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[DemoServer]:
    """Serve the demo account, with its credentials in the environment and no pauses."""
    monkeypatch.setattr("acctgate.sources.credential_report.FIRST_PAUSE", 0.001)
    with demo_server(monkeypatch) as running:
        yield running


def test_the_demo_account_agrees_with_its_counts(server: DemoServer) -> None:
    server.account.credentials.piece = 4
    info = server.account.practice["AccountSecurityPracticeUserInfo"]
    info |= {"SubUserBindMfa": 2, "SubUserWithOldAccessKey": 3, "SubUserWithUnusedAccessKey": 2, "OldAkNum": 1}
    done = run_here("check", "--names", "--policy", "strict", "--format", "json")
    [account] = json.loads(done.stdout)["accounts"]
    named = {each["rule"]: each for each in account["outcomes"] if "names" in each}
    assert {rule: len(each["names"]) for rule, each in named.items()} == {
        "root-access-keys": 1,
        "root-mfa": 1,
        "user-mfa": 7,
        "old-root-access-keys": 1,
        "unused-access-keys": 2,
        "old-access-keys": 3,
        "idle-users": 0,
    }
    # The value of idle-users is a number of days, which no names can prove.
    assert [rule for rule, each in named.items() if not each["names_match"]] == ["idle-users"]
    assert named["user-mfa"]["names"][0] == "carol@example.onaliyun.com"
    assert server.calls["GetCredentialReport"] == 2 + 3, "none, in progress, three pieces"


@pytest.mark.parametrize(
    ("options", "rules", "calls"),
    [
        ((), "user-mfa: {minimum_ratio: 1}", set()),
        (("--names",), "user-mfa: {minimum_ratio: 1}", CALLS),
        (("--names",), "user-mfa: {level: disabled, minimum_ratio: 1}", set()),
        (("--names",), "login-mfa: {require: adaptive}", set()),
        ((), "user-mfa: {minimum_ratio: 1}}\nnames: hash #", CALLS),
        ((), "user-mfa: {minimum_ratio: 1}}\nnames: false #", set()),
    ],
)
def test_only_names_cost_calls(
    server: DemoServer, tmp_path: Path, options: tuple[str, ...], rules: str, calls: set[str]
) -> None:
    closing = "" if rules.endswith("#") else "}"
    (policy := tmp_path / "p.yaml").write_text(
        f"version: 1\nrules: {{security-score: {{minimum: 1}}, {rules}{closing}\n"
    )
    assert run_here("check", "--policy", policy, *options).status in (0, 1)
    assert set(server.calls) & CALLS == calls


@pytest.mark.parametrize("denied", sorted(CALLS))
def test_without_permission_the_counts_are_judged(server: DemoServer, denied: str) -> None:
    def outcomes(*options: str) -> tuple[int, list[dict[str, Any]], str]:
        done = run_here("check", "--policy", "strict", "--format", "json", *options)
        return done.status, json.loads(done.stdout)["accounts"][0]["outcomes"], done.stderr

    plain = outcomes()
    server.denied = {denied}
    status, found, errors = outcomes("--names")
    notes = {each["rule"]: each.pop("names_note") for each in found if "names_note" in each}
    assert (status, found, errors) == plain
    assert set(notes) == {"root-access-keys", "root-mfa", "user-mfa", "idle-users"}
    for note in notes.values():
        assert note.startswith(f"the names are unknown: {denied} failed with NoPermission")
    done = run_here("snapshot", "--names")
    assert done.status == 3
    one_line(done.stderr, "CredentialReport is missing: ", f"grant ram:{denied} to the caller")


def test_hashed_names_never_leave_the_reader(server: DemoServer) -> None:
    snapshot = read_account(Target(endpoint=server.endpoint), datetime.now(UTC), extras=Extras(names="hash"))
    text = json.dumps(snapshot.document["CredentialReport"])
    assert "alice" not in text and "onaliyun" not in text and not snapshot.problems
    assert hash_name(snapshot.account_id, "alice@example.onaliyun.com") in text
    assert snapshot.document["CredentialReport"]["Users"][0]["User"] == ROOT


def test_a_report_is_generated_again_after_four_hours(server: DemoServer) -> None:
    target, credentials = Target(endpoint=server.endpoint), server.account.credentials
    read_account(target, datetime.now(UTC), extras=Extras(names="clear"))
    assert credentials.generated is not None
    credentials.generated -= timedelta(hours=5)
    server.calls.clear()
    read_account(target, datetime.now(UTC), extras=Extras(names="clear"))
    assert server.calls["GenerateCredentialReport"] == 1
    read_account(target, datetime.now(UTC), extras=Extras(names="clear"))
    assert server.calls["GenerateCredentialReport"] == 1


@pytest.mark.parametrize(("cell", "expected"), [(OLD, OLD), ("-", None), ("N/A", None)])
def test_the_last_logon_is_read_if_there_is_a_column(cell: str, expected: str | None) -> None:
    rows = [[*row("<root>"), cell], [*row("a@x"), cell]]
    users = parse_answers([answer(rows, (*HEADER, "user_last_logon"))])["Users"]
    assert [each["LastLogon"] for each in users] == [expected, expected]
    assert all("LastLogon" not in each for each in parse_answers([answer([row("<root>")])])["Users"])


def test_a_last_logon_that_is_no_time_is_an_error() -> None:
    with pytest.raises(CallError, match="row 1: user_last_logon is not a time"):
        parse_answers([answer([[*row("<root>"), "soon"]], (*HEADER, "user_last_logon"))])
