"""Markdown: text and tables, bounded, and nothing from outside."""

from __future__ import annotations

import pytest
from markdown_it import MarkdownIt

from acctgate.evaluate.pipeline import evaluate
from acctgate.language import Language
from acctgate.model.diff import AccountDiff, SettingChange
from acctgate.model.diff_document import Diff, PolicyChange
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.render import renderer, words
from acctgate.render.base import Frame
from acctgate.render.diff import render_diff
from acctgate.render.markdown_rows import MAX_LENGTH
from tests.support import NOW
from tests.support.reports import CASES, outcomes, rendered


@pytest.mark.parametrize("case", CASES)
def test_markdown_is_text_and_tables_and_nothing_from_outside(case: str) -> None:
    text = rendered("markdown", CASES[case]())
    html = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table").render(text)
    for tag in ("<a ", "<img", "<script", "<code", "<em>", "<h1"):
        assert tag not in html
    rows = [line.replace("\\|", "") for line in text.splitlines() if line.startswith(("| ❌", "| ❓"))]
    shown = sum(len(row.split(" | ")[2 if case in ("several", "fleet") else 1].split(", ")) for row in rows)
    assert shown == sum(o["outcome"] in ("fail", "unknown") for o in outcomes(case))
    columns = {row.count("|") for row in rows}
    several = case in ("several", "fleet")
    expected = {7, 8} if case == "fleet" else {8} if several else {7}
    assert columns <= expected, "for many accounts, the table of rules has the remediation"
    assert ("| account | rule |" in text) == several, "a single account is in the headline"
    verdict = {"clean": "✅ passed", "unknown": "❓ unknown"}.get(case)
    assert verdict is None or verdict in text.splitlines()[0]


def test_unknown_rules_with_one_reason_are_one_row_without_remediation() -> None:
    """What repairs a violation is the wrong advice for an account that could not be read."""
    denied = {"code": "NoPermission", "message": "denied"}
    (account,), policy = CASES["blocked"]()
    document = {**account.document, "errors": {"AccountSecurityPracticeInfo": denied}}
    document.pop("AccountSecurityPracticeInfo")
    text = rendered("markdown", ([Snapshot.from_document(document)], policy))
    (row,) = (line for line in text.splitlines() if "NoPermission" in line)
    assert "| root-access-keys, root-mfa, user-mfa, " in row and row.endswith("| – | – |")


def test_the_verdict_comes_with_the_account_and_the_number_of_violations() -> None:
    """Counts over all rules beside "passed" read as if failed rules had passed."""
    lines = {case: rendered("markdown", CASES[case]()).splitlines()[2] for case in ("blocked", "clean", "several")}
    assert lines["blocked"] == "**account unknown\\: 6 violations of 14 mandatory rules**"
    assert lines["clean"] == "**account 1234567890123456 \\(prod\\)\\: all 15 mandatory rules pass**"
    assert lines["several"] == "**5 snapshots of 3 accounts: 1 blocked, 2 unknown, 2 pass**"


def test_markdown_never_gets_too_long_and_counts_what_it_cuts() -> None:
    render, summary = renderer("markdown"), Summary()
    (blocked,), policy = CASES["blocked"]()
    for report in evaluate([blocked] * 2000, policy, NOW):
        summary.add(report)
        render.account(report)
    text = render.end(summary)
    assert len(text) < MAX_LENGTH
    assert len(text.encode()) < 65_536 * 2
    shown = sum(line.startswith("| ❌") and "root-mfa" in line for line in text.splitlines())
    assert 0 < shown < 2000
    binding = sum(o["outcome"] == "fail" and o["level"] == "mandatory" for o in outcomes("blocked")) * 2000
    rows = text.partition("<details>")[0].count("| ❌")
    assert f"… and {binding - rows:,} more, not shown." in text


def test_unknown_rules_that_share_a_row_count_one_by_one_where_rows_are_cut() -> None:
    render, summary = renderer("markdown"), Summary()
    _, policy = CASES["blocked"]()
    account = Snapshot.from_document({"version": 1, "account_id": "1234567890123456"})
    for report in evaluate([account] * 400, policy, NOW):
        summary.add(report)
        render.account(report)
    unknown = [each for each in report.outcomes if each.outcome == "unknown"]
    head, _, folded = render.end(summary).partition("<details>")
    for part, binding in ((head, True), (folded.partition("</details>")[0], False)):
        found = 400 * sum(each.binding is binding for each in unknown)
        rows = [line for line in part.splitlines() if line.startswith("| ❓")]
        shown = sum(len(row.split(" | ")[2].split(", ")) for row in rows)
        assert 0 < shown < found and f"… and {found - shown:,} more, not shown." in part


@pytest.mark.parametrize(("language", "separator"), [("en", ", "), ("zh", "、")])
def test_a_row_of_several_rules_has_the_severity_of_each(language: Language, separator: str) -> None:
    _, policy = CASES["blocked"]()
    [report] = evaluate([Snapshot.from_document({"version": 1, "account_id": "1234567890123456"})], policy, NOW)
    render, summary = renderer("markdown", Frame(language=language)), Summary()
    summary.add(report)
    render.account(report)
    unknown = {each.rule: words.SEVERITIES[each.severity].of(language) for each in report.outcomes}
    rows = [line.split(" | ") for line in render.end(summary).splitlines() if line.startswith("| ❓")]
    for row in rows:
        rules = [rule.partition("（")[0] for rule in row[1].split(separator)]
        assert row[2].split(separator) == list(dict.fromkeys(unknown[rule] for rule in rules))
    assert any(separator in row[2] for row in rows)


def test_a_diff_never_gets_too_long_and_counts_what_it_cuts() -> None:
    change = SettingChange("SecurityPreference.A", 1, 2, "looser", "x" * 50)
    accounts = tuple(AccountDiff(f"1{n:015}", None, "pass", "fail", (change,), ()) for n in range(2000))
    policy = tuple(PolicyChange(f"rule-{n}", "looser", "before", "after", "x" * 50) for n in range(2000))
    for diff in (
        Diff(1, "snapshots", accounts),
        Diff(1, "policies", (), policy),
        Diff(1, "policies", accounts, policy),
    ):
        text = render_diff(diff, "markdown")
        assert 20_000 < len(text) < MAX_LENGTH
        assert "more, not shown." in text
    text = render_diff(Diff(1, "snapshots", accounts), "markdown")
    assert f"… and {2000 - text.count('####'):,} more, not shown." in text
    assert "not shown" not in render_diff(Diff(1, "snapshots", accounts[:3]), "markdown")
