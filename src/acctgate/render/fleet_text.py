"""The summary of many accounts as text: the verdict, what changed, rules with their remediation, the worst accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from acctgate.model.report import Summary
from acctgate.model.since import Since
from acctgate.redact import clean
from acctgate.render import fleet_words, words
from acctgate.render.base import Frame
from acctgate.render.findings import open_for
from acctgate.render.fleet import SEVERITIES, Fleet, RuleTotal, WorstAccount
from acctgate.render.layout import Cell, Layout
from acctgate.render.page import texts

_RULES: Final = 8
_REMEDIES: Final = 5
_WORST: Final = 6
_FOLDERS: Final = 4
_NAMES: Final = 3
_LONGEST: Final = 300
"""Characters of a text from outside."""
_STYLES: Final = {texts.GONE: "bold red", texts.NEWLY_BLOCKED: "red", texts.NEWLY_UNKNOWN: "yellow"}


def fleet_lines(fleet: Fleet, summary: Summary, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the lines behind the headline: controls, rules, remediation, the worst accounts, and folders."""
    for name, total in summary.frameworks.items():
        yield layout.paragraph(("  ", ""), (clean(f"{name}: {total.describe()}", _LONGEST), ""), 4)
    if rules := fleet.rules():
        yield f"\n{_heading(layout, frame.say(fleet_words.RULES))}"
        yield from layout.table(_header(rules, frame), [_rule(each, rules, frame) for each in rules[:_RULES]], fixed=1)
        yield from _more(layout, frame, len(rules) - _RULES)
    if violated := [total for total in rules if total.failing]:
        yield f"\n{_heading(layout, frame.say(words.REMEDIATION))}"
        shown = violated[:_REMEDIES]
        remedies = [((clean(each.rule), ""), (clean(frame.remediation(each.first)), "")) for each in shown]
        yield from layout.table(("", ""), remedies, fixed=1, indent=4)[-len(remedies) :]
        yield from _more(layout, frame, len(violated) - _REMEDIES)
    if worst := fleet.worst():
        yield f"\n{_heading(layout, frame.say(fleet_words.WORST))}"
        rows = [_account(found, worst, frame) for found in worst[:_WORST]]
        yield from layout.table(_worst_header(worst, frame), rows, fixed=1)
    yield from _folders(fleet, layout, frame)
    yield ""
    if not frame.verbose:
        yield from (layout.paragraph(("  ", ""), (frame.say(fleet_words.HINT), "dim"), 2), "")


def since_lines(since: Since, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield what changed since an earlier run. Accounts that are gone come first."""
    source = f"{since.source} ({since.judged_at})" if since.judged_at else since.source
    yield f"\n{_heading(layout, clean(frame.say(fleet_words.SINCE).format(source), _LONGEST))}"
    parts = fleet_words.since_parts(since)
    if not parts:
        yield layout.paragraph(("    ", ""), (frame.say(texts.NO_CHANGE), "dim"), 4)
    for title, names in parts:
        sign = "!! " if title == texts.GONE else ""
        text = f"{sign}{len(names):,} {frame.say(title)}{frame.say(texts.COLON)}{_listed(names, frame)}"
        yield layout.paragraph(("    ", ""), (text, _STYLES.get(title, "")), 6)


def _listed(names: Sequence[str], frame: Frame) -> str:
    more = f" {frame.say(fleet_words.MORE).format(f'{len(names) - _NAMES:,}')}" if len(names) > _NAMES else ""
    return ", ".join(clean(name, _LONGEST) for name in names[:_NAMES]) + more


def _heading(layout: Layout, text: str) -> str:
    return f"  {layout.paint(text, 'bold')}"


def _more(layout: Layout, frame: Frame, count: int) -> Iterator[str]:
    if count > 0:
        text = frame.say(fleet_words.MORE).format(f"{count:,}")
        yield layout.paragraph(("    ", ""), (text, "dim"), 4)


def _header(rules: Sequence[RuleTotal], frame: Frame) -> list[str]:
    oldest = [fleet_words.OLDEST] if any(total.open_since for total in rules) else []
    return [frame.say(each) for each in (*fleet_words.RULE_HEADER, *oldest)]


def _rule(total: RuleTotal, rules: Sequence[RuleTotal], frame: Frame) -> tuple[Cell, ...]:
    cells: list[Cell] = [
        (clean(total.rule), "bold"),
        (frame.say(texts.SEVERITIES[total.severity]), ""),
        (f"{total.failing:,}" if total.failing else "–", "red" if total.failing else ""),
        (f"{total.unknown:,}" if total.unknown else "–", "yellow" if total.unknown else ""),
    ]
    if any(each.open_since for each in rules):
        judged_at = frame.judged_by.judged_at if frame.judged_by else None
        cells.append((open_for(total.open_since, judged_at) or "–", ""))
    return tuple(cells)


def _worst_header(worst: Sequence[WorstAccount], frame: Frame) -> list[str]:
    folder = [fleet_words.FOLDER] if any(each.folder for each in worst) else []
    return [frame.say(each) for each in (fleet_words.ACCOUNT, *folder, fleet_words.VIOLATIONS)]


def _account(found: WorstAccount, worst: Sequence[WorstAccount], frame: Frame) -> tuple[Cell, ...]:
    name = clean(found.account or frame.say(words.UNKNOWN_ACCOUNT), 40)
    counts = [
        f"{count} {frame.say(texts.SEVERITIES[severity])}"
        for severity, count in zip(SEVERITIES, found.failing, strict=True)
        if count
    ]
    counts += [f"{found.unknown} {frame.say(texts.OUTCOMES['unknown'])}"] if found.unknown else []
    folder: list[Cell] = [(clean(found.folder or "–", 60), "")] if any(each.folder for each in worst) else []
    alias = f"{clean(found.alias, 40)} " if found.alias else ""
    return ((f"{alias}{name}", "bold"), *folder, (", ".join(counts), "red" if any(found.failing) else "yellow"))


def _folders(fleet: Fleet, layout: Layout, frame: Frame) -> Iterator[str]:
    """Yield the folders with the most accounts that do not pass, in one paragraph."""
    failing = {folder: fleet.folders[folder, "fail"] for folder, _ in fleet.folders}
    worst = sorted((folder for folder in failing if failing[folder]), key=lambda folder: (-failing[folder], folder))
    if worst:
        found = [f"{clean(folder, 60)} {failing[folder]:,}" for folder in worst[:_FOLDERS]]
        more = frame.say(fleet_words.MORE).format(f"{len(worst) - _FOLDERS:,}") if len(worst) > _FOLDERS else ""
        text = f"{frame.say(fleet_words.BY_FOLDER)}{', '.join(found)} {more}".rstrip()
        yield layout.paragraph(("  ", ""), (text, ""), 4)
