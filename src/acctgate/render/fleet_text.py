"""The summary of many accounts as text: the verdict, what changed, rules with their remediation, the worst accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from acctgate.inert_text import clean
from acctgate.model.outcome import MOST_SEVERE_FIRST
from acctgate.model.report import Summary
from acctgate.model.since import Since
from acctgate.render import words
from acctgate.render.base import Frame
from acctgate.render.findings import open_for
from acctgate.render.fleet import Fleet, RuleTotal, WorstAccount
from acctgate.render.headlines import first_names, more, since_parts
from acctgate.render.layout import Cell, Layout
from acctgate.render.words import LONGEST

_RULES: Final = 7
_REMEDIES: Final = 4
_WORST: Final = 5
_FOLDERS: Final = 4
_NAMES: Final = 3
_COLUMNS: Final = (words.RULE, words.SEVERITY, words.VIOLATED, words.OUTCOMES["unknown"])
_STYLES: Final = {words.GONE: "bold red", words.NEWLY_BLOCKED: "red", words.NEWLY_UNKNOWN: "yellow"}


def fleet_lines(fleet: Fleet, summary: Summary, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the lines behind the headline: controls, rules, remediation, the worst accounts, and folders."""
    for name, total in summary.frameworks.items():
        yield layout.paragraph(
            ("  ", ""), (clean(f"{name}{frame.say(words.COLON)}{frame.say(total.describe())}", LONGEST), ""), 4
        )
    if rules := fleet.rules():
        yield f"\n{layout.heading(frame.say(words.RULES_BY_ACCOUNTS))}"
        yield from layout.table(_header(rules, frame), [_rule(each, rules, frame) for each in rules[:_RULES]], fixed=1)
        yield from _more(layout, frame, len(rules) - _RULES)
    if violated := [total for total in rules if total.failing]:
        yield f"\n{layout.heading(frame.say(words.REMEDIATION.capitalized))}"
        shown = violated[:_REMEDIES]
        remedies = [((clean(each.rule), ""), (clean(frame.remediation(each.first)), "")) for each in shown]
        yield from layout.table(("", ""), remedies, fixed=1, indent=4)[-len(remedies) :]
        yield from _more(layout, frame, len(violated) - _REMEDIES)
    if worst := fleet.worst():
        yield f"\n{layout.heading(frame.say(words.WORST))}"
        rows = [_account(found, worst, frame) for found in worst[:_WORST]]
        yield from layout.table(_worst_header(worst, frame), rows, fixed=1)
    yield from _folders(fleet, layout, frame)
    yield ""
    if not frame.verbose:
        yield from (layout.indented(frame.say(words.HINT), "dim", 2), "")


def since_lines(since: Since, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield what changed since an earlier run. Accounts that are gone come first."""
    when = frame.say(words.IN_PARENTHESES).format(since.judged_at) if since.judged_at else ""
    yield layout.heading(clean(frame.say(words.SINCE).format(since.source) + when, LONGEST))
    parts = since_parts(since)
    if not parts:
        yield layout.indented(frame.say(words.NO_CHANGE), "dim", 4)
    for title, names in parts:
        sign = "!! " if title == words.GONE else ""
        listed = first_names((clean(name, LONGEST) for name in names[:_NAMES]), len(names), frame.language)
        text = f"{sign}{len(names):,} {frame.say(title)}{frame.say(words.COLON)}{listed}"
        yield layout.paragraph(("    ", ""), (text, _STYLES.get(title, "")), 6)


def _more(layout: Layout, frame: Frame, count: int) -> Iterator[str]:
    if count > 0:
        yield layout.indented(frame.say(more(count)), "dim", 4)


def _header(rules: Sequence[RuleTotal], frame: Frame) -> list[str]:
    oldest = [words.OLDEST] if any(total.open_since for total in rules) else []
    return [frame.say(each) for each in (*_COLUMNS, *oldest)]


def _rule(total: RuleTotal, rules: Sequence[RuleTotal], frame: Frame) -> tuple[Cell, ...]:
    cells: list[Cell] = [
        (clean(total.rule), "bold"),
        (frame.say(words.SEVERITIES[total.severity]), ""),
        (f"{total.failing:,}" if total.failing else "–", "red" if total.failing else ""),
        (f"{total.unknown:,}" if total.unknown else "–", "yellow" if total.unknown else ""),
    ]
    if any(each.open_since for each in rules):
        cells.append((frame.say(open_for(total.open_since, frame.judged_at) or "–"), ""))
    return tuple(cells)


def _worst_header(worst: Sequence[WorstAccount], frame: Frame) -> list[str]:
    folder = [words.FOLDER] if any(each.folder for each in worst) else []
    return [frame.say(each) for each in (words.ACCOUNT, *folder, words.VIOLATIONS)]


def _account(found: WorstAccount, worst: Sequence[WorstAccount], frame: Frame) -> tuple[Cell, ...]:
    name = clean(found.account or frame.say(words.UNKNOWN_ID), 40)
    counts = [
        f"{count} {frame.say(words.SEVERITIES[severity])}"
        for severity, count in zip(MOST_SEVERE_FIRST, found.failing, strict=True)
        if count
    ]
    counts += [f"{found.unknown} {frame.say(words.OUTCOMES['unknown'])}"] if found.unknown else []
    folder: list[Cell] = [(clean(found.folder or "–", 60), "")] if any(each.folder for each in worst) else []
    alias = f"{clean(found.alias, 40)} " if found.alias else ""
    text = frame.say(words.SEPARATOR).join(counts)
    return ((f"{alias}{name}", "bold"), *folder, (text, "red" if any(found.failing) else "yellow"))


def _folders(fleet: Fleet, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the folders with the most accounts that do not pass, in one paragraph."""
    failing = {folder: fleet.folders[folder, "fail"] for folder, _ in fleet.folders}
    worst = sorted((folder for folder in failing if failing[folder]), key=lambda folder: (-failing[folder], folder))
    if worst:
        found = (f"{clean(folder, 60)} {failing[folder]:,}" for folder in worst[:_FOLDERS])
        text = frame.say(words.BY_FOLDER) + first_names(found, len(worst), frame.language)
        yield layout.paragraph(("  ", ""), (text, ""), 4)
