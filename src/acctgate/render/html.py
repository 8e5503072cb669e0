"""One self-contained page for people: the verdict first, then changes, the trend, the rules, and every account.

The page loads nothing, and its Content-Security-Policy allows only its own style and script, by their hashes.
Without the script everything can be read; the script adds filters.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from markupsafe import Markup

from acctgate.frameworks.framework import Framework
from acctgate.inert_text import clean, without_commands
from acctgate.language import LANGUAGES, Words
from acctgate.model.control_result import FrameworkResult
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import MOST_SEVERE_FIRST, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.render import words
from acctgate.render.base import Frame, Renderer
from acctgate.render.fleet import FEW
from acctgate.render.framework_results import framework_results
from acctgate.render.headlines import organization_line, since_parts
from acctgate.render.page.account import account_details, account_summary
from acctgate.render.page.changes import Changes
from acctgate.render.page.environment import asset, environment
from acctgate.render.page.rules import Rules
from acctgate.render.page.texts import Texts, as_data
from acctgate.render.page.totals import OldSnapshots, Totals
from acctgate.render.page.trend import Trends, days_figure, score_of
from acctgate.version import __version__

_ROOM: Final = 2_780_000
"""Bytes for accounts. When they are used up, further accounts list only their rules by result, without values."""
_SHORT_ACCOUNT: Final = 2_400
"""Bytes of an account without values."""
_FLEET: Final = 1_000
"""The number of accounts that must fit into `_ROOM`."""
_FEW: Final = 3
"""Up to how many accounts are open at first."""
_SHOWN: Final = 20
"""Accounts that are listed; the others are folded."""
_MAX_NOTICES, _FEW_NOTICES = 50, 5
"""How many notices of a kind are listed, and up to how many are not folded."""
_MAX_NAMES: Final = 20
"""Accounts named for one kind of change since an earlier run."""
_MAX_CHOICES: Final = 200
_LONGEST_CHOICE: Final = 300
_VERDICTS: Final[tuple[Verdict, ...]] = ("fail", "unknown", "pass")
_FILTERS: Final = (
    ("verdict", words.VERDICT.capitalized, tuple(words.VERDICTS.items())),
    ("outcome", words.OUTCOME.capitalized, tuple(words.OUTCOMES.items())),
    ("level", words.LEVEL.capitalized, tuple(words.LEVELS.items())),
)


class _Account(NamedTuple):
    account: str | None
    day: str
    """When it was read, empty if not known. It tells the snapshots of one account apart."""
    verdict: Verdict
    summary: Markup
    details: Markup
    rank: tuple[int, ...]
    """The place among many accounts: the smallest comes first."""
    folder: str | None
    groups: tuple[str, ...]


class HtmlRenderer(Renderer):
    """`--format html`: the verdict comes first and needs all accounts, so the page is returned by `end`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._accounts: list[_Account] = []
        self._room, self._short = _ROOM, 0
        self._rules, self._texts = Rules(frame.rules), dict[str, str]()
        self._trends, self._changes, self._old = Trends(frame.rules), Changes(), OldSnapshots()
        self._totals = Totals()

    def account(self, report: AccountReport) -> str:
        """Collect the account's part of the page."""
        for part in (self._rules, self._trends, self._changes, self._old):
            part.add(report)
        score = score_of(report)
        self._totals.add(report, score)
        folder = _name(report.member.folder) if report.member and report.member.folder else None
        groups = tuple(map(_name, (*report.groups, *report.possible_groups)))
        parts = self._parts(report, score)
        day = (report.taken_at or "")[:10]
        self._accounts.append(_Account(report.account, day, report.verdict, *parts, _rank(report), folder, groups))
        return ""

    def end(self, summary: Summary) -> str:
        """Return the whole page."""
        figures, hidden_figures = self._trends.figures()
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                version=__version__,
                language=self.frame.language,
                style=asset("page.css"),
                script=asset("page.js"),
                texts=as_data(self._texts) if self._texts else "",
                summary=summary,
                verdict_title=Words(words.VERDICTS[summary.verdict].en.upper(), words.VERDICTS[summary.verdict].zh),
                totals=self._totals,
                changes=self._changes,
                max_notices=_MAX_NOTICES,
                few_notices=_FEW_NOTICES,
                since_parts=since_parts(summary.since) if summary.since else [],
                organization=organization_line(summary.organization) if summary.organization else None,
                max_names=_MAX_NAMES,
                figures=[*([days_figure(summary.days)] if summary.days else []), *figures],
                hidden_figures=hidden_figures,
                rules=self._rules.sorted(),
                filters=(*_FILTERS, *self._choices()),
                accounts=self._ranked(),
                short_accounts=self._short,
                few=len(self._accounts) <= _FEW,
                shown=_SHOWN,
                old_snapshots=self._old.notices,
                snapshots=Counter(account.account for account in self._accounts),
                judged_by=_judged_by(judged_by) if (judged_by := self.frame.judged_by) else None,
                frameworks=self._frameworks(summary),
                overrides=self.frame.overrides,
            )
        )

    def _frameworks(self, summary: Summary) -> list[tuple[FrameworkResult, Framework]]:
        frameworks = self.frame.frameworks
        return list(zip(framework_results(frameworks, summary), frameworks, strict=True))

    def _ranked(self) -> list[_Account]:
        """Return few accounts in the order of the input, many by rank."""
        return sorted(self._accounts, key=lambda account: account.rank if len(self._accounts) > FEW else ())

    def _choices(self) -> list[tuple[str, Words, list[tuple[str, Words]]]]:
        """Return the filters whose choices depend on the accounts: by rule, folder and group."""
        rules = [total.first.rule for total in self._rules.sorted() if total.found]
        folders = {above for account in self._accounts for above in _with_parents(account.folder or "")}
        groups = {group for account in self._accounts for group in account.groups}
        found = (("rule", words.RULE, rules), ("folder", words.FOLDER, folders), ("group", words.GROUP, groups))
        return [(name, column.capitalized, _same_words(choices)) for name, column, choices in found]

    def _parts(self, report: AccountReport, score: int | None) -> tuple[Markup, Markup]:
        """Return the line and what it folds: with values, if there is room for the accounts that may follow."""
        number, texts = self._rules.number, Texts(self.frame.language)
        parts = account_summary(report, score, whole=True), account_details(report, number, texts, whole=True)
        new = {text: other for text, other in texts.translations.items() if text not in self._texts}
        reserved = _SHORT_ACCOUNT * max(0, _FLEET - len(self._accounts) - 1)
        if _size("".join((*parts, *new.keys(), *new.values()))) > self._room - reserved:
            parts = account_summary(report, score, whole=False), account_details(report, number, texts, whole=False)
            new = {}
            self._short += 1
        self._texts |= new
        self._room -= _size("".join((*parts, *new.keys(), *new.values())))
        return parts


