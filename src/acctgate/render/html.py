"""One self-contained page, for people: the verdict first, then the rules, the trend, and every account.

It loads nothing, and its policy lets nothing run but its own style and script, by their hashes. Without the script
everything can be read; with it, it can be filtered. Rules are told once, accounts refer to them.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sized
from importlib.resources import files
from typing import Final, get_args

from acctgate.language import Words
from acctgate.model.outcome import Level, Outcome, Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.render.base import Frame
from acctgate.render.page import texts
from acctgate.render.page.changes import Moves
from acctgate.render.page.markup import both, option, safe, value
from acctgate.render.page.rules import Rules
from acctgate.render.page.trend import Trends, score_of
from acctgate.render.page.waivers import waivers
from acctgate.version import __version__

_ROOM: Final = 2_880_000
"""Bytes for accounts. Where they would not do, accounts list only what became of each rule, without values."""
_SHORT: Final = 1_900
"""Bytes of an account that is told in short."""
_FLEET: Final = 1_000
"""Accounts for which `_ROOM` must do."""
_OPENED: Final = 3
"""Up to how many accounts the page shows open what is wrong."""
_PASSED: Final = "<details class=a data-v=pass>"
_GRAVITY: Final[tuple[Verdict, ...]] = ("fail", "unknown", "pass")


class HtmlRenderer:
    """`--format html`: the verdict needs every account and stands first, so all is written at the end."""

    def __init__(self, frame: Frame) -> None:
        self._accounts: list[str] = []
        self._room, self._cut = _ROOM, 0
        self._rules = Rules(frame.titles())
        self._trends, self._moves = Trends(), Moves()
        self._latest: dict[str | int, Verdict] = {}
        """The verdict on each account; one without a name has the number of its part."""
        self._lowest: int | None = None

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """Keep the account's part of the page, and count."""
        self._rules.add(report)
        self._trends.add(report)
        self._moves.add(report)
        self._latest[len(self._accounts) if report.account is None else report.account] = report.verdict
        score = score_of(report)
        if score is not None:
            self._lowest = score if self._lowest is None else min(score, self._lowest)
        text = "".join(self._account(report, score, whole=True))
        reserved = _SHORT * max(0, _FLEET - len(self._accounts) - 1)
        if _size(text) > self._room - reserved:
            text = "".join(self._account(report, score, whole=False))
            self._cut += 1
        self._room -= _size(text)
        self._accounts.append(text)
        return ""

    def end(self, summary: Summary) -> str:
        """The whole page."""
        return "".join(self._page(summary))

    def _page(self, summary: Summary) -> Iterator[str]:
        style, script = _asset("page.css"), _asset("page.js")
        allowed = f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}"
        verdict = texts.VERDICTS[summary.verdict]
        yield (
            "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
            f"<meta http-equiv=Content-Security-Policy content=\"{allowed}; base-uri 'none'; form-action 'none'\">\n"
            '<meta name=viewport content="width=device-width, initial-scale=1">\n'
            '<meta name=color-scheme content="light dark">\n<meta name=referrer content=no-referrer>\n'
            f'<meta name=generator content="acctgate {__version__}">\n'
            f"<title>acctgate: {verdict.en} · {verdict.zh}</title>\n<style>{style}</style>\n</head>\n<body>\n"
            f"<a class=skip href=#accounts>{both(texts.SKIP)}</a>\n"
            "<input type=radio name=language id=en checked> <label class=lang for=en lang=en>English</label>\n"
            "<input type=radio name=language id=zh> <label class=lang for=zh lang=zh>中文</label>\n"
        )
        yield from self._header(summary)
        yield "<main>\n"
        yield self._moves.html()
        yield from waivers(summary.waivers)
        yield self._trends.html()
        few = len(self._accounts) <= _OPENED
        if not few:
            yield from self._rules.html()
        yield from self._account_list(summary, few)
        if few:
            yield from self._rules.html()
        yield f"</main>\n<script>{script}</script>\n</body>\n</html>\n"

    def _account_list(self, summary: Summary, few: bool) -> Iterator[str]:
        yield f"<section><h2 id=accounts tabindex=-1>{both(texts.ACCOUNTS)}</h2>\n"
        if not self._accounts:
            yield f"<p>{both(texts.NO_ACCOUNTS)}</p>\n"
        else:
            yield from _filters(summary)
        if self._cut:
            yield f"<p>{both(texts.cut_accounts(self._cut))}</p>\n"
        for text in self._accounts:
            opened = few and not text.startswith(_PASSED)
            yield text.replace("<details ", "<details open ", 1) if opened else text
        yield "</section>\n"

    def _header(self, summary: Summary) -> Iterator[str]:
        words = texts.VERDICTS[summary.verdict]
        yield (
            f"<header class={summary.verdict}><p class=dim>acctgate</p>"
            f"<h1 class={summary.verdict}><span aria-hidden=true>{texts.SIGNS[summary.verdict]} </span>"
            f"{both(Words(words.en.upper(), words.zh))}</h1>"
            f"<p>{both(texts.VERDICT_SENTENCES[summary.verdict])}</p>\n<dl>"
        )
        if summary.snapshots > 1:
            verdicts = Counter(self._latest.values())
            for verdict in _GRAVITY:
                if verdicts[verdict]:
                    told = texts.VERDICTS[verdict]
                    yield _tile(Words(f"accounts {told.en}", f"账号{told.zh}"), verdicts[verdict], verdict)
            if self._lowest is not None:
                yield _tile(texts.LOWEST, self._lowest)
            yield "</dl>\n<dl>"
        elif self._lowest is not None:
            yield _tile(texts.SCORE, self._lowest)
        for name in texts.ORDER:
            yield _tile(texts.OUTCOMES[name], summary.counts[name], name, name)
        signs = " ".join(f"{texts.SIGNS[name]} {both(texts.OUTCOMES[name])}" for name in texts.ORDER)
        yield f"</dl>\n<p class=dim>{both(texts.SIGNS_MEAN)} {signs}</p></header>\n"

    def _account(self, report: AccountReport, score: int | None, whole: bool) -> Iterator[str]:
        counts = Counter(outcome.outcome for outcome in report.outcomes)
        told = " ".join(f"{texts.SIGNS[name]}{counts[name]}" for name in texts.ORDER if counts[name])
        bar = f'<span><svg aria-hidden=true viewBox="0 0 100 9"><path d="M0 4h{score}"/></svg>{score}</span>'
        yield (
            f"<details class=a data-v={report.verdict}><summary>"
            f"<b>{texts.SIGNS[report.verdict]} {both(texts.VERDICTS[report.verdict])}</b>"
            f"{_who(report, 120 if whole else 60)}{'' if score is None else bar}<span class=n>{told}</span></summary>"
            f"<table><thead><tr><th scope=col>{both(texts.RULE)}"
        )
        if whole:
            yield f"<th scope=col>{both(texts.ACTUAL)}<th scope=col>{both(texts.EXPECTED)}"
        for name in texts.ORDER:
            for level in get_args(Level):
                found = [o for o in report.outcomes if o.outcome == name and o.level == level]
                if found:
                    outcome, how = texts.OUTCOMES[name], texts.LEVELS[level]
                    head = Words(f"{outcome.en}, {how.en}", f"{outcome.zh}，{how.zh}")
                    yield (
                        f'<tbody class="{name} {level[0]}"><tr><th colspan=3 scope=rowgroup>'
                        f"{texts.SIGNS[name]} {both(head)}"
                    )
                    yield from self._whole_rows(name, found) if whole else _short_row(found)
        yield "</table></details>\n"

    def _whole_rows(self, name: Result, found: list[Outcome]) -> Iterator[str]:
        """What became of rules in the same way; those that cannot be judged for the same reason share a row."""
        if name == "pass":
            for outcome in found:
                plain = isinstance(outcome.actual, (str, int, float)) and outcome.actual != ""
                what = value(outcome.actual) if plain else safe(outcome.message)
                yield f"<tr><th scope=row>{safe(outcome.rule)}<td>{what}"
            return
        rows: dict[tuple[str, str], list[str]] = {}
        for outcome in found:
            want = "" if name in ("unknown", "skipped") else f"<td>{safe(outcome.expected, 120)}"
            rows.setdefault((safe(outcome.message.removeprefix("not provable: ")), want), []).append(outcome.rule)
        for (what, want), rules in rows.items():
            if name == "skipped":
                told = ", ".join(map(safe, rules))
            else:
                told = ", ".join(f"<a href=#r{self._rules.number(rule)}>{safe(rule)}</a>" for rule in rules)
            yield f"<tr{_counted(rules)}><th scope=row>{told}<td{'' if want else ' colspan=2'}>{what}{want}"


