"""The page as it is seen: on a desktop and on a telephone, in light, dark and print, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import pytest
from bench.browser import Browser

from acctgate.evaluate.pipeline import evaluate
from acctgate.model.planned_change import PlannedChange
from acctgate.model.report import Summary
from acctgate.model.snapshot import Snapshot
from acctgate.render import renderer
from acctgate.render.base import Frame
from tests.support import NOW
from tests.support.reports import CASES, Case, fleet, rendered, trend

_THIRTY: Final = 30


def _thirty() -> Case:
    """Return more accounts than are unfolded."""
    snapshots, policy = fleet()
    return snapshots[:_THIRTY], policy


def _planned() -> str:
    """Return the page of an account that a plan changes in settings with long names and values."""
    accounts, policy = CASES["clean"]()
    declared = {"LoginNetworkMasks": "10.20.0.0/16;203.0.113.0/24;198.51.100.0/24", "AllowUserToManageAccessKeys": True}
    change = PlannedChange("alicloud_ram_security_preference.this", "create", declared)
    render, summary = renderer("html", Frame(rules=policy.all_rules)), Summary()
    for report in evaluate(accounts, policy, NOW, planned=[change]):
        assert report.diff is not None
        summary.add(report)
        render.account(report)
    return render.end(summary)


_PAGES: Final[dict[str, Callable[[], str]]] = {
    "blocked": lambda: rendered("html", CASES["blocked"]()),
    "names": lambda: rendered("html", CASES["names"]()),
    "thirty": lambda: rendered("html", _thirty()),
    "trend": lambda: rendered("html", trend()),
    "planned": _planned,
}
_CONTRAST: Final = r"""
(() => {
  const channel = (value) => (value /= 255) <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const parse = (color) => color.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const behind = (node) => {
    for (; node; node = node.parentElement) {
      const color = parse(getComputedStyle(node).backgroundColor);
      if (color.length < 4 || color[3] === 1) return color;
    }
    return [255, 255, 255];
  };
  const poor = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !node.checkVisibility()) continue;
    const style = getComputedStyle(node);
    const color = node.ownerSVGElement ? style.fill : style.color;
    const [a, b] = [luminance(parse(color)), luminance(behind(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.add(`${ratio.toFixed(2)} ${node.tagName} ${walk.currentNode.data.slice(0, 40)}`);
  }
  return [...poor];
})()
"""
"""Texts with less contrast than WCAG 2 AA asks for."""
_BROKEN: Final = r"""
(() => {
  const broken = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  while (walk.nextNode()) {
    const node = walk.currentNode;
    if (!node.parentElement.checkVisibility()) continue;
    for (const word of node.data.matchAll(/\b[A-Za-z]{2,40}\b/g)) {
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      const lines = new Set([...range.getClientRects()].filter((box) => box.width).map((box) => box.top));
      if (lines.size > 1) broken.add(word[0]);
    }
  }
  return [...broken];
})()
"""
"""Words of up to 40 letters that are broken."""
_FOLDED: Final = "[...document.querySelectorAll('main td')].filter((node) => !node.checkVisibility()).length"
_ACCOUNTS: Final = "[...document.querySelectorAll('details.a')].filter((node) => node.checkVisibility()).length"
_LABELS: Final = r"""
[...document.querySelectorAll("h1, h2, dt, nav a, thead th, form label span, option, button, form p, p.dim, " +
  ".more > summary, main > section > details:not(.a) > summary, tbody th[scope=rowgroup]")]
  .filter((node) => node.tagName === "OPTION" ? node.dataset.zh !== node.dataset.en : node.checkVisibility())
  .map((node) => node.innerText)
"""
"""Headings, columns, buttons and notes. A choice of a filter may be a name, which has no translation."""


@pytest.mark.parametrize("name", _PAGES)
def test_it_fits_and_can_be_read_everywhere(browser: Browser, name: str) -> None:
    text = _PAGES[name]()
    for language in ("en", "zh"):
        browser.open(text, f"#lang={language}")
        if name != "thirty":
            browser.run("document.querySelectorAll('details').forEach((node) => (node.open = true))")
        for width, dark, media in (
            (1280, False, "screen"),
            (1280, True, "screen"),
            (390, True, "screen"),
            (700, True, "print"),
        ):
            browser.show(width, dark=dark, media=media)
            where = f"{language}, {width} px, {'dark' if dark else 'light'}, {media}"
            assert browser.run("document.documentElement.scrollWidth <= innerWidth"), where
            assert browser.run(_BROKEN) == [], where
            assert browser.run(_CONTRAST) == [], where


def test_poor_contrast_and_broken_words_are_found(browser: Browser) -> None:
    """The test above can fail."""
    browser.open(
        "<!DOCTYPE html><p style='color:#999'>grey<p style='width:3em;overflow-wrap:anywhere'>passwordpassword"
    )
    browser.show()
    assert browser.run(_CONTRAST) == ["2.85 P grey"]
    assert browser.run(_BROKEN) == ["passwordpassword"]


@pytest.mark.parametrize("name", _PAGES)
def test_every_label_is_chinese(browser: Browser, name: str) -> None:
    """Only names, values and messages, which rules write, are English."""
    browser.open(_PAGES[name](), "#lang=zh")
    browser.show()
    labels = browser.run(_LABELS)
    names = re.compile(r"acctgate|API|[\w.-]+\.json|T[\d:]+Z")
    assert len(labels) > 20
    assert [label for label in labels if re.search("[A-Za-z]", names.sub("", label))] == []


def test_print_shows_every_account_and_value(browser: Browser) -> None:
    browser.open(rendered("html", _thirty()))
    browser.show()
    assert browser.run(_FOLDED) > 100, "on the screen, most accounts are folded"
    browser.show(media="print")
    assert browser.run("document.querySelectorAll('details:not([open])').length") > _THIRTY // 2
    assert browser.run(_FOLDED) == 0, "the style alone shows what is folded"
    assert browser.run("document.querySelector('form').checkVisibility()") is False


def test_the_worst_of_many_accounts_come_first_and_the_rules_last(browser: Browser) -> None:
    browser.open(rendered("html", _thirty()))
    browser.show()
    headings = browser.run("[...document.querySelectorAll('h2')].map((node) => node.innerText)")
    assert headings[-2:] == ["Accounts", "Rules and remediation"]
    assert browser.run(_ACCOUNTS) == 20
    assert browser.run("document.querySelector('.more > summary').innerText") == "10 more accounts"
    browser.run("document.getElementById('open').click()")
    assert browser.run(_ACCOUNTS) == _THIRTY


def test_a_filter_unfolds_the_accounts_that_it_finds(browser: Browser) -> None:
    browser.open(rendered("html", _thirty()))
    last = browser.run("[...document.querySelectorAll('.more .who b')].pop().textContent")
    browser.open(rendered("html", _thirty()), f"#q={last}")
    assert browser.run(_ACCOUNTS) == 1
    browser.open(rendered("html", _thirty()), "#q=no-such-account")
    assert browser.run("document.querySelector('.more').checkVisibility()") is False


def test_a_day_is_below_each_point_of_a_history(browser: Browser) -> None:
    snapshots, policy = trend()
    days = [f"2026-11-{day}" for day in range(16, 21)]
    dated = [
        Snapshot.from_document({**each.document, "taken_at": f"{day}T10:00:00Z"})
        for each, day in zip(snapshots, days, strict=True)
    ]
    browser.open(rendered("html", (dated, policy)))
    axis = "[...document.querySelectorAll('svg .axis[text-anchor=middle]')].map((node) => node.textContent)"
    assert sorted(set(browser.run(axis))) == days
