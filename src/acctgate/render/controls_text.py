"""The controls of frameworks as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from acctgate.frameworks.framework import Control
from acctgate.inert_text import clean
from acctgate.model.control import ControlReport, FrameworkReport
from acctgate.model.outcome import WORST_FIRST, Result
from acctgate.render import words
from acctgate.render.base import Frame
from acctgate.render.headlines import counted
from acctgate.render.layout import Cell, Layout
from acctgate.render.words import LONGEST

_COLUMNS: Final = (words.NO_NAME, words.CONTROL, words.TITLE, words.REASON)
NEED_NO_ATTENTION: Final[tuple[Result, ...]] = ("pass", "skipped")
_STYLES: Final[dict[Result, str]] = {"fail": "red", "unknown": "yellow", "waived": "dim"}
"""The controls that are listed with a reason, and the style of their signs."""


def framework_lines(report: FrameworkReport, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the controls of one framework: those that do not pass with their reasons, then the others."""
    framework = {each.id: each for each in frame.frameworks}[report.framework]
    controls = {control.id: control for control in framework.controls}
    name = frame.say(words.IN_PARENTHESES).format(framework.id)
    yield f"\n{layout.heading(frame.say(framework.title) + name)}"
    ordered = sorted(report.controls, key=lambda each: WORST_FIRST.index(each.outcome))
    shown = [each for each in ordered if each.outcome in _STYLES]
    rows = [_row(each, frame.say(controls[each.id].title), frame.say(each.reason)) for each in shown]
    if rows:
        yield from layout.table(list(map(frame.say, _COLUMNS)), rows, fixed=2)
    for result in NEED_NO_ATTENTION:
        names = [_with_limits(controls[each.id]) for each in report.controls if each.outcome == result]
        if names:
            label = frame.say(counted(words.OUTCOMES[result].capitalized, len(names)))
            yield layout.labelled(f"  {label}{frame.say(words.COLON)}", ", ".join(names))


def not_covered_lines(layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the controls of each framework that acctgate cannot judge, and the parts of others."""
    colon = frame.say(words.COLON)
    for framework in frame.frameworks:
        names = [control.id for control in framework.controls if not control.covered]
        label = frame.say(counted(words.NOT_COVERED, len(names)))
        yield layout.labelled(f"{framework.id}{colon}{label}{colon}", ", ".join(names))
        for control in framework.covered:
            if control.not_judged:
                label = frame.say(words.NOT_JUDGED_IN).format(f"{control.id}*")
                yield layout.labelled(f"{framework.id}{colon}{label}{colon}", control.not_judged)


def _with_limits(control: Control) -> str:
    """Return the id of a control, with an asterisk if a part of it is not judged."""
    return f"{control.id}*" if control.not_judged else control.id


def _row(report: ControlReport, title: str, reason: str) -> tuple[Cell, ...]:
    return (
        (words.SIGNS[report.outcome], _STYLES[report.outcome]),
        (report.id, "bold"),
        (title, ""),
        (clean(reason, LONGEST), ""),
    )