def _short_row(found: list[Outcome]) -> Iterator[str]:
    """Which rules, and how often, without values."""
    rules = Counter(outcome.rule for outcome in found)
    told = ", ".join(safe(rule) if count == 1 else f"{safe(rule)} × {count}" for rule, count in rules.items())
    yield f"<tr{_counted(found)}><th scope=row colspan=3>{told}"


def _counted(things: Sized) -> str:
    """How many outcomes a row tells, for the script."""
    return f" data-n={len(things)}" if len(things) > 1 else ""


def _who(report: AccountReport, longest: int) -> str:
    if report.account is None:
        name = f"<bdi>{safe(report.alias, longest)}</bdi> " if report.alias else ""
        return f"<span class=who>{name}{both(texts.UNKNOWN_ACCOUNT)}</span>"
    alias = f"<b><bdi>{safe(report.alias, longest)}</bdi></b> " if report.alias else ""
    return f"<span class=who>{alias}<bdi>{safe(report.account, longest)}</bdi></span>"


def _tile(words: Words, count: int, style: str = "", name: str = "") -> str:
    shown = f' class="{style}"' if style and count else ""
    marked = f' data-count="{name}"' if name else ""
    return f"<div><dt>{both(words)}</dt><dd{shown}{marked}>{count:,}</dd></div>"


