"""Changes in words: results that flip, and settings that become stricter or looser."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from acctgate.inert_text import clean
from acctgate.language import Language
from acctgate.model.diff import AccountDiff, RuleFlip
from acctgate.model.outcome import Level, Verdict
from acctgate.render import words
from acctgate.render.headlines import account_name
from acctgate.render.words import Mark


def title(account: AccountDiff, language: Language = "en") -> str:
    """Return the account, and its verdict before and after."""
    name = account_name(account.account, account.alias, language)
    before, after = _verdict(account.before, language), _verdict(account.after, language)
    return f"{name}{words.COLON.of(language)}{before if before == after else f'{before} → {after}'}"


def _verdict(verdict: Verdict | None, language: Language) -> str:
    if verdict is None:
        return words.ABSENT.of(language)
    return verdict if language == "en" else words.VERDICTS[verdict].zh


def show(value: Any, language: Language = "en") -> str:
    """Return a value for people."""
    if value is None:
        return "–"
    if value == "":
        return words.EMPTY.of(language)
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), words.LONGEST)


def rule_names(rules: Sequence[RuleFlip], language: Language = "en") -> str:
    """Return the rules, each with its level if it is not mandatory."""
    return ", ".join(clean(f"{rule.rule}{'' if rule.binding else _level(rule.level, language)}") for rule in rules)


def _level(level: Level, language: Language) -> str:
    return words.IN_PARENTHESES.of(language).format(words.LEVELS[level].of(language))


def grouped(rules: Sequence[RuleFlip]) -> Iterator[tuple[Mark, list[RuleFlip]]]:
    """Yield the rules grouped by flip, the most important first."""
    for flip, mark in words.FLIPS.items():
        if group := [rule for rule in rules if rule.flip == flip]:
            yield mark, group


def last_key(setting: str) -> str:
    """Return the last key of a setting, with its pack: `ReportStatus[cp-1]`."""
    head, bracket, rest = setting.partition("[")
    return f"{head.rsplit('.', 1)[-1]}{bracket}{rest}"
