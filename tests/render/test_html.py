"""The page: whole, safe, small, and alive in a real browser."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from bench.browser import Browser
from markupsafe import escape

from acctgate.evaluate.pipeline import evaluate
from acctgate.inert_text import clean
from acctgate.language import LANGUAGES, Language
from acctgate.model.report import Summary
from acctgate.model.since import Day, Since
from acctgate.model.snapshot import Snapshot
from acctgate.render import renderer
from acctgate.render.fleet import FEW
from acctgate.render.page.texts import as_data
from acctgate.rules import RULES
from tests.support import NOW, written_policy
from tests.support.page import ATTRIBUTES, ELEMENTS, Page
from tests.support.reports import CASES, FLEET, Case, fleet, rendered, trend


def reports(case: Case) -> Any:
    return json.loads(rendered("json", case))


@pytest.mark.parametrize("case", CASES)
def test_every_account_and_outcome_is_there_once(case: str) -> None:
    page, report = Page(rendered("html", CASES[case]())), reports(CASES[case]())
    expected = Counter((o["outcome"], o["level"], o["rule"]) for a in report["accounts"] for o in a["outcomes"])
    assert Counter(page.rows) == expected
    latest = {account["account"] or number: account for number, account in enumerate(report["accounts"])}
    counts = Counter(o["outcome"] for account in latest.values() for o in account["outcomes"])
    assert {name: page.counts[name] for name in report["counts"]} == {name: counts[name] for name in report["counts"]}
    verdicts = [account["verdict"] for account in report["accounts"]]
    if len(verdicts) > FEW:  # ranked
        verdicts.sort(key=["fail", "unknown", "pass"].index)
    assert [account["data-v"] for account in page.accounts] == verdicts


def test_blocking_findings_are_separate_and_the_most_severe_come_first() -> None:
    text, report = rendered("html", CASES["blocked"]()), reports(CASES["blocked"]())
    [account] = report["accounts"]
    failed = [each for each in account["outcomes"] if each["outcome"] == "fail"]
    blocking = sum(each["level"] == "mandatory" for each in failed)
    numbers = re.findall(r"failed, (?:blocking|advisory)</i>.*?data-count=\"?fail\"?>(\d+)<", text)
    assert list(map(int, numbers)) == [blocking, len(failed) - blocking] and 0 < blocking < len(failed)
    [group] = re.findall(r"<tbody class=\"fail m\">(.*?)(?=<tbody)", text, re.DOTALL)
    order = re.findall(r"<th scope=row class=([chml])>", group)
    assert order == sorted(order, key="chml".index) and len(set(order)) > 1


def test_unknown_rules_that_block_come_before_advisory_violations() -> None:
    (account,), policy = CASES["blocked"]()
    document = {**account.document, "AccountSecurityPracticeInfo": None}
    text = rendered("html", ([Snapshot.from_document(document)], policy))
    groups = re.findall(r"<tbody class=\"(\w+ \w)", text)
    assert groups[:4] == ["fail m", "unknown m", "fail a", "unknown a"]


def test_each_outcome_is_in_its_account() -> None:
    text, report = rendered("html", CASES["several"]()), reports(CASES["several"]())
    parts = text.split("<details class=a ")[1:]
    assert len(parts) == len(report["accounts"])
    for part, account in zip(parts, report["accounts"], strict=True):
        assert (account["account"] or "unknown account") in part
        page = Page(f"<details class=a {part.partition('</section>')[0]}")
        assert Counter(page.rows) == Counter((o["outcome"], o["level"], o["rule"]) for o in account["outcomes"])
        for found in account["outcomes"]:
            if found["outcome"] == "fail":
                assert escape(clean(found["message"], 300)) in part
                assert escape(clean(found["expected"], 300)) in part


@pytest.mark.parametrize("case", [*CASES, "trend"])
def test_nothing_is_loaded_and_nothing_from_outside_is_markup(case: str) -> None:
    text = rendered("html", trend() if case == "trend" else CASES[case]())
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= ELEMENTS
    assert {name for _, given in page.tags for name in given} <= ATTRIBUTES, "no src, no style, no on…"
    assert all(str(given["href"]).startswith("#") for _, given in page.tags if "href" in given)
    scripts = [given.get("type") for tag, given in page.tags if tag == "script"]
    assert scripts in ([None], ["application/json", None]), "one script, and at most one element with data for it"
    assert "url(" not in text and "@import" not in text and "//" not in re.sub(r"'sha256-\S+'", "", text)
    identifiers = [given["id"] for _, given in page.tags if "id" in given]
    assert len(identifiers) == len(set(identifiers))
    targets = {str(given["href"])[1:] for _, given in page.tags if "href" in given}
    assert targets <= set(identifiers)
    assert all(char.isprintable() or char == "\n" for char in text), "no control characters, no halves of characters"


def test_the_page_lets_only_its_own_style_and_script_run() -> None:
    text = rendered("html", CASES["hostile"]())
    [allowed] = re.findall(r'Content-Security-Policy content="([^"]+)"', text)
    for element in ("style", "script"):
        [inline] = re.findall(rf"<{element}>(.*?)</{element}>", text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{element}-src 'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'; ")
    assert "unsafe" not in allowed


def test_both_languages_say_everything() -> None:
    page = Page(rendered("html", trend()))
    languages = Counter(given["lang"] for tag, given in page.tags if tag in ("i", "span") and "lang" in given)
    assert languages["en"] == languages["zh"] > 100
    assert set(languages) == {"en", "zh"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_rows_have_one_language_and_the_page_has_the_other_one_once(language: Language) -> None:
    text = rendered("html", CASES["several"](), language)
    [data] = re.findall(r"<script type=application/json id=texts>(.*?)</script>", text)
    others = json.loads(data)
    accounts = text[text.index("<details class=a") : text.index("<h2 id=rules>")]
    english, chinese = "at least 80", "至少 80 分"
    shown, other = (english, chinese) if language == "en" else (chinese, english)
    assert others[shown] == other
    assert f"<td>{shown}" in accounts and other not in accounts
    assert len(others) == len(set(others.values()))


def test_no_text_ends_the_data_of_the_page() -> None:
    data = as_data({"</script><!--": "“</script>”"})
    assert "<" not in data
    assert json.loads(data) == {"</script><!--": "“</script>”"}


def test_a_page_without_translations_has_no_data() -> None:
    assert "application/json" not in renderer("html").end(Summary())


def test_the_history_of_all_accounts_has_a_title_in_both_languages() -> None:
    render, summary = renderer("html"), Summary(days=(Day("2026-11-21", 1, 0, 2), Day("2026-11-22", 0, 1, 2)))
    assert "<h3><bdi><i lang=en>All accounts</i><i lang=zh>全部账号</i></bdi></h3>" in render.end(summary)


def test_a_trend_has_plots_and_their_values() -> None:
    text = rendered("html", trend())
    section = text[text.index("<section class=trend>") : text.index("</section>")]
    assert section.count("<svg role=img aria-labelledby=") == 2
    assert "40, 55, –, 82, 78</title>" in section
    assert "<tr><th scope=row>4</th><td>82</td><td>0</td><td>0</td></tr>" in section
    assert section.count("<circle") == 4 and section.count("M") > 2, "a gap where the score is not known"
    assert re.search(r"▼ .*session-duration, security-score</p>", section)
    assert "class=trend" not in rendered("html", CASES["blocked"]())


def test_a_trend_is_summed_up_by_its_last_snapshot() -> None:
    text = rendered("html", trend())
    tile = "<dt><i lang=en>lowest security score</i><i lang=zh>最低安全分</i></dt><dd>"
    assert text.partition(tile)[2].startswith("78<"), "earlier snapshots had 40 and 55"


def test_a_trend_shows_when_each_snapshot_was_taken() -> None:
    snapshots, policy = trend()
    dated = [
        Snapshot.from_document({**each.document, "taken_at": f"2026-11-{day:02}T10:00:00Z"})
        for day, each in enumerate(snapshots, 20)
    ]
    text = rendered("html", (dated, policy))
    assert "<th scope=row>4 · 2026-11-23 10:00</th>" in text
    assert re.search(r"<dd class=\"fail\">1</dd>|<dd class=fail>1</dd>", text), "one account is blocked, not five"
    assert "**5 snapshots of 1 account: " in rendered("markdown", (dated, policy))
    assert f"5 snapshots of 1 account, {5 * len(RULES)} outcomes: " in rendered("text", (dated, policy))


def test_a_trend_counts_its_rules_in_the_last_snapshot_and_dates_each_one() -> None:
    snapshots, policy = trend()
    days = [f"2026-11-{day:02}" for day in range(8, 13)]
    dated = [
        Snapshot.from_document({**each.document, "taken_at": f"{day}T10:00:00Z"})
        for day, each in zip(days, snapshots, strict=True)
    ]
    text = rendered("html", (dated, policy))
    [row] = re.findall(r"<tr id=r\d+><th scope=row>session-duration<.*?</tr>", text, re.DOTALL)
    assert '<td class="n fail">1</td>' in row and '<td class="n none">·</td>' in row, (
        "three have failed, one has passed"
    )
    assert re.findall(r"<span class=n>(2026-11-\d\d)</span></summary>", text) == days
    assert "<i lang=en>snapshots</i>" in text and text.count("the snapshot is 10 days old") == 1
    alone = rendered("html", (dated[-1:], policy))
    assert "<span class=n>2026" not in alone and "<i lang=en>snapshots</i>" not in alone


def test_many_trends_stay_small_and_count_what_they_leave_out() -> None:
    (first, *rest), policy = fleet()
    text = rendered("html", ([*([first, *rest[:19]] * 30), *([first] * 400)], policy))
    assert len(text.encode()) < 3_000_000
    page = Page(text)
    plotted = sum(tag == "figure" for tag, _ in page.tags)
    assert 0 < plotted < 20
    assert f"Not plotted: {20 - plotted} more accounts." in text
    assert "<th scope=row>430</th>" in text, "the last snapshots are those that are plotted"
    assert "<th scope=row>370</th>" not in text


def test_no_accounts_at_all() -> None:
    text = rendered("html", ([], CASES["clean"]()[1]))
    assert Page(text).counts == dict.fromkeys(("pass", "fail", "unknown", "waived", "skipped"), 0)
    assert "No account was evaluated." in text


@pytest.mark.parametrize("worst", [False, True])
def test_a_thousand_accounts_weigh_less_than_3_mb(worst: bool) -> None:
    text = rendered("html", fleet(worst))
    assert len(text.encode()) < 3_000_000
    page = Page(text)
    assert len(page.accounts) == FLEET
    assert len(page.rows) == page.counts["outcomes-shown"] == FLEET * (len(RULES) + 19 if worst else len(RULES))
    assert worst <= ("To keep the page small" in text)


def dumped(browser: Browser, case: Case, address: str = "") -> Page:
    """Return the document as Chromium has it once its script has run."""
    browser.open(rendered("html", case), address)
    return Page(browser.run("document.documentElement.outerHTML"))


def test_a_filter_hides_the_rest(browser: Browser) -> None:
    snapshots, policy = fleet()
    shown = (snapshots[:250], policy)  # few enough to be shown whole
    page = dumped(browser, shown, "#verdict=fail&outcome=fail&level=mandatory&q=network-masks")
    report = reports(shown)
    hit = sum(
        any(o["rule"] == "network-masks" and o["outcome"] == "fail" for o in account["outcomes"])
        for account in report["accounts"]
    )
    assert 0 < hit < 250
    assert page.hidden["details"] == 250 - hit
    assert page.counts["accounts-shown"] == page.counts["outcomes-shown"] == hit
    assert page.hidden["form"] == 0, "without the script, the filters would not show"


def test_filters_by_folder_group_and_rule(browser: Browser, tmp_path: Path) -> None:
    text = "version: 1\nextends: baseline\ngroups: {web: {match: {folder: /prod/web}, rules: {root-mfa: }}}\n"
    grouped = (CASES["fleet"]()[0], written_policy(tmp_path / "p.yaml", text))
    failing = "rule=root-mfa&outcome=fail"
    for address, hit in {"folder=/prod": 4, "group=web": 4, failing: 2, f"folder=/dev&{failing}": 1}.items():
        page = dumped(browser, grouped, f"#{address}")
        assert page.hidden["details"] == 8 - hit, address


def test_many_accounts_are_ranked() -> None:
    accounts = Page(rendered("html", CASES["fleet"]())).accounts
    assert [account["data-v"] for account in accounts] == ["fail"] * 6 + ["unknown", "pass"]
    assert [account["data-f"] for account in accounts][:2] == ["/prod/web", "/dev"], "the two with critical violations"


def test_the_page_shows_what_changed_and_the_days_of_a_history() -> None:
    render, summary = renderer("html"), Summary()
    (report, *_) = evaluate(*CASES["clean"](), NOW)
    summary.add(report)
    render.account(report)
    summary.since = Since("old.json", newly_blocked=("app-1 (1)",), gone=("app-2 (2)",))
    summary.days = (Day("2026-11-20", 3, 1, 9), Day("2026-11-21", 2, 0, 11))
    text = render.end(summary)
    assert "app-2 (2)" in text and "gone from the report" in text and "app-1 (1)" in text
    assert "<title id=v0t>3+1, 2+0</title>" in text and "2026-11-21" in text
    Page(text)


def test_a_search_opens_the_few_accounts_that_it_finds(browser: Browser) -> None:
    page = dumped(browser, fleet(), "#q=team-017-prod")
    [found] = [account for account in page.accounts if "hidden" not in account]
    assert "open" in found
    assert page.counts["outcomes-shown"] == len(RULES), "an account that is named shows all its rows"


def test_hostile_text_is_text_to_a_browser_too(browser: Browser) -> None:
    page = dumped(browser, CASES["hostile"]())
    assert {tag for tag, _ in page.tags} <= ELEMENTS
    scripts = [given.get("type") for tag, given in page.tags if tag == "script"]
    assert scripts in ([None], ["application/json", None]), "one script, and at most one element with data for it"
    assert page.hidden["form"] == 0, "the page's own script ran under its policy"
    assert page.counts["outcomes-shown"] == sum(reports(CASES["hostile"]())["counts"].values())
