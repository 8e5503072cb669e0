"""One self-contained page, for people: the verdict first, then the rules, the trend, and every account.

It loads nothing, and its policy lets nothing run but its own style and script, by their hashes. Without the script
everything can be read; with it, it can be filtered. Rules are told once, accounts refer to them.
"""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Sized
from importlib.resources import files
from typing import Final, get_args

from acctgate import __version__
from acctgate.render.base import Frame
from acctgate.render.page import texts
from acctgate.render.page.markup import both, option, safe, value
from acctgate.render.page.moves import Moves
from acctgate.render.page.texts import Words
from acctgate.render.page.trend import Trends, score_of
from acctgate.report import AccountReport, Level, Outcome, Result, Severity, Summary, Verdict, WaiverNotice
from acctgate.rules.zh import CHINESE

_ROOM: Final = 2_880_000
"""Bytes for accounts. Where they would not do, accounts list only what became of each rule, without values."""
_SHORT: Final = 1_900
"""Bytes of an account that is told in short."""
_FLEET: Final = 1_000
"""Accounts for which `_ROOM` must do."""
_OPENED: Final = 3
"""Up to how many accounts the page shows open what is wrong."""
_PASSED: Final = "<details class=a data-v=pass>"
_NOTICES: Final = 50
"""How many waivers that want attention are shown."""
_ORDER: Final[tuple[Result, ...]] = ("fail", "unknown", "waived", "pass", "skipped")
_GRAVITY: Final[tuple[Verdict, ...]] = ("fail", "unknown", "pass")
_SEVERITIES: Final[tuple[Severity, ...]] = ("critical", "high", "medium", "low")


class HtmlRenderer:
    """`--format html`: the verdict needs every account and stands first, so all is written at the end."""

    def __init__(self, frame: Frame) -> None:
        self._titles = frame.titles()
        self._accounts: list[str] = []
        self._room, self._cut = _ROOM, 0
        self._rules: dict[str, _RuleStatistics] = {}
        self._trends, self._moves = Trends(), Moves()
        self._verdicts = Counter[Verdict]()
        self._lowest: int | None = None

    def begin(self) -> str:
        """Nothing."""
        return ""

    def account(self, report: AccountReport) -> str:
        """Keep the account's part of the page, and count."""
        for outcome in report.outcomes:
            if outcome.rule not in self._rules:
                self._rules[outcome.rule] = _RuleStatistics(
                    len(self._rules) + 1, outcome, self._titles.get(outcome.rule, "")
                )
            self._rules[outcome.rule].add(outcome)
        self._trends.add(report)
        self._moves.add(report)
        self._verdicts[report.verdict] += 1
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
        yield from _notices(summary.waivers)
        yield self._trends.html()
        few = len(self._accounts) <= _OPENED
        if not few:
            yield from self._rule_tables()
        yield from self._account_list(summary, few)
        if few:
            yield from self._rule_tables()
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
        if summary.accounts > 1:
            for verdict in _GRAVITY:
                if self._verdicts[verdict]:
                    told = texts.VERDICTS[verdict]
                    yield _tile(Words(f"accounts {told.en}", f"账号{told.zh}"), self._verdicts[verdict], verdict)
            if self._lowest is not None:
                yield _tile(texts.LOWEST, self._lowest)
            yield "</dl>\n<dl>"
        elif self._lowest is not None:
            yield _tile(texts.SCORE, self._lowest)
        for name in _ORDER:
            yield _tile(texts.OUTCOMES[name], summary.counts[name], name, name)
        signs = " ".join(f"{texts.SIGNS[name]} {both(texts.OUTCOMES[name])}" for name in _ORDER)
        yield f"</dl>\n<p class=dim>{both(texts.SIGNS_MEAN)} {signs}</p></header>\n"

    def _rule_tables(self) -> Iterator[str]:
        """What blocks first; rules without findings folded."""
        rules = sorted(self._rules.values(), key=_RuleStatistics.urgency)
        if not rules:
            return
        yield f"<section><h2 id=rules>{both(texts.RULES)}</h2>"
        if found := [rule for rule in rules if rule.found]:
            yield f"<p class=dim>{both(texts.RULES_HINT)}</p>\n"
            yield from _rule_table(found)
        if rest := [rule for rule in rules if not rule.found]:
            yield f"<details><summary>{both(texts.no_findings(len(rest)))}</summary>"
            yield from _rule_table(rest)
            yield "</details>"
        yield "</section>\n"

    def _account(self, report: AccountReport, score: int | None, whole: bool) -> Iterator[str]:
        counts = Counter(outcome.outcome for outcome in report.outcomes)
        told = " ".join(f"{texts.SIGNS[name]}{counts[name]}" for name in _ORDER if counts[name])
        bar = f'<span><svg aria-hidden=true viewBox="0 0 100 9"><path d="M0 4h{score}"/></svg>{score}</span>'
        yield (
            f"<details class=a data-v={report.verdict}><summary>"
            f"<b>{texts.SIGNS[report.verdict]} {both(texts.VERDICTS[report.verdict])}</b>"
            f"{_who(report, 120 if whole else 60)}{'' if score is None else bar}<span class=n>{told}</span></summary>"
            f"<table><thead><tr><th scope=col>{both(texts.RULE)}"
        )
        if whole:
            yield f"<th scope=col>{both(texts.ACTUAL)}<th scope=col>{both(texts.EXPECTED)}"
        for name in _ORDER:
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
                told = ", ".join(f"<a href=#r{self._rules[rule].number}>{safe(rule)}</a>" for rule in rules)
            yield f"<tr{_counted(rules)}><th scope=row>{told}<td{'' if want else ' colspan=2'}>{what}{want}"


