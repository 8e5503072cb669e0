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
from acctgate.language import Words
from acctgate.model.control_result import FrameworkResult
from acctgate.model.judged_by import JudgedBy
from acctgate.model.outcome import Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean, without_commands
from acctgate.render.base import Frame, Renderer
from acctgate.render.fleet import FEW, SEVERITIES
from acctgate.render.fleet_words import since_parts
from acctgate.render.framework_results import framework_results
from acctgate.render.page import texts
from acctgate.render.page.account import account_details
from acctgate.render.page.changes import Changes
from acctgate.render.page.environment import asset, environment
from acctgate.render.page.rules import Rules
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
"""Accounts that come before the others, which are folded."""
_MAX_WAIVERS: Final = 50
_MAX_NAMES: Final = 20
"""Accounts named for one kind of change since an earlier run."""
_MAX_CHOICES: Final = 200
_LONGEST_CHOICE: Final = 300
_VERDICTS: Final[tuple[Verdict, ...]] = ("fail", "unknown", "pass")
_FILTERS: Final = (
    ("verdict", texts.VERDICT, tuple(texts.VERDICTS.items())),
    ("outcome", texts.OUTCOME, tuple((name, texts.OUTCOMES[name]) for name in texts.ORDER)),
    ("level", texts.LEVEL, tuple(texts.LEVELS.items())),
)


class _Account(NamedTuple):
    verdict: Verdict
    details: Markup
    rank: tuple[int, ...]
    """The place among many accounts: the smallest comes first."""
    folder: str | None
    groups: tuple[str, ...]


class _Latest(NamedTuple):
    verdict: Verdict
    outcomes: Counter[tuple[Result, bool]]
    """The number of each result, of rules that block and of those that do not."""
    score: int | None


class _OldSnapshots:
    """The notices about old snapshots."""

    def __init__(self) -> None:
        self.notices, self.hidden = list[str](), 0

    def add(self, report: AccountReport) -> None:
        """Add an account's notice, if it has one. Only the first ones are shown."""
        if report.age_notice is None:
            return
        if len(self.notices) < _MAX_WAIVERS:
            self.notices.append(f"account {report.account or 'unknown'}: {report.age_notice}")
        else:
            self.hidden += 1


class HtmlRenderer(Renderer):
    """`--format html`: the verdict comes first and needs all accounts, so the page is returned by `end`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._accounts: list[_Account] = []
        self._room, self._short = _ROOM, 0
        self._rules = Rules(frame.rules)
        self._trends, self._changes, self._old = Trends(frame.rules), Changes(), _OldSnapshots()
        self._latest: dict[str | int, _Latest] = {}
        """The latest snapshot of each account. An account without an id has the number of its part as key."""

    def account(self, report: AccountReport) -> str:
        """Collect the account's part of the page."""
        for part in (self._rules, self._trends, self._changes, self._old):
            part.add(report)
        score = score_of(report)
        outcomes = Counter((each.outcome, each.binding) for each in report.outcomes)
        self._latest[len(self._accounts) if report.account is None else report.account] = _Latest(
            report.verdict, outcomes, score
        )
        folder = _name(report.member.folder) if report.member and report.member.folder else None
        groups = tuple(map(_name, (*report.groups, *report.possible_groups)))
        self._accounts.append(_Account(report.verdict, self._details(report, score), _rank(report), folder, groups))
        return ""

    def end(self, summary: Summary) -> str:
        """Return the whole page."""
        style, style_hash = asset("page.css")
        script, script_hash = asset("page.js")
        figures, hidden_figures = self._trends.figures()
        few = len(self._accounts) <= _FEW
        return (
            environment()
            .get_template("page.html.j2")
            .render(
                version=__version__,
                language=self.frame.language,
                style=style,
                style_hash=style_hash,
                script=script,
                script_hash=script_hash,
                summary=summary,
                verdicts=Counter(latest.verdict for latest in self._latest.values()),
                counts=sum((latest.outcomes for latest in self._latest.values()), Counter()),
                lowest_score=min(
                    (each.score for each in self._latest.values() if each.score is not None), default=None
                ),
                changes=self._changes,
                max_waivers=_MAX_WAIVERS,
                since_parts=since_parts(summary.since) if summary.since else [],
                max_names=_MAX_NAMES,
                figures=[*([days_figure(summary.days)] if summary.days else []), *figures],
                hidden_figures=hidden_figures,
                rules=self._rules.sorted(),
                filters=(*_FILTERS, *self._choices()),
                accounts=self._ranked(),
                short_accounts=self._short,
                few=few,
                shown=_SHOWN,
                old_snapshots=self._old,
                judged_by=_judged_by(judged_by) if (judged_by := self.frame.judged_by) else None,
                frameworks=self._frameworks(summary),
                overrides=self.frame.judged_by.policy.overrides if self.frame.judged_by else (),
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
        found = (("rule", texts.RULE, rules), ("folder", texts.FOLDER, folders), ("group", texts.GROUP, groups))
        return [(name, words, _same_words(choices)) for name, words, choices in found]

    def _details(self, report: AccountReport, score: int | None) -> Markup:
        """Return the account's part with values, if there is room for it and for the accounts that may follow."""
        details = account_details(report, score, self._rules.number, whole=True)
        reserved = _SHORT_ACCOUNT * max(0, _FLEET - len(self._accounts) - 1)
        if _size(details) > self._room - reserved:
            details = account_details(report, score, self._rules.number, whole=False)
            self._short += 1
        self._room -= _size(details)
        return details


def _judged_by(judged_by: JudgedBy) -> Words:
    return Words(judged_by.describe("en"), judged_by.describe("zh"))


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
    return (_VERDICTS.index(report.verdict), *(-failed[severity] for severity in SEVERITIES), -unknown)


def _size(text: str) -> int:
    return len(text.encode(errors="replace"))
