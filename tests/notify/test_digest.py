"""What a message says: the verdict, how many accounts, the most severe new findings."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.outcome import Level, Outcome, Result, Severity, WaiverNote, verdict_of
from acctgate.model.report import AccountReport
from acctgate.model.since import Since
from acctgate.notify.digest import Digest, inert

WAIVER = WaiverNote("because", "somebody", "2030-01-01", "fail")


def _outcome(
    rule: str, result: Result = "fail", severity: Severity = "high", level: Level = "mandatory", **more: Any
) -> Outcome:
    return Outcome(rule, result, level, severity, "A.b", "c", "d", "e", "f", **more)


def _report(account: str, *outcomes: Outcome, **more: Any) -> AccountReport:
    return AccountReport(account, verdict_of(outcomes), outcomes, **more)


def _message(status: int, *reports: AccountReport) -> tuple[str, ...]:
    digest = Digest()
    assert list(digest.watch(reports)) == list(reports)
    title, lines, link = digest.message(status, "https://ci.example/1")
    assert link == "https://ci.example/1"
    return title, *lines


@pytest.mark.parametrize(("status", "word"), [(0, "PASSED"), (1, "BLOCKED"), (3, "UNKNOWN")])
def test_one_account(status: int, word: str) -> None:
    report = _report("1", _outcome("login-mfa"), _outcome("masks", "unknown"), alias="prod")
    assert _message(status, report) == (
        f"acctgate: {word}",
        "account 1 (prod)",
        "✗ login-mfa (high)",
        "? masks (high)",
    )


def test_several_accounts_are_counted_and_the_most_severe_findings_come_first() -> None:
    reports = [
        _report("1", _outcome("small", severity="low"), _outcome("grave", severity="critical")),
        _report("2", _outcome("small", severity="low")),
        _report("3", _outcome("masks", "unknown", "critical")),
        _report("4", _outcome("small", "pass")),
        _report("5", _outcome("grave", severity="critical"), _outcome("grave", severity="critical")),
    ]
    assert _message(1, *reports) == (
        "acctgate: BLOCKED",
        "3 of 5 accounts blocked, 1 unknown",
        "✗ grave (critical): 1 and 1 more account",
        "? masks (critical): 3",
        "✗ small (low): 1 and 1 more account",
    )


def test_only_new_findings_that_block_are_named() -> None:
    quiet = [
        _outcome("advice", level="advisory"),
        _outcome("waived", "waived", waiver=WAIVER),
        *(_outcome(result, result) for result in get_args(Result) if result not in ("fail", "unknown")),
    ]
    assert _message(0, _report("1", *quiet)) == ("acctgate: PASSED", "account 1")


def test_controls_that_block_are_named() -> None:
    controls = (
        ControlReport("1.2", (_outcome("root", "pass"), _outcome("keys", severity="critical"))),
        ControlReport("1.3", (_outcome("mfa", "unknown"), _outcome("age", level="advisory", severity="critical"))),
        ControlReport("1.4", (_outcome("mfa", "waived", waiver=WAIVER),)),
        ControlReport("1.5", (_outcome("age", level="advisory"),)),
    )
    framework = FrameworkReport("cis-2.0", controls)
    report = _report("1", _outcome("other", "pass"), frameworks=(framework,))
    assert _message(1, report)[1:] == ("account 1", "✗ cis-2.0 1.2 (critical)", "? cis-2.0 1.3 (high)")


def test_a_message_stays_short() -> None:
    many = [_outcome(f"rule-{number}") for number in range(40)]
    reports = (_report(str(number), *many, alias="x" * 500) for number in range(2000))
    title, *lines = _message(1, *reports)
    assert (title, lines[0], lines[-1]) == ("acctgate: BLOCKED", "2,000 of 2,000 accounts blocked", "and 35 more")
    assert len(lines) == 7
    assert max(map(len, lines)) < 200


def test_accounts_that_were_not_read() -> None:
    rules = [_outcome(f"rule-{number}", "unknown") for number in range(14)]
    reports = [_report(str(number), *rules, unreadable="no role") for number in range(3)]
    assert _message(3, *reports, _report("4", _outcome("rule-0", "pass"))) == (
        "acctgate: UNKNOWN",
        "0 of 4 accounts blocked, 3 unknown, 3 not read",
        "not read: 0: no role (and 2 more)",
    )


def test_members_that_could_not_be_read() -> None:
    """An account of an organization has a snapshot of its own, in which each section has the same error."""
    rules = [_outcome(f"rule-{number}", "unknown") for number in range(14)]
    reports = [_report(str(number), *rules, not_read="AssumeRole failed") for number in range(3)]
    assert _message(3, *reports, _report("4", _outcome("rule-0", "unknown"))) == (
        "acctgate: UNKNOWN",
        "0 of 4 accounts blocked, 4 unknown, 3 not read",
        "? rule-0 (high): 4",
        "not read: 0: AssumeRole failed (and 2 more)",
    )


def test_what_changed_since_an_earlier_run() -> None:
    digest, names = Digest(), tuple(f"@app-{number}" for number in range(1200))
    digest.add(_report("1", _outcome("masks"), alias="prod"))
    lines = digest.message(1, None, Since("old.json", newly_blocked=("prod (1)",), gone=names)).lines
    assert lines == (
        "account 1 (prod)",
        "since old.json:",
        "1,200 gone from the report: @\u200bapp-0 (and 1,199 more)",
        "1 newly blocked: prod (1)",
        "✗ masks (high)",
    )
    nothing = digest.message(0, None, Since("old.json", judged_at="2026-11-25T10:00:00Z")).lines
    assert nothing[1:3] == ("since 2026-11-25T10:00:00Z:", "no account changed its verdict")


def test_the_name_of_an_account_that_was_not_read_has_no_mention() -> None:
    report = _report("1", _outcome("a", "unknown"), alias="@all", unreadable="see @owner")
    assert _message(3, report)[-1] == "not read: 1 (@\u200ball): see @\u200bowner"


def test_a_run_that_failed() -> None:
    assert _message(2) == ("acctgate: ERROR", "The run failed; see its log.")
    assert _message(2, _report("1", _outcome("masks")))[2:] == ("account 1", "✗ masks (high)")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("@all <!channel>", "@\u200ball <!channel>"),
        ("see https://evil.example/x and www.evil.example", "see https[:]//evil.example/x and www[.]evil.example"),
        ("WWW.evil.example", "WWW[.]evil.example"),
        ("two\nlines\r\tand\x1b[31m", "two lines and\ufffd[31m"),
        ("https://x.example/?Signature=abcdefghij", "https[:]//x.example/"),
    ],
)
def test_text_from_outside_does_nothing(text: str, shown: str) -> None:
    assert inert(text) == shown
