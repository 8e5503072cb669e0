"""The page's trend of accounts with several snapshots: values and violations as plots, and rules that changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from acctgate.language import Words
from acctgate.model.outcome import WORST_FIRST, Result
from acctgate.model.report import AccountReport
from acctgate.model.since import Day
from acctgate.render import words
from acctgate.render.page.environment import macros
from acctgate.rules import BUILT_IN
from acctgate.rules.base import Rule

_ROOM: Final = 40_000
"""Characters for plots. When they are used up, further accounts are counted, not plotted."""
_POINTS: Final = 60
"""Only the latest snapshots of an account are plotted."""
_MAX_LABELS, _MAX_DAYS = 20, 6
"""Numbers and days that have room below a plot."""


class Point(NamedTuple):
    """One snapshot of an account."""

    number: int
    day: str
    """When the account was read, empty if not known."""
    values: tuple[int | None, ...]
    """The value of each plotted rule, None if it is unknown."""
    failed: int
    unknown: int


class Plot(NamedTuple):
    """The values of one rule's setting over time."""

    title: Words
    low: int
    high: int
    values: tuple[int | None, ...]
    """One for each point."""

    def part(self, value: int) -> float:
        """Return where a value is between the lowest (0) and the highest (1)."""
        return (value - self.low) / max(1, self.high - self.low)

    @property
    def marks(self) -> list[tuple[int, float]]:
        """The grid lines: value and height."""
        return [(mark, self.part(mark)) for mark in _marks(self.low, self.high)]


class Scale(NamedTuple):
    """The size of a plot in pixels, and where its values are."""

    points: int
    width: int = 480
    height: int = 140
    left: int = 34
    top: int = 10
    bottom: int = 22

    def x(self, index: int) -> float:
        """Return the middle of a point's share of the width."""
        return round(self.left + (index + 0.5) * (self.width - self.left) / self.points, 1)

    def y(self, part: float) -> float:
        """Return the height of a value between 0 (bottom) and 1 (top)."""
        return round(self.top + (1 - part) * (self.height - self.top - self.bottom), 1)

    @property
    def bar(self) -> float:
        """The width of a bar."""
        return round(min(36.0, 0.7 * (self.width - self.left) / self.points), 1)

    def label_step(self, days: bool) -> int:
        """Return the distance of labelled points, so that labels do not overlap."""
        return -(-self.points // (_MAX_DAYS if days else _MAX_LABELS))


class _AccountTrend:
    """The snapshots of one account."""

    def __init__(self, name: str, plotted: Sequence[Rule[Any]]) -> None:
        self.name = name
        self._plotted = plotted
        self.points: list[Point] = []
        self.count = 0
        self._previous: dict[str, Result] = {}
        self._latest: dict[str, Result] = {}

    def add(self, report: AccountReport) -> None:
        self.count += 1
        self._previous, self._latest = self._latest, _worst_results(report)
        binding = [outcome.outcome for outcome in report.outcomes if outcome.binding]
        day = (report.taken_at or "")[:16].replace("T", " ")
        values = tuple(_value(report, rule) for rule in self._plotted)
        point = Point(self.count, day, values, binding.count("fail"), binding.count("unknown"))
        self.points = [*self.points, point][-_POINTS:]

    def figure(self, number: int) -> Markup:
        name = Words(self.name, self.name)
        return _figure(number, name, self.points, words.BLOCKING_RULES, self.flips(), self.plots())

    def plots(self) -> list[Plot]:
        """Return a plot for each rule of which a value is known."""
        columns = zip(self._plotted, zip(*(point.values for point in self.points), strict=True), strict=True)
        return [
            Plot(Words(rule.title, rule.text("zh").title), *rule.plot_range, values)
            for rule, values in columns
            if rule.plot_range is not None and any(value is not None for value in values)
        ]

    def flips(self) -> list[tuple[str, Words, list[str]]]:
        """Return the rules that changed between the last two snapshots, with a sign and a title."""
        findings = ("fail", "unknown")
        before, after = self._previous, self._latest
        worse = [rule for rule in after if after[rule] in findings and before.get(rule) == "pass"]
        better = [rule for rule in after if after[rule] == "pass" and before.get(rule) in findings]
        flips = (("▼", words.NO_LONGER_PASSING, worse), ("▲", words.PASSING_AGAIN, better))
        return [flip for flip in flips if flip[2]]


class Trends:
    """Collects the snapshots of each account, and plots accounts with more than one."""

    def __init__(self, rules: Iterable[Rule[Any]]) -> None:
        self._accounts: dict[str, _AccountTrend] = {}
        self._plotted = [rule for rule in rules if rule.plot_range is not None]

    def add(self, report: AccountReport) -> None:
        """Add one snapshot."""
        if report.account is None:
            return
        if report.account not in self._accounts:
            self._accounts[report.account] = _AccountTrend(f"{report.alias or ''} {report.account}", self._plotted)
        self._accounts[report.account].add(report)

    def figures(self) -> tuple[list[Markup], int]:
        """Return a figure for each account with a trend, and how many do not fit."""
        trends = [trend for trend in self._accounts.values() if trend.count > 1]
        figures: list[Markup] = []
        room = _ROOM
        for number, trend in enumerate(trends, 1):
            if room <= 0:
                break
            figures.append(trend.figure(number))
            room -= len(figures[-1])
        return figures, len(trends) - len(figures)


_SCORE: Final = BUILT_IN["security-score"]


def score_of(report: AccountReport) -> int | None:
    """Return the account's security score, None if it is unknown."""
    return _value(report, _SCORE)


def _value(report: AccountReport, rule: Rule[Any]) -> int | None:
    """Return the value that is plotted for a rule, None if it is unknown."""
    return rule.plotted_value(next((each.actual for each in report.outcomes if each.rule == rule.id), None))


def _worst_results(report: AccountReport) -> dict[str, Result]:
    """Return the result of each rule; of several compliance packs, the worst."""
    found: dict[str, Result] = {}
    for outcome in report.outcomes:
        known = found.get(outcome.rule, outcome.outcome)
        found[outcome.rule] = min(known, outcome.outcome, key=WORST_FIRST.index)
    return found


def days_figure(days: Sequence[Day]) -> Markup:
    """Return a figure of how many accounts were blocked or unknown on each day of a history."""
    points = [Point(number, day.day, (), day.blocked, day.unknown) for number, day in enumerate(days, 1)][-_POINTS:]
    return _figure(0, words.HISTORY, points, words.ACCOUNTS_BY_DAY)


def _figure(
    number: int,
    name: Words,
    points: Sequence[Point],
    counted: Words,
    flips: Sequence[tuple[str, Words, list[str]]] = (),
    plots: Sequence[Plot] = (),
) -> Markup:
    highest = max(1, *(point.failed + point.unknown for point in points))
    marks = [(mark, mark / highest) for mark in _marks(0, highest)]
    figure: Markup = macros("trend.html.j2").figure(  # type: ignore[attr-defined]
        number, name, flips, points, plots, Scale(len(points)), highest, marks, counted
    )
    return figure


def _marks(low: int, high: int) -> Sequence[int]:
    """Return the values of the grid lines: the lowest, the highest, and the middle if it is a whole number."""
    return (low, high) if (low + high) % 2 else (low, (low + high) // 2, high)
