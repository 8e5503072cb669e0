"""Explain one outcome of a report: the value, where it is, what the plan does to it, and what the policy asks for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from acctgate.inert_text import clean
from acctgate.language import Language, Words, fill, in_language
from acctgate.model.diff import SettingChange
from acctgate.model.outcome import Outcome
from acctgate.model.report import AccountReport
from acctgate.policy import Policy
from acctgate.policy.waiver import Waiver
from acctgate.policy.yaml_flow import dump
from acctgate.render import words
from acctgate.rules.base import RuleEntry

_LONGEST: Final = 2_000
"""Characters of a text from outside."""
_VALUE: Final = Words("value", "取值")
_PATH: Final = Words("path", "路径")
_PLAN: Final = Words("plan", "计划")
_PROGRAM: Final = Words("program", "程序")
_POLICY: Final = Words("policy", "策略")
_NO_POLICY: Final = Words(
    "the policy that judged is not in this folder; name it with --policy",
    "此目录中没有作出判定的策略；请用 --policy 指定",
)
_NO_ENTRY: Final = Words("has no entry for this rule", "没有此规则的条目")
_COMPARED: Final = Words("compared", "比较")
_WAIVER: Final = Words("waiver", "豁免")
_UNTIL: Final = Words("{}, until {}: {}", "{}，至 {}：{}")
_SCOPED: Final = Words("{}: {}{}", "{}：{}{}")
_TICKET: Final = Words("; ticket {}", "；工单 {}")
_NOTE: Final = Words("; {}", "；{}")
WAIVERS: Final = Words("Waivers:", "豁免：")
_LABEL_WIDTH: Final = 12
"""Columns of a label with the blanks after it."""


class Explained(NamedTuple):
    """An outcome, and the account that it is of."""

    report: AccountReport
    outcome: Outcome


def find_outcomes(accounts: Iterable[AccountReport], rule: str, account: str | None) -> list[Explained]:
    """Return the outcomes of a rule, of one account (an ID or an alias) or of all."""
    chosen = [each for each in accounts if account is None or account in (each.account, each.alias)]
    return [Explained(each, outcome) for each in chosen for outcome in each.outcomes if outcome.rule == rule]


def explain_outcome(found: Explained, policy: Policy | None, language: Language) -> str:
    """Return the explanation for the terminal. `policy` is the one that judged, None if it is not here."""
    report, outcome = found
    name = report.account or report.alias or words.UNKNOWN_ID.of(language)
    rank = words.LEVELS[outcome.level].of(language), words.SEVERITIES[outcome.severity].of(language)
    shown = words.IN_PARENTHESES.of(language).format(words.SEPARATOR.of(language).join(rank))
    result = f"{words.OUTCOMES[outcome.outcome].of(language)}{shown}"
    lines = [clean(words.COLON.of(language).join((name, outcome.rule, result)), _LONGEST)]
    lines += [f"  {_padded(label.of(language))}{text}" for label, text in _facts(report, outcome, policy, language)]
    return "\n".join(lines) + "\n"


def _facts(
    report: AccountReport, outcome: Outcome, policy: Policy | None, language: Language
) -> Iterator[tuple[Words, str]]:
    yield _VALUE, clean(json.dumps(outcome.actual, ensure_ascii=False), _LONGEST)
    yield _PATH, clean(outcome.setting, _LONGEST)
    for change in report.diff.settings if report.diff else ():
        if change.setting == outcome.setting or change.rule == outcome.rule:
            yield _PLAN, _change(change, language)
    if outcome.place:
        yield _PROGRAM, clean(str(outcome.place), _LONGEST)
    entry = policy.rules.get(outcome.rule) if policy else None
    yield _POLICY, _policy_line(outcome, policy, entry, language)
    yield words.EXPECTED, clean(in_language(outcome.expected, language), _LONGEST)
    for text in _comparisons(outcome.actual, entry):
        yield _COMPARED, text
    yield words.MESSAGE, clean(in_language(outcome.message, language), _LONGEST)
    if note := outcome.waiver:
        waiver = fill(_UNTIL, note.owner, note.expires, note.tracked_reason)
        yield _WAIVER, clean(in_language(waiver, language), _LONGEST)
    if outcome.outcome in ("fail", "unknown", "waived"):
        yield words.REMEDIATION, clean(_remediation(outcome, policy, language), _LONGEST)


def _change(change: SettingChange, language: Language) -> str:
    before, after = (json.dumps(value, ensure_ascii=False) for value in (change.before, change.after))
    note = _NOTE.of(language).format(in_language(change.note, language)) if change.note else ""
    direction = words.IN_PARENTHESES.of(language).format(words.DIRECTIONS[change.direction].words.of(language))
    return clean(f"{before} → {after}{direction}{note}", _LONGEST)


def _policy_line(outcome: Outcome, policy: Policy | None, entry: RuleEntry | None, language: Language) -> str:
    if policy is None:
        return _NO_POLICY.of(language)
    if entry is None:
        return _NO_ENTRY.of(language)
    return clean(f"{policy.where(outcome.rule)} {outcome.rule}: {dump(dict(entry))}", _LONGEST)


def _comparisons(actual: Any, entry: RuleEntry | None) -> Iterator[str]:
    """Yield each numeric limit of the policy beside the number that was judged."""
    number = _number(actual)
    if number is None or entry is None:
        return
    for name, limit in entry.items():
        if isinstance(limit, (int, float)) and not isinstance(limit, bool):
            sign = "=" if number == limit else "<" if number < limit else ">"
            yield f"{_shown(actual, number)} {sign} {limit} ({name})"


def _number(actual: Any) -> float | None:
    """Return a number, or the ratio of an object with two counts: those that comply, and all."""
    if isinstance(actual, (int, float)) and not isinstance(actual, bool):
        return actual
    if isinstance(actual, dict) and len(actual) == 2:
        part, whole = actual.values()
        if type(part) is int and type(whole) is int and 0 <= part <= whole and whole:
            return float(part / whole)
    return None


def _shown(actual: Any, number: float) -> str:
    if not isinstance(actual, dict):
        return str(number)
    part, whole = actual.values()
    return f"{part} / {whole} = {number:.3g}"


def _remediation(outcome: Outcome, policy: Policy | None, language: Language) -> str:
    rule = next((each for each in policy.all_rules if each.id == outcome.rule), None) if policy else None
    if rule is None or outcome.remediation != rule.remediation:
        return outcome.remediation
    return rule.text(language).remediation


def waiver_lines(waivers: Iterable[Waiver], rule: str, language: Language) -> list[str]:
    """Return the waivers of a rule in a policy, each with its ticket if it has one."""
    return [clean(in_language(_describe(each), language), _LONGEST) for each in waivers if each.rule == rule]


def _describe(waiver: Waiver) -> str:
    ticket = fill(_TICKET, waiver.ticket) if waiver.ticket else ""
    return fill(_SCOPED, waiver.scope, fill(_UNTIL, waiver.owner, str(waiver.expires), waiver.reason), ticket)


def _padded(label: str) -> str:
    """Return a label in its column. A Chinese character is two columns wide."""
    from rich.cells import set_cell_size  # noqa: PLC0415 - rich loads only where text is rendered

    return set_cell_size(label, _LABEL_WIDTH)