def _short_row(found: list[Outcome]) -> Iterator[str]:
    """Which rules, and how often, without values."""
    rules = Counter(outcome.rule for outcome in found)
    told = ", ".join(safe(rule) if count == 1 else f"{safe(rule)} × {count}" for rule, count in rules.items())
    yield f"<tr{_counted(found)}><th scope=row colspan=3>{told}"


def _counted(things: Sized) -> str:
    """How many outcomes a row tells, for the script."""
    return f" data-n={len(things)}" if len(things) > 1 else ""


def _rule_table(rules: Iterable[_RuleStatistics]) -> Iterator[str]:
    columns = (texts.RULE, texts.LEVEL, texts.SEVERITY, texts.EXPECTED)
    heads = "".join(f"<th scope=col>{both(words)}</th>" for words in columns)
    for name in _ORDER:
        words = texts.OUTCOMES[name]
        told = f'<abbr title="{words.en} · {words.zh}">{texts.SIGNS[name]}</abbr>'
        heads += f"<th scope=col class=n>{told}</th>"
    yield (
        f"<div class=wide><table class=rules><thead><tr>{heads}<th scope=col>{both(texts.TO_DO)}</th></tr></thead>\n"
        "<tbody>\n"
    )
    yield from (rule.row() for rule in rules)
    yield "</tbody></table></div>"


class _RuleStatistics:
    """One rule over all accounts."""

    def __init__(self, number: int, outcome: Outcome, title: str) -> None:
        self.number, self.first, self.title = number, outcome, title
        self.counts = Counter[Result]()
        self.levels: dict[Level, None] = {}
        self._blocks = 0

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.outcome] += 1
        self.levels.setdefault(outcome.level)
        self._blocks += outcome.binding and outcome.outcome in ("fail", "unknown")

    @property
    def found(self) -> int:
        """How often it is violated, not provable or waived."""
        return self.counts["fail"] + self.counts["unknown"] + self.counts["waived"]

    def urgency(self) -> tuple[bool, bool, int, int]:
        """What blocks first, then other findings, then by severity."""
        return (not self._blocks, not self.found, _SEVERITIES.index(self.first.severity), self.number)

    def row(self) -> str:
        rule = self.first.rule
        chinese = CHINESE.get(rule)
        title = _translated(self.title, chinese.title if chinese else None)
        remedy = _translated(self.first.remediation, chinese.remediation if chinese else None)
        levels = ", ".join(both(texts.LEVELS[level]) for level in self.levels)
        setting = safe(self.first.setting).replace(".", ".<wbr>")
        cells = "".join(
            f'<td class="n {name if self.counts[name] else "none"}">{self.counts[name] or "·"}</td>' for name in _ORDER
        )
        return (
            f"<tr id=r{self.number}><th scope=row>{safe(rule)}<small>{title}</small></th><td>{levels}</td>"
            f"<td>{both(texts.SEVERITIES[self.first.severity])}</td><td>{safe(self.first.expected)}</td>{cells}"
            f"<td>{remedy}<small>{setting}</small></td></tr>\n"
        )


def _translated(en: str, zh: str | None) -> str:
    """A rule's text, which has no translation where the rule is somebody's own."""
    return f"<span lang=en>{safe(en, 1000)}</span><span lang=zh>{safe(zh, 1000)}</span>" if zh else safe(en, 1000)


def _who(report: AccountReport, longest: int) -> str:
    if report.account is None:
        name = f"<bdi>{safe(report.alias, longest)}</bdi> " if report.alias else ""
        return f"<span class=who>{name}{both(texts.UNKNOWN_ACCOUNT)}</span>"
    alias = f"<b><bdi>{safe(report.alias, longest)}</bdi></b> " if report.alias else ""
    return f"<span class=who>{alias}<bdi>{safe(report.account, longest)}</bdi></span>"


def _notices(notices: Sequence[WaiverNotice]) -> Iterator[str]:
    """The waivers that want attention. What is said of them is English: it names people and reasons."""
    if not notices:
        return
    yield f"<section><h2>{both(texts.WAIVERS)}</h2><ul>"
    for notice in notices[:_NOTICES]:
        yield f"<li><b>{both(texts.NOTICES[notice.state])}</b> {safe(notice.located, 600)}</li>"
    yield "</ul>"
    if len(notices) > _NOTICES:
        yield f"<p class=dim>{both(texts.cut_notices(len(notices) - _NOTICES))}</p>"
    yield "</section>\n"


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
        ("outcome", texts.OUTCOME, ((name, texts.OUTCOMES[name]) for name in _ORDER)),
        ("level", texts.LEVEL, texts.LEVELS.items()),
    )
    for name, words, options in choices:
        listed = "".join([option("", texts.ALL), *(option(key, told) for key, told in options)])
        yield f"<label><span>{both(words)}</span><select id={name}>{listed}</select></label>\n"
    buttons = (("reset", "", texts.RESET), ("button", " id=open", texts.OPEN), ("button", " id=close", texts.CLOSE))
    yield "".join(f"<button type={kind}{name}>{both(words)}</button>\n" for kind, name, words in buttons)
    accounts, outcomes = f"{summary.accounts:,}", f"{sum(summary.counts.values()):,}"
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
