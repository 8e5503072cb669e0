"""A folder of snapshots: since when violations are open, and how the accounts stood on each day."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from acctgate.demo import DemoServer
from acctgate.evaluate.history import read_history
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.since import Day, Since
from acctgate.model.snapshot import Snapshot
from acctgate.reading import SourceError
from tests.support import NOW, outcomes_of, policy_of
from tests.support.process import run_here

POLICY = policy_of({"session-duration": {"max_hours": 8}, "root-mfa": {"level": "advisory"}})


def document(day: int, hours: Any, account: str = "1000000000000001") -> dict[str, Any]:
    login = {"LoginProfilePreference": {"LoginSessionDuration": hours}}
    return {"version": 1, "account_id": account, "taken_at": f"2026-11-{day:02}T08:00:00Z", "SecurityPreference": login}


def written(folder: Path, *documents: dict[str, Any]) -> Path:
    for number, each in enumerate(documents):
        (folder / f"{number}.json").write_text(json.dumps(each))
    return folder


@pytest.mark.parametrize(
    ("earlier", "wanted"),
    [
        ([], 20),
        ([(10, 24)], 10),
        ([(10, 24), (12, 24), (15, 24)], 10),
        ([(15, 24), (12, 24), (10, 24)], 10),  # the order of the files does not count
        ([(10, 24), (12, 6), (15, 24)], 15),
        ([(10, 24), (12, "x"), (15, 24)], 15),  # unknown is not a violation
        ([(10, 24), (15, 6)], 20),
        ([(10, 24), (25, 24)], 10),  # a later one is no history
        ([(10, 24), (20, 24)], 10),  # the same snapshot again
    ],
)
def test_a_violation_is_open_since_the_first_of_an_unbroken_row(
    tmp_path: Path, earlier: list[tuple[int, Any]], wanted: int
) -> None:
    history = read_history(written(tmp_path, *(document(*each) for each in earlier)), POLICY, NOW)
    (report,) = history.watch(evaluate([Snapshot.from_document(document(20, 24))], POLICY, NOW))
    (outcome,) = outcomes_of(report, "session-duration")
    assert outcome.open_since == f"2026-11-{wanted}T08:00:00Z"
    assert {each.open_since for each in report.outcomes if each.outcome != "fail"} == {None}


@pytest.mark.parametrize("taken", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday"])
def test_a_time_that_utc_does_not_have_is_no_time(tmp_path: Path, taken: str) -> None:
    snapshot = document(10, 24) | {"taken_at": taken}
    history = read_history(written(tmp_path, document(1, 24)), POLICY, NOW)
    (report,) = history.watch(evaluate([Snapshot.from_document(snapshot)], POLICY, NOW))
    assert outcomes_of(report, "session-duration")[0].open_since == "2026-11-01T08:00:00Z", "judged as of now"
    with pytest.raises(SourceError, match="no taken_at"):
        read_history(written(tmp_path, snapshot), POLICY, NOW)


def test_days_are_those_of_utc(tmp_path: Path) -> None:
    evening = document(10, 24) | {"taken_at": "2026-11-10T20:00:00-08:00"}
    history = read_history(written(tmp_path, evening), POLICY, NOW)
    assert [each.day for each in history.days()] == ["2026-11-11"]


def test_earlier_snapshots_are_judged_by_todays_policy_at_any_age(tmp_path: Path) -> None:
    limited = policy_of({"session-duration": {"max_hours": 8}}, max_age_hours=1)
    history = read_history(written(tmp_path, document(10, 9)), limited, NOW)
    (before,) = history.comparison().before.values()
    assert before.verdict == "fail" and before.failing == {"session-duration"}


def test_each_day_counts_every_account_once(tmp_path: Path) -> None:
    other = "1000000000000002"
    folder = written(tmp_path, document(10, 24), document(11, 6), document(11, 24, other), document(13, "x", other))
    (tmp_path / "accounts.ndjson.run.json").write_text("{}")
    (tmp_path / "notes.txt").write_text("not a snapshot")
    history = read_history(folder, POLICY, NOW)
    [*history.watch(evaluate([Snapshot.from_document(document(20, 24))], POLICY, NOW))]
    assert history.days() == (
        Day("2026-11-10", 1, 0, 0),
        Day("2026-11-11", 1, 0, 1),
        Day("2026-11-13", 0, 1, 1),
        Day("2026-11-20", 1, 1, 0),
    )


@pytest.mark.parametrize(
    ("judged", "expected"),
    [
        (document(20, 24), Since("", newly_blocked=("1000000000000001",), newly_failing={"session-duration": 1})),
        (document(15, 24), Since("", newly_blocked=("1000000000000001",), newly_failing={"session-duration": 1})),
        (document(10, 6), Since("", new=("1000000000000001",))),
        (document(25, 6), Since("", repaired=("1000000000000001",))),
    ],
    ids=["the last one of the folder", "between two of them", "the first one", "a later one"],
)
def test_a_snapshot_is_compared_with_the_last_earlier_one(
    tmp_path: Path, judged: dict[str, Any], expected: Since
) -> None:
    history = read_history(written(tmp_path, document(10, 6), document(20, 24)), POLICY, NOW)
    comparison = history.comparison()
    [*comparison.watch(history.watch(evaluate([Snapshot.from_document(judged)], POLICY, NOW)))]
    assert replace(comparison.result(), source="") == expected


def test_a_day_after_the_judged_snapshot_has_the_verdict_of_its_own_snapshot(tmp_path: Path) -> None:
    history = read_history(written(tmp_path, document(10, 6), document(20, 24)), POLICY, NOW)
    [*history.watch(evaluate([Snapshot.from_document(document(15, 6))], POLICY, NOW))]
    assert history.days() == (Day("2026-11-10", 0, 0, 1), Day("2026-11-15", 0, 0, 1), Day("2026-11-20", 1, 0, 0))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no JSON could be read"),
        ('{"version": 1}', "no taken_at"),
        ('{"version": 1, "taken_at": "x"}', "no taken_at"),
    ],
)
def test_a_snapshot_that_cannot_be_placed_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(SourceError, match=rf"a\.json.*{message}"):
        read_history(tmp_path, POLICY, NOW)


def test_snapshots_into_a_folder_make_a_history(
    tmp_path: Path, demo: DemoServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, value in demo.environment.items():
        monkeypatch.setenv(variable, value)
    (folder := tmp_path / "history").mkdir()
    assert run_here("snapshot", "--output", "history/", cwd=tmp_path).status in (0, 3)
    (file,) = folder.iterdir()
    taken = json.loads(file.read_text())["taken_at"]
    assert file.name == f"{taken.replace(':', '')}-1234567890123456.json"
    arguments = ("check", "--policy", "strict", "--history", "history")
    report = json.loads(run_here(*arguments, "--format", "json", cwd=tmp_path).stdout)
    failed = [each for each in report["accounts"][0]["outcomes"] if each["outcome"] == "fail"]
    assert failed and {each["open_since"] for each in failed} == {taken}
    assert report["since"]["source"] == "history" and len(report["days"]) in (1, 2)
    document = {**json.loads(file.read_text()), "taken_at": "2026-01-01T00:00:00Z"}
    (folder / "first.json").write_text(json.dumps(document))
    assert re.search(r"^ +open for \d+ days: ", run_here(*arguments, cwd=tmp_path).stdout, re.MULTILINE)


def test_a_folder_that_is_missing(tmp_path: Path) -> None:
    done = run_here("check", "--policy", "strict", "--history", "missing", "--snapshot", "x.json", cwd=tmp_path)
    assert done.status == 2 and "acctgate: missing: " in done.stderr
