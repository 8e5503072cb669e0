"""Text from outside in every place of a report, in each format: it stays text."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from defusedxml.ElementTree import fromstring

from acctgate.model.diff import AccountDiff, RuleFlip, SettingChange
from acctgate.model.diff_document import Diff, PolicyChange
from acctgate.model.judged_by import JudgedBy, PolicyIdentity, ReadAs
from acctgate.model.member import Member
from acctgate.model.organization import OrganizationSummary
from acctgate.model.outcome import BaselineNote, Level, Outcome, Place, Result, WaiverNote
from acctgate.model.report import AccountReport, Summary
from acctgate.model.since import Day, Since
from acctgate.model.waiver_notice import WaiverNotice
from acctgate.policy.lint import Problem
from acctgate.render import FORMATS, Frame, renderer
from acctgate.render.compliance import render_packs, render_report_state, render_rules
from acctgate.render.diff import DIFF_FORMATS, render_diff
from acctgate.render.lint import render_problems
from acctgate.render.markdown_text import escape
from acctgate.sources.compliance.packs import Pack, PackReport
from acctgate.sources.compliance.rules import RuleResult

EVIL: Final = (
    "\x1b[31m\x07\u202e\u2066\x9b31m\x85\u2028\r\nx",
    "<script>alert(1)</script><img src=x>]]></td></tr><!-- </details>",
    "  ::error::x\n::add-mask::y",
    "##[error]x ##vso[task.setvariable]y ##TeamCity[z]",
    '=1+1,"x"',
    "@mention |`a`![x](https://example.com) www.example.com #1 GH-2 o/r#3",
    "a\udcffb\ud800",
)
LINES: Final = (*(name for name in FORMATS if name != "github"), "text in full")
"""The formats that have no workflow commands of their own."""
RESULTS: Final[tuple[tuple[Result, Level], ...]] = (
    ("fail", "mandatory"),
    ("unknown", "mandatory"),
    ("fail", "advisory"),
    ("pass", "mandatory"),
    ("skipped", "disabled"),
    ("waived", "mandatory"),
    ("waived", "mandatory"),
)
"""The last is waived by a baseline."""


def _outcome(evil: str, number: int, result: Result, level: Level) -> Outcome:
    found = Outcome(
        *(("root-mfa", evil)[number % 2], result, level, "high", f"A.{evil}", evil),
        *((evil, {evil: [evil]})[number % 2], evil, evil),
        place=Place(evil, 3) if number != 1 else None,
        names=(evil, evil),
        possible_names=(evil,),
        names_note=evil,
        open_since=evil,
    )
    if result != "waived":
        return found
    if number == len(RESULTS) - 1:
        return replace(found, baseline=BaselineNote(evil, "fail"))
    return replace(found, waiver=WaiverNote(evil, evil, evil, "fail", evil, evil))


def _diff(evil: str) -> AccountDiff:
    settings = (
        SettingChange(f"A.{evil}", evil, [evil], "looser", evil, evil, evil),
        SettingChange(f"A[{evil}", None, "", "stricter", "", evil, evil),
    )
    rules = (
        RuleFlip(evil, "mandatory", "newly-failing", "pass", "fail", evil),
        RuleFlip(evil, "advisory", "repaired", None, "pass", evil),
    )
    return AccountDiff(evil, evil, "pass", "fail", settings, rules, evil)


def _reports(evil: str) -> list[AccountReport]:
    outcomes = tuple(_outcome(evil, number, *each) for number, each in enumerate(RESULTS))
    report = AccountReport(
        evil,
        "fail",
        outcomes,
        alias=evil,
        taken_at=evil,
        diff=_diff(evil),
        read_as=ReadAs("live", evil, evil, evil, evil, evil),
        age_notice=evil,
        member=Member(evil, evil, evil, {evil: evil}, {evil: evil}),
        groups=(evil,),
        possible_groups=(evil,),
    )
    return [report, replace(report, alias=None, diff=None), replace(report, account=None, unreadable=evil)]


def _summary(evil: str) -> Summary:
    summary = Summary()
    summary.waivers = (
        WaiverNotice("expired", evil, evil, evil, evil, evil, evil, Place(evil, 2), evil),
        WaiverNotice("refused", evil, None, evil, evil, evil, evil),
    )
    summary.organization = OrganizationSummary(evil, 3, 2, (evil,), 5)
    summary.since = Since(evil, (evil,), (evil,), (evil,), (evil,), (evil,), {evil: 2}, evil)
    summary.days = (Day(evil, 1, 2, 3), Day(evil, 1, 2, 3))
    return summary


def _frame(evil: str, **more: Any) -> Frame:
    judged_by = JudgedBy(evil, evil, PolicyIdentity(evil, evil, (evil, evil)))
    return Frame(places={"root-mfa": Place(evil, 7)}, judged_by=judged_by, folder="/a", root="/a", **more)


def _texts(form: str, evil: str) -> Iterator[str]:
    """Yield the reports on few and on many accounts, in both languages; as text, in several widths."""
    name = form.partition(" ")[0]
    widths = (40, 110) if name == "text" else (110,)
    frames = [
        _frame(evil, language=language, width=width, verbose=form != name)
        for language in ("en", "zh")
        for width in widths
    ]
    for frame in frames:
        for times in (1, 3):
            render, summary = renderer(name, frame), _summary(evil)
            parts = [render.begin()]
            for report in _reports(evil) * times:
                summary.add(report)
                parts.append(render.account(report))
            yield "".join([*parts, render.end(summary)])


def _other_texts(evil: str) -> Iterator[str]:
    changes = (PolicyChange(evil, "looser", evil, evil, evil),)
    diffs = (Diff(1, "snapshots", (_diff(evil),)), Diff(1, "policies", (_diff(evil),), changes))
    for form in DIFF_FORMATS:
        yield from (render_diff(diff, form, width=width) for diff in diffs for width in (40, 110))
    for form in ("text", "json"):
        yield render_problems([Problem("error", evil, 1, evil)], form)
        yield render_packs([Pack(evil, evil, evil)], form, 40)
        yield render_report_state(PackReport(evil, evil, None, evil, evil), form)
        yield render_rules([RuleResult(evil, evil, evil, evil, ignored=False)], form, 40)


def _check_lines(text: str) -> None:
    shown = text.encode(errors="replace").decode()  # as the command line writes it
    assert all(char.isprintable() or char in "\r\n\u200b" for char in shown)
    assert not re.search(r"(?i)##[a-z]*\[", shown)
    assert not re.search(r"(?m)^\s*::.*::", shown)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
@pytest.mark.parametrize("form", LINES)
def test_nothing_steers_a_terminal_or_the_log_of_a_ci_system(form: str, evil: str) -> None:
    for text in _texts(form, evil):
        _check_lines(text)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_nothing_steers_them_in_a_diff_or_a_list(evil: str) -> None:
    for text in _other_texts(evil):
        _check_lines(text)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_a_workflow_command_is_one_of_ours(evil: str) -> None:
    own = ("::error file=", "::warning file=", "::warning title=acctgate", "::notice title=acctgate")
    for text in _texts("github", evil):
        lines = text.splitlines()
        assert lines and all(line.isprintable() and line.startswith(own) for line in lines)


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_every_format_for_programs_can_be_read(evil: str) -> None:
    for form in ("json", "sarif", "gitlab"):
        assert all(json.loads(text) for text in _texts(form, evil))
    for form in ("ndjson", "ocsf"):
        assert all(json.loads(line) for text in _texts(form, evil) for line in text.splitlines())
    for text in _texts("junit", evil):
        fromstring(text.encode(errors="replace"))


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_json_has_the_values_themselves(evil: str) -> None:
    first = json.loads(next(_texts("json", evil)))["accounts"][0]
    assert (first["account"], first["alias"], first["outcomes"][1]["actual"]) == (evil, evil, {evil: [evil]})


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_a_spreadsheet_finds_no_formula(evil: str) -> None:
    for text in _texts("csv", evil):
        rows = list(csv.reader(io.StringIO(text, newline="")))
        assert {len(row) for row in rows} == {len(rows[0])}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "::"))]


class _Tags(HTMLParser):
    """The elements of a page with the names of their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found = list[tuple[str, tuple[str, ...]]]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(name for name, _ in attrs)))


