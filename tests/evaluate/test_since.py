"""What changed since an earlier report: no account goes unnoticed, least of all one that is gone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.evaluate.since import EarlierAccount, SinceComparison, read_earlier
from acctgate.model.report_document import read_report
from acctgate.model.since import Since
from acctgate.model.snapshot import Snapshot
from tests.support import NOW, policy_of
from tests.support.process import run_here

POLICY = policy_of({"session-duration": {"max_hours": 8}, "root-mfa": {}})


def document(account: str, hours: Any = 6, mfa: bool = True) -> dict[str, Any]:
    return {
        "version": 1,
        "account_id": f"100000000000000{account}",
        "alias": f"app-{account}",
        "SecurityPreference": {"LoginProfilePreference": {"LoginSessionDuration": hours}},
        "AccountSecurityPracticeInfo": {"AccountSecurityPracticeUserInfo": {"BindMfa": mfa}},
    }


NAMELESS = document("2", 24) | {"account_id": None}


def since(before: list[dict[str, Any]], now: list[dict[str, Any]]) -> Since:
    old, new = ([*evaluate(map(Snapshot.from_document, each), POLICY, NOW)] for each in (before, now))
    comparison = SinceComparison("old.json", {str(each.account): EarlierAccount.of(each) for each in old})
    assert [*comparison.watch(new)] == new
    return comparison.result()


def name(account: str) -> str:
    return f"app-{account} (100000000000000{account})"


def test_rules_that_are_newly_violated_as_often_come_in_the_same_order_in_each_run() -> None:
    rules = [f"rule-{letter}" for letter in "hgfedcba"]
    now = EarlierAccount("app", "fail", frozenset(rules), frozenset(rules))
    comparison = SinceComparison(
        "old.json", {"1": EarlierAccount("app", "pass", frozenset(), frozenset())}, _now={"1": now}
    )
    assert list(comparison.result().newly_failing) == sorted(rules)


@pytest.mark.parametrize(
    ("before", "now", "wanted"),
    [
        ([document("1")], [document("1")], {}),
        ([document("1")], [document("1", 24)], {"newly_blocked": "1", "newly_failing": {"session-duration": 1}}),
        ([document("1", 24)], [document("1", 24, mfa=False)], {"newly_failing": {"root-mfa": 1}}),
        ([document("1", 24)], [document("1")], {"repaired": "1"}),
        ([document("1")], [document("1", "x")], {"newly_unknown": "1"}),
        ([document("1", 24)], [document("1", "x")], {"newly_unknown": "1"}),
        ([document("1", "x")], [document("1")], {"repaired": "1"}),
        ([document("1")], [document("1"), document("2", 24)], {"new": "2"}),
        ([document("1"), document("2")], [document("2")], {"gone": "1"}),
        # Of several snapshots of one account, the last one counts.
        ([document("1")], [document("1", 24), document("1")], {}),
    ],
)
def test_what_changed(before: list[dict[str, Any]], now: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    expected: dict[str, Any] = {key: (name(it),) if isinstance(it, str) else it for key, it in wanted.items()}
    assert since(before, now) == Since("old.json", **expected)


@pytest.mark.parametrize("form", ["json", "ndjson"])
@pytest.mark.parametrize(
    ("before", "now"),
    [(document("1"), NAMELESS), (NAMELESS, document("1")), (NAMELESS, NAMELESS)],
    ids=["now", "then", "on both sides"],
)
def test_an_account_without_an_id_is_not_compared_and_named(
    tmp_path: Path, before: dict[str, Any], now: dict[str, Any], form: str
) -> None:
    def check(accounts: dict[str, Any], *options: str) -> str:
        (tmp_path / "s.json").write_text(json.dumps(accounts))
        return run_here("check", "--snapshot", "s.json", "--policy", "baseline", *options, cwd=tmp_path).stdout

    (tmp_path / "old").write_text(check(before, "--format", form))
    text = check(now, "--since", "old")
    number = 1 + (before is now)
    assert f"{number} not compared, without an account ID: {', '.join(['app-2 (unknown)'] * number)}" in text
    assert "No account changed" not in text
    assert f"**{number} not compared" in check(now, "--since", "old", "--format", "markdown")


def test_a_history_names_what_it_cannot_compare(tmp_path: Path) -> None:
    (tmp_path / "history").mkdir()
    for number in (1, 2):
        (tmp_path / f"history/{number}.json").write_text(json.dumps(NAMELESS | {"taken_at": "2026-11-01T00:00:00Z"}))
    (tmp_path / "s.json").write_text(json.dumps(document("1")))
    arguments = ("check", "--snapshot", "s.json", "--policy", "baseline", "--history", "history", "--format", "json")
    report = json.loads(run_here(*arguments, cwd=tmp_path).stdout)
    assert report["since"]["not_compared"] == ["app-2 (unknown)"], "each name once"


def test_an_account_with_neither_id_nor_alias_is_named_by_its_file(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_text(json.dumps({**NAMELESS, "alias": None}))
    (tmp_path / "old.json").write_text('{"version": 1, "verdict": "pass", "accounts": [], "counts": {}}')
    given = ("check", "--snapshot", "a.json", "--snapshot", "b.json", "--policy", "baseline", "--since", "old.json")
    assert "2 not compared, without an account ID: unknown in a.json, unknown in b.json" in run_here(
        *given, cwd=tmp_path
    ).stdout.replace("\n  ", " ")


@pytest.mark.parametrize("form", ["json", "ndjson"])
def test_an_account_that_is_gone_is_said_loudly(tmp_path: Path, form: str) -> None:
    def check(accounts: list[dict[str, Any]], *options: str) -> Any:
        (tmp_path / "s.ndjson").write_text("".join(json.dumps(each) + "\n" for each in accounts))
        return run_here("check", "--snapshot", "s.ndjson", "--policy", "baseline", *options, cwd=tmp_path)

    check([document("1"), document("2"), document("3")], "--format", f"{form}=old")
    done = check([document("1", 24)], "--since", "old")
    assert f"acctgate: old: account {name('2')} is gone: it is not in this report (and 1 more)" in done.stderr
    assert f"!! 2 gone from the report: {name('2')}, {name('3')}" in done.stdout
    assert "1 newly violated rules (accounts): session-duration (1)" in done.stdout
    report = read_report(check([document("1")], "--since", "old", "--format", "json").stdout)
    assert report.since is not None and report.since.gone == (name("2"), name("3"))
    assert report.since.judged_at is not None


@pytest.mark.parametrize("text", ["{}", "[]", '{"version": 1}', '{"outcomes": []}', "no JSON", '{"outcomes": 1}\n{'])
def test_a_file_that_is_no_report_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "old").write_text(text)
    (tmp_path / "s.json").write_text(json.dumps(document("1")))
    done = run_here("check", "--snapshot", "s.json", "--policy", "baseline", "--since", "old", cwd=tmp_path)
    assert (done.status, done.stdout) == (2, "") and re.match(r"acctgate: old(:1)?: not a report", done.stderr)


def test_the_line_of_a_report_that_is_cut_off_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.ndjson").write_text("".join(f"{json.dumps(document(each))}\n" for each in "123"))
    command = ("check", "--snapshot", "s.ndjson", "--policy", "baseline")
    report = run_here(*command, "--format", "ndjson", cwd=tmp_path).stdout
    (tmp_path / "old").write_text(report[:-100])
    done = run_here(*command, "--since", "old", cwd=tmp_path)
    assert (done.status, done.stderr.startswith("acctgate: old:3: not a report (version 1): ")) == (2, True), (
        done.stderr
    )


def test_the_earlier_report_is_read_with_its_time(tmp_path: Path) -> None:
    line = {"judged_at": "2026-11-01T00:00:00Z", "account": "1", "verdict": "pass", "outcomes": []}
    (tmp_path / "old").write_text(json.dumps(line))
    found = read_earlier(str(tmp_path / "old"))
    assert found.judged_at == "2026-11-01T00:00:00Z" and found.result().gone == ("1",)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\r"])
def test_a_report_is_split_at_line_feeds_only(tmp_path: Path, separator: str) -> None:
    alias = f"a{separator}b"
    lines: list[dict[str, Any]] = [
        {"account": each, "alias": alias, "verdict": "pass", "outcomes": []} for each in ("1", "2")
    ]
    text = "".join(json.dumps(each, ensure_ascii=False) + "\r\n" for each in lines)
    (tmp_path / "old").write_text(text, encoding="utf-8", newline="")
    assert len(read_earlier(str(tmp_path / "old")).before) == 2