def _filters(summary: Summary) -> Iterator[str]:
    """Hidden until the script runs: without it they would do nothing."""
    yield (
        f"<form id=filter hidden role=search><label><span>{both(texts.SEARCH)}</span>"
        "<input type=search id=q autocomplete=off></label>\n"
    )
    choices: Iterable[tuple[str, Words, Iterable[tuple[str, Words]]]] = (
        ("verdict", texts.VERDICT, texts.VERDICTS.items()),
        ("outcome", texts.OUTCOME, ((name, texts.OUTCOMES[name]) for name in texts.ORDER)),
        ("level", texts.LEVEL, texts.LEVELS.items()),
    )
    for name, words, options in choices:
        listed = "".join([option("", texts.ALL), *(option(key, told) for key, told in options)])
        yield f"<label><span>{both(words)}</span><select id={name}>{listed}</select></label>\n"
    buttons = (("reset", "", texts.RESET), ("button", " id=open", texts.OPEN), ("button", " id=close", texts.CLOSE))
    yield "".join(f"<button type={kind}{name}>{both(words)}</button>\n" for kind, name, words in buttons)
    accounts, outcomes = f"{summary.snapshots:,}", f"{sum(summary.counts.values()):,}"
    yield (
        f"<p id=shown role=status><b id=accounts-shown>{accounts}</b> / {accounts} {both(texts.SHOWN_ACCOUNTS)}, "
        f"<b id=outcomes-shown>{outcomes}</b> / {outcomes} {both(texts.SHOWN_OUTCOMES)}</p></form>\n"
    )


def _asset(name: str) -> str:
    return (files("acctgate.render.page") / name).read_text(encoding="utf-8")


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