def _tags(text: str) -> list[tuple[str, tuple[str, ...]]]:
    tags = _Tags()
    tags.feed(text)
    return tags.found


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_the_page_has_only_its_own_elements(evil: str) -> None:
    for text, plain in zip(_texts("html", evil), _texts("html", "plain"), strict=True):
        assert set(_tags(text)) <= {*_tags(plain), ("wbr", ())}
        assert re.findall("<script[^>]*>", text) == ["<script type=application/json id=texts>", "<script>"]
        assert "<!--" not in text
        data, _, _ = text.partition(" id=texts>")[2].partition("</script>")
        assert json.loads(data), "the names of users are in it, with Chinese and with English punctuation"


@pytest.mark.parametrize("evil", EVIL, ids=ascii)
def test_markdown_is_text_and_tables(evil: str) -> None:
    markdown_it = pytest.importorskip("markdown_it")
    parser = markdown_it.MarkdownIt("commonmark", {"html": False}).enable("table")
    for text in _texts("markdown", evil):
        html = parser.render(text)
        assert not re.search(r"<(a|img|script|code|em|strong>x)", html)
        visible = re.sub(r"<[^>]*>", "", html)
        assert not re.search(r"(?i)(?<!\w)@\w|#\d|(?<!\w)GH-\d", visible), "GitHub would find people or issues in it"


def test_an_address_stays_whole_in_markdown() -> None:
    assert escape("alice@example.com") == r"alice\@example\.com"
    assert escape("@all (#7)") == "\\@\u200ball \\(\\#\u200b7\\)"


def test_a_file_whose_name_is_not_utf_8_has_a_location_in_sarif() -> None:
    (text, *_) = _texts("sarif", "policy-\udcff.yaml")
    locations = [result["locations"][0] for result in json.loads(text)["runs"][0]["results"]]
    assert {each["physicalLocation"]["artifactLocation"]["uri"] for each in locations} >= {"policy-%3F.yaml"}