def _judged_by(judged_by: JudgedBy) -> Words:
    return Words(*(words.JUDGED_BY.of(language).format(judged_by.describe(language)) for language in LANGUAGES))


def _with_parents(folder: str) -> Iterator[str]:
    """Yield a folder and those that it is in, without the root."""
    while folder.strip("/"):
        yield folder
        folder = folder.rpartition("/")[0]


def _same_words(choices: Iterable[str]) -> list[tuple[str, Words]]:
    """Return names as choices: as in the attributes of accounts, and the same in every language."""
    return [(name, Words(name, name)) for name in map(_name, sorted(choices)[:_MAX_CHOICES])]


def _name(text: str) -> str:
    """Return a name as one printable line, the same in a filter's choices and in the attributes of accounts."""
    return without_commands(clean(text, _LONGEST_CHOICE))


def _rank(report: AccountReport) -> tuple[int, ...]:
    """Return an account's place: the verdict, then its mandatory violations by severity, then unknown rules."""
    blocking = [each for each in report.outcomes if each.binding]
    failed = Counter(each.severity for each in blocking if each.outcome == "fail")
    unknown = sum(each.outcome == "unknown" for each in blocking)
    return (_VERDICTS.index(report.verdict), *(-failed[severity] for severity in MOST_SEVERE_FIRST), -unknown)


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
