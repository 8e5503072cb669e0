"""Totals: those over the parts of a fleet add up to those over the whole, whatever the parts are."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from acctgate.cli.support.totals import Totals
from acctgate.evaluate.pipeline import evaluate
from acctgate.model.member import Member
from acctgate.model.report import AccountReport
from acctgate.render import Frame, Renderer, renderer
from acctgate.sources.raw_snapshot import unreadable
from tests.support import NOW
from tests.support.reports import CASES


def _kinds() -> Iterator[AccountReport]:
    """Yield reports of many kinds: with every verdict, unread, old, with a folder, and with another severity."""
    snapshots, policy = CASES["fleet"]()
    for report in evaluate([*snapshots, unreadable("a.ndjson:7: invalid JSON")], policy, NOW):
        yield report
        yield replace(report, account=None, age_notice="the snapshot is 9 days old")
        yield replace(report, not_read="GetCallerIdentity failed", member=Member(folder="/prod"))
        severe = (replace(each, severity="critical", open_since="2026-11-01T00:00:00Z") for each in report.outcomes)
        yield replace(report, alias="severe", outcomes=tuple(severe), member=Member(folder="/dev"))


KINDS = tuple(_kinds())


@given(
    st.lists(st.tuples(st.sampled_from(KINDS), st.none() | st.integers(0, 60)), max_size=60),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_parts_add_up_to_the_whole(found: Sequence[tuple[AccountReport, int | None]], cuts: Sequence[int]) -> None:
    reports = [each if number is None else replace(each, account=f"{number:016}") for each, number in found]
    whole, merged = Totals.of(reports), Totals.of(())
    for start, end in pairwise([0, *sorted(cuts), len(reports)]):
        part: Totals = pickle.loads(pickle.dumps(Totals.of(reports[start:end])))
        merged.status.merge(part.status)
        merged.summary.merge(part.summary)
        merged.fleet.merge(part.fleet)
    assert merged.summary == whole.summary
    verdict = whole.summary.verdict
    assert (merged.status.read, merged.status.code(verdict)) == (whole.status.read, whole.status.code(verdict))
    assert merged.status.message(verdict) == whole.status.message(verdict)
    assert merged.fleet.worst() == whole.fleet.worst()
    assert [vars(each) | {"first": None} for each in merged.fleet.rules()] == [
        vars(each) | {"first": None} for each in whole.fleet.rules()
    ]


@given(st.lists(st.sampled_from(KINDS), min_size=6, max_size=60), st.integers(6, 60))
def test_text_shows_the_same_with_totals_after_a_few_reports(reports: Sequence[AccountReport], few: int) -> None:
    whole, parts = renderer("text", Frame()), renderer("text", Frame())
    summary = Totals.of(reports).summary
    assert not any(map(whole.account, reports))
    assert not any(map(parts.account, reports[:few]))
    parts.merge(Totals.of(reports[few:]).fleet)
    assert parts.end(summary) == whole.end(summary)


def test_only_text_shows_totals_without_reports() -> None:
    assert type(renderer("text")).merge is not Renderer.merge
    assert type(renderer("markdown")).merge is Renderer.merge
