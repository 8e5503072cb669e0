"""Text for people: the verdict first, then what blocks and how to fix it, then the rest in short."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Final

from acctgate.inert_text import clean
from acctgate.model.organization import SHOWN
from acctgate.model.report import AccountReport, Summary
from acctgate.render import words
from acctgate.render.account_text import AccountText, verdict_line
from acctgate.render.base import Frame, Renderer
from acctgate.render.controls_text import not_covered_lines
from acctgate.render.fleet import FEW, Fleet
from acctgate.render.fleet_text import fleet_lines, since_lines
from acctgate.render.headlines import counted, fleet_headline, organization_line, totals
from acctgate.render.layout import Layout
from acctgate.render.words import LONGEST

_NOT_READ: Final = 8
"""How many of the accounts that were not read are named, unless each account is shown."""


class TextRenderer(Renderer):
    """`--format text`."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self._layout = Layout(frame.width, frame.color)
        self._detail = AccountText(self._layout, frame)
        self._fleet, self._first = Fleet(), list[str]()

    def account(self, report: AccountReport) -> str:
        """Return the account in detail with `verbose`. Otherwise `end` decides by the number of accounts."""
        self._fleet.add(report)
        if self.frame.verbose:
            return _text(self._account(report))
        if self._fleet.count <= FEW:
            self._first += self._account(report)
        return ""

    def merge(self, fleet: Fleet) -> None:
        """Add the totals of accounts that follow the first few: `end` shows nothing else of them."""
        self._fleet.merge(fleet)

    def end(self, summary: Summary) -> str:
        """Return few accounts in detail, or the summary of many; then what changed, waivers and the totals."""
        parts = (
            self._few(summary) if self._fleet.count <= FEW else self._many(summary),
            not_covered_lines(self._layout, self.frame),
            self._waivers(summary),
            self._totals(summary),
            self._judged_by(),
        )
        return _text(chain.from_iterable(parts))

    def _account(self, report: AccountReport) -> list[str]:
        return [*self._detail.lines(report), ""]

    def _few(self, summary: Summary) -> Iterator[str]:
        yield from self._first
        if summary.since:
            yield from (*since_lines(summary.since, self._layout, self.frame), "")

    def _many(self, summary: Summary) -> Iterator[str]:
        headline = fleet_headline(self._fleet.verdicts, summary, self.frame.language)
        yield verdict_line(summary.verdict, headline, self._layout, self.frame)
        if summary.since:
            yield from ("", *since_lines(summary.since, self._layout, self.frame))
        yield from fleet_lines(self._fleet, summary, self._layout, self.frame)

    def _waivers(self, summary: Summary) -> Iterator[str]:
        if summary.waivers:
            yield self._layout.heading(self.frame.say(counted(words.WAIVERS, len(summary.waivers))))
            yield from (
                self._layout.warning(clean(self.frame.say(notice.located), LONGEST)) for notice in summary.waivers
            )
            yield ""

    def _totals(self, summary: Summary) -> Iterator[str]:
        if self._fleet.count <= FEW and summary.snapshots > 1:
            yield verdict_line(summary.verdict, totals(summary, self.frame.language), self._layout, self.frame)
        if summary.organization is not None:
            shown = SHOWN if self.frame.verbose else _NOT_READ
            text = self.frame.say(organization_line(summary.organization, shown))
            yield self._layout.paragraph(("", ""), (text, ""), 2)

    def _judged_by(self) -> Iterator[str]:
        if judged_by := self.frame.judged_by:
            text = self.frame.say(words.JUDGED_BY).format(judged_by.describe(self.frame.language))
            yield self._layout.paragraph(("", ""), (clean(text, LONGEST), "dim"), 2)
        for override in self.frame.overrides:
            yield self._layout.warning(clean(override, LONGEST))


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
