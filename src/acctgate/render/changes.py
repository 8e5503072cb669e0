"""What people read about changes: results that flip, and settings that become stricter or looser."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from acctgate.model.diff import AccountDiff, Direction, Flip, RuleFlip
from acctgate.redact import clean


class Mark(NamedTuple):
    """How a flip or a direction is shown."""

    sign: str
    words: str
    style: str
    """A style of rich."""


FLIPS: Final[dict[Flip, Mark]] = {
    "newly-failing": Mark("✗", "newly failing", "bold red"),
    "newly-unknown": Mark("?", "newly unknown", "bold yellow"),
    "still-failing": Mark("✗", "still failing", "red"),
    "still-unknown": Mark("?", "still unknown", "yellow"),
    "dropped": Mark("!", "no longer evaluated", "yellow"),
    "waived": Mark("~", "now waived", "cyan"),
    "repaired": Mark("✓", "repaired", "green"),
}
"""The most important first."""
DIRECTIONS: Final[dict[Direction, Mark]] = {
    "looser": Mark("▼", "looser", "red"),
    "mixed": Mark("◆", "mixed", "yellow"),
    "unknown": Mark("?", "unknown", "yellow"),
    "stricter": Mark("▲", "stricter", "green"),
    "changed": Mark("·", "changed", "dim"),
}


def title(account: AccountDiff) -> str:
    """Return the account, and its verdict before and after."""
    name = f"account {clean(account.account, 300)}" if account.account else "account unknown"
    alias = f" ({clean(account.alias, 300)})" if account.alias else ""
    before, after = account.before or "absent", account.after or "absent"
    return f"{name}{alias}: {before if before == after else f'{before} → {after}'}"


def show(value: Any) -> str:
    """Return a value for people."""
    if value is None:
        return "–"
    if value == "":
        return "(empty)"
    return clean(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), 300)


def rule_name(rule: RuleFlip) -> str:
    """Return the rule, with its level if it is not mandatory."""
    return clean(rule.rule if rule.binding else f"{rule.rule} ({rule.level})")


def grouped(rules: Iterable[RuleFlip]) -> Iterator[tuple[Flip, list[RuleFlip]]]:
    """Yield the rules grouped by flip, the most important first."""
    rules = list(rules)
    for flip in FLIPS:
        if group := [rule for rule in rules if rule.flip == flip]:
            yield flip, group


def last_key(setting: str) -> str:
    """Return the last key of a setting, with its pack: `ReportStatus[cp-1]`."""
    head, bracket, rest = setting.partition("[")
    return f"{head.rsplit('.', 1)[-1]}{bracket}{rest}"
