"""Many accounts on one screen: the verdict, rules with their remediation, and the worst accounts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import Language
from acctgate.model.judged_by import JudgedBy, PolicyIdentity
from acctgate.model.member import Member
from acctgate.model.organization import OrganizationSummary
from acctgate.model.report import AccountReport, Summary
from acctgate.model.since import Since
from acctgate.policy import load_preset
from acctgate.render import Frame, renderer
from acctgate.render.fleet import Fleet
from acctgate.render.headlines import organization_line
from tests.support import NOW
from tests.support.reports import CASES, HOSTILE

JUDGED = JudgedBy("0.1.0", "2026-11-22T12:00:00Z", PolicyIdentity("baseline", "sha256:0"))
NAMES = tuple(f"app-{number} (100000000000{number:04})" for number in range(500))
SINCE = Since("old.json", NAMES, NAMES, NAMES, NAMES, NAMES, {"root-mfa": 3, "session-duration": 2})


def many(count: int) -> Iterator[AccountReport]:
    """Yield reports on that many accounts."""
    snapshots, policy = CASES["fleet"]()
    reports = list(evaluate(snapshots, policy, NOW))
    for number in range(count):
        yield replace(reports[number % len(reports)], account=f"{number:016}", alias=f"application-{number}")


def text(
    reports: Iterator[AccountReport], form: str = "text", since: Since | None = None, **frame: bool | int | str
) -> str:
    render, summary = renderer(form, Frame(judged_by=JUDGED, **frame)), Summary()  # type: ignore[arg-type]
    parts = [render.begin()]
    for report in reports:
        summary.add(report)
        parts.append(render.account(report))
    summary.since = since
    return "".join([*parts, render.end(summary)])


@pytest.mark.parametrize("width", [60, 100, 200])
def test_a_thousand_accounts_fit_a_screen(width: int) -> None:
    found = text(many(1000), since=SINCE, width=width)
    lines = found.rstrip().split("\n")
    assert max(map(len, lines)) <= width
    assert width < 100 or len(lines) <= 45
    assert lines[0] == "BLOCKED  1,000 accounts: 750 blocked, 125 unknown, 125 pass"
    assert "!! 500 gone from the report: app-0 (1000000000000000), app-1" in " ".join(found.split())
    assert found.count("Delete the AccessKey pairs") == 1, "each remediation is shown once"
    assert re.search(r"session-duration +medium +750 +125", found)
    assert not text(many(5)).startswith("BLOCKED  5 accounts"), "few accounts are shown in detail"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_organization_that_violates_much_fits_a_screen(language: Language) -> None:
    snapshots, _ = CASES["fleet"]()
    reports = list(evaluate(snapshots, load_preset("strict"), NOW))
    render, summary = renderer("text", Frame(judged_by=JUDGED, width=100, language=language)), Summary()
    for number in range(1000):
        report = replace(reports[number % len(reports)], account=f"{number:016}", alias=f"application-{number}")
        summary.add(report)
        render.account(report)
    not_read = tuple(f"{number:016}" for number in range(50))
    summary.organization = OrganizationSummary("rd-1", 1001, 951, not_read, 1001)
    found = render.end(summary)
    assert len(found.rstrip().split("\n")) < 40, "with the prompt, all fits on 40 lines"
    assert "0000000000000007" in found and "0000000000000020" not in found
    assert ("(and 42 more)" if language == "en" else "（另有 42 个）") in found


def test_verbose_shows_every_account() -> None:
    found = text(many(20), verbose=True)
    assert found.count("Remediation") >= 10 and all(f"application-{number}" in found for number in range(20))
    assert "BLOCKED  20 accounts: " in found


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_hostile_names_stay_text(form: str) -> None:
    reports = (replace(each, account=HOSTILE, alias=HOSTILE, member=Member(folder=HOSTILE)) for each in many(9))
    found = text(reports, form, Since(HOSTILE, (HOSTILE,), gone=(HOSTILE,), newly_failing={HOSTILE: 1}))
    assert all(char.isprintable() or char in "\n\u200b" for char in found.encode(errors="replace").decode())
    assert not any(line.strip().startswith("::") for line in found.split("\n"))
    assert "<script>" not in found or form == "text"


def test_markdown_of_many_accounts_shows_the_most_severe_findings() -> None:
    found = text(many(3000), "markdown", SINCE)
    assert len(found) < 60_000
    rows = re.findall(r"^\| ❌ \| (application\S+) \| (\S+) \|", found, re.MULTILINE)
    assert len(rows) > 50 and {rule for _, rule in rows[:50]} <= {"root-mfa", "root-access-keys"}
    assert found.count("Delete the AccessKey pairs") == 1
    assert "**⚠️ 500 gone from the report**" in found


def test_how_long_the_oldest_violation_is_open() -> None:
    def opened(report: AccountReport, since: str) -> AccountReport:
        outcomes = (replace(each, open_since=since) if each.outcome == "fail" else each for each in report.outcomes)
        return replace(report, outcomes=tuple(outcomes))

    days = ["2026-11-20T12:00:00Z", "2026-11-10T12:00:00Z", "2026-11-15T12:00:00Z"]
    found = text(opened(report, days[number % 3]) for number, report in enumerate(many(9)))
    assert re.search(r"root-mfa +critical +\d +– +\d+ days", found)
    chinese = text((opened(report, days[1]) for report in many(9)), language="zh")
    assert re.search(r"root-mfa +严重 +\d +– +12 天\n", chinese)
    detail = text(opened(report, days[1]) for report in many(1))
    assert "open for 12 days: session-duration" in detail


def test_the_worst_accounts_are_ranked_and_few() -> None:
    fleet = Fleet()
    for report in many(1000):
        fleet.add(report)
    worst = fleet.worst()
    counts = [each.failing for each in worst]
    assert len(worst) == 20 and counts == sorted(counts, reverse=True)
    assert worst[0].account == f"{2:016}", "of two alike, the first one"
    assert (fleet.folders["/prod/web", "fail"], fleet.folders["/dev", "fail"]) == (500, 250)


ORGANIZATION = OrganizationSummary("rd-1", 1001, 999, ("11", "12"), 1200)
LINES: dict[Language, str] = {
    "en": "1,200 accounts in the directory rd-1, 1,001 selected, 999 read, 2 not read: 11, 12",
    "zh": "资源目录 rd-1 共 1,200 个账号，选中 1,001 个，已读取 999 个，2 个未读取：11, 12",
}


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("language", LINES)
def test_a_report_on_an_organization_says_what_was_not_read(form: str, language: Language) -> None:
    summary = Summary()
    summary.organization = ORGANIZATION
    text = renderer(form, Frame(language=language, width=200)).end(summary)
    assert LINES[language] in text.replace("\\", "")


def test_a_long_list_of_accounts_that_were_not_read_is_cut() -> None:
    names = tuple(map(str, range(100, 125)))
    line = organization_line(OrganizationSummary(None, 30, 5, names))
    assert line.en == f"30 accounts listed, 5 read, 25 not read: {', '.join(names[:20])} (and 5 more)"
    assert line.zh == f"列出 30 个账号，已读取 5 个，25 个未读取：{', '.join(names[:20])}（另有 5 个）"


def test_counts_in_chinese_are_separated_as_chinese_is() -> None:
    found = text(many(20), language="zh", width=120)
    assert re.search(r"20 个账号：\d+ 个已拦截、\d+ 个无法判定、\d+ 个通过\n", found), found
    assert re.search(r"\d 严重、\d", found)
    since = replace(SINCE, judged_at="2026-11-21T12:00:00Z")
    assert "自 old.json 以来（2026-11-21T12:00:00Z）\n" in text(many(20), since=since, language="zh")
