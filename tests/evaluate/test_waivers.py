"""How waivers stand: which end soon, which have ended, which nobody needs."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.snapshot import Snapshot
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.render.json import outcome_object
from tests.support import NOW, outcomes_of, written_policy
from tests.support.process import run_here

TODAY = NOW.date()
RULES = "{root-access-keys: {maximum: 0}, root-mfa: {level: advisory}, risk-login: {level: disabled}}"
POLICY = f"version: 1\nrules: {RULES}\nwaivers:\n"


def account(name: str | None = "1", keys: int = 1, mfa: bool = False) -> dict[str, Any]:
    """Return a snapshot that violates both rules."""
    info = {"AccountSecurityPracticeUserInfo": {"RootWithAccessKey": keys, "BindMfa": mfa}}
    return {"version": 1, "account_id": name, "AccountSecurityPracticeInfo": info}


def waiver(expires: date, rule: str = "root-access-keys", account: str | None = None) -> str:
    """Return a line of the policy."""
    about = f'account: "{account}", ' if account else ""
    return f"  - {{rule: {rule}, {about}reason: being moved, owner: ada, expires: {expires}}}\n"


def notices(
    tmp_path: Path, *lines: str, accounts: tuple[dict[str, Any], ...] = (account(),)
) -> tuple[WaiverNotice, ...]:
    """Return the notices about waivers after these accounts are judged."""
    policy = written_policy(tmp_path / "p.yaml", POLICY + "".join(lines))
    judged = evaluate([Snapshot.from_document(each) for each in accounts], policy, NOW)
    assert len(list(judged)) == len(accounts)
    return judged.notices()


@pytest.mark.parametrize(
    ("days", "state", "message"),
    [
        (-1, "expired", "expired on 2026-11-21 and no longer counts"),
        (0, "ending", "ends on 2026-11-22 (today is its last day)"),
        (1, "ending", "ends on 2026-11-23 (1 day left)"),
        (14, "ending", "ends on 2026-12-06 (14 days left)"),
        (15, None, ""),
    ],
)
def test_a_waiver_warns_two_weeks_before_its_end(tmp_path: Path, days: int, state: str | None, message: str) -> None:
    found = notices(tmp_path, waiver(TODAY + timedelta(days)))
    assert [notice.state for notice in found] == ([state] if state else [])
    for notice in found:
        assert (
            notice.message.startswith("the waiver of root-access-keys for every account by ada ")
            and message in notice.message
        )
        assert (notice.owner, notice.reason, notice.account) == ("ada", "being moved", None)
        assert notice.located == f"p.yaml:4: {notice.message}", "a path outside of the working directory is its name"


@pytest.mark.parametrize(
    ("lines", "accounts", "states"),
    [
        ([waiver(date(2027, 6, 1))], (account(keys=0),), ["unused"]),
        ([waiver(date(2027, 6, 1))], (account(keys=0), account("2")), []),
        ([waiver(date(2027, 6, 1), account="2")], (account(),), []),
        ([waiver(date(2027, 6, 1), account="2")], (account(), account("2", keys=0)), ["unused"]),
        ([waiver(date(2027, 6, 1), rule="risk-login")], (account(),), ["unused"]),
        ([waiver(date(2027, 6, 1), rule="root-mfa")], (account(),), []),
        ([waiver(date(2027, 6, 1)), waiver(date(2027, 7, 1))], (account(),), []),
        ([waiver(date(2026, 11, 30))], (account(keys=0),), ["unused"]),
        ([waiver(date(2020, 1, 1))], (account(keys=0),), ["expired"]),
        ([waiver(date(2027, 6, 1))], ({"version": 1},), []),
        ([waiver(date(2027, 6, 1))], (), []),
    ],
)
def test_what_nobody_needs(tmp_path: Path, lines: list[str], accounts: tuple[Any, ...], states: list[str]) -> None:
    assert [notice.state for notice in notices(tmp_path, *lines, accounts=accounts)] == states


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a repository whose policy has a waiver that ends, one that has ended, and one that nobody needs."""
    today = datetime.now(UTC).date()
    (tmp_path / "policies").mkdir()
    lines = [
        waiver(today + timedelta(3)),
        waiver(date(2020, 1, 31), rule="root-mfa"),
        waiver(date(2099, 1, 1), rule="risk-login"),
    ]
    (tmp_path / "policies/policy.yaml").write_text(POLICY + "".join(lines))
    (tmp_path / "s.json").write_text(json.dumps(account()))
    return tmp_path


def test_the_command_line_warns(folder: Path) -> None:
    done = run_here("check", "--snapshot", "s.json", "--format", "json", cwd=folder)
    assert done.status == 0
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == [f"policies/policy.yaml:{number}" for number in (4, 5, 6)]
    assert "3 days left" in lines[0] and "expired on 2020-01-31" in lines[1] and "is not needed" in lines[2]
    report = json.loads(done.stdout)
    assert [(notice["state"], notice["place"]["line"]) for notice in report["waivers"]] == [
        ("ending", 4),
        ("expired", 5),
        ("unused", 6),
    ]


def test_text_says_it_where_it_is_read(folder: Path) -> None:
    done = run_here("check", "--snapshot", "s.json", cwd=folder)
    assert (done.status, done.stderr) == (0, "")
    for message in ("Waivers needing attention (3)", "3 days left", "expired on 2020-01-31", "is not needed"):
        assert message in " ".join(done.stdout.split())


@pytest.mark.parametrize("form", ["markdown", "html", "github", "sarif"])
def test_other_formats_say_it_too(folder: Path, form: str) -> None:
    done = run_here("check", "--snapshot", "s.json", "--format", form, cwd=folder)
    assert done.stdout.count("root-mfa for every account by ada") == 1, "once"
    assert "policies/policy.yaml" in done.stdout


def test_without_anything_to_say_nothing_is_said(tmp_path: Path) -> None:
    policy = written_policy(tmp_path / "p.yaml", POLICY + waiver(date(2099, 1, 1)))
    assert policy.waivers
    (tmp_path / "s.json").write_text(json.dumps(account()))
    done = run_here("check", "--snapshot", "s.json", "--policy", "p.yaml", "--format", "json", cwd=tmp_path)
    assert (done.status, done.stderr) == (0, "") and "waivers" not in json.loads(done.stdout)


def test_a_ticket_and_an_alias_are_shown(tmp_path: Path) -> None:
    line = "  - {rule: root-access-keys, account: prod, reason: moving, owner: ada, expires: 2026-11-30, ticket: T-1}\n"
    text = f"{POLICY}{line}accounts: {{'1': {{alias: prod}}}}\n"
    policy = written_policy(tmp_path / "p.yaml", text)
    accounts = [Snapshot.from_document(account(name)) for name in ("1", "2")]
    judged = evaluate(accounts, policy, NOW)
    first, second = [outcomes_of(report, "root-access-keys")[0] for report in judged]
    assert (first.outcome, second.outcome) == ("waived", "fail")
    assert first.message.endswith("(waived by ada until 2026-11-30: moving; ticket T-1)")
    waived = {"reason": "moving", "owner": "ada", "expires": "2026-11-30", "outcome": "fail", "ticket": "T-1"}
    assert outcome_object(first)["waiver"] == waived
    [notice] = judged.notices()
    assert (notice.account, notice.ticket, notice.state) == ("1", "T-1", "ending")
    assert "by ada (ticket T-1) ends on 2026-11-30" in notice.message
