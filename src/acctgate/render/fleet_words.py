"""The words of the summary of many accounts in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from acctgate.language import Words
from acctgate.model.outcome import Verdict
from acctgate.model.report import Summary
from acctgate.model.since import Since
from acctgate.render.base import Frame
from acctgate.render.fleet import Fleet
from acctgate.render.page import texts
from acctgate.text import plural

RULES: Final = Words("Mandatory rules by accounts", "强制规则（按账号数）")
RULE_HEADER: Final = (
    Words("rule", "规则"),
    Words("severity", "严重程度"),
    Words("violated", "违反"),
    Words("unknown", "无法判定"),
)
OLDEST: Final = Words("oldest", "最久")
WORST: Final = Words("Worst accounts", "问题最多的账号")
ACCOUNT: Final = Words("account", "账号")
FOLDER: Final = Words("folder", "资源夹")
VIOLATIONS: Final = Words("violations", "违反")
BY_FOLDER: Final = Words("Blocked by folder: ", "按资源夹统计的拦截：")
MORE: Final = Words("… and {} more", "……另有 {} 项")
SINCE: Final = Words("Since {}", "自 {} 以来")
OPEN_FOR: Final = Words("open for {}", "已持续 {}")
HINT: Final = Words(
    "--verbose shows every account; --format html, json and ndjson contain all values",
    "--verbose 显示每个账号；--format html、json 和 ndjson 包含所有数值",
)
_VERDICTS: Final[dict[Verdict, Words]] = {
    "fail": Words("{} blocked", "{} 个已拦截"),
    "unknown": Words("{} unknown", "{} 个无法判定"),
    "pass": Words("{} pass", "{} 个通过"),
}


def fleet_headline(fleet: Fleet, summary: Summary, frame: Frame) -> str:
    """Return how many accounts are blocked, unknown and pass."""
    counts = fleet.verdicts
    parts = [frame.say(words).format(f"{counts[name]:,}") for name, words in _VERDICTS.items() if counts[name]]
    accounts = frame.say(Words(plural(summary.accounts, "account"), f"{summary.accounts:,} 个账号"))
    if summary.snapshots != summary.accounts:
        several = Words(f"{summary.snapshots:,} snapshots of {accounts}", f"{accounts}的 {summary.snapshots:,} 个快照")
        accounts = frame.say(several)
    return f"{accounts}{frame.say(texts.COLON)}{', '.join(parts)}"


def since_parts(since: Since) -> list[tuple[Words, Sequence[str]]]:
    """Return what changed since an earlier run, with the names of the accounts. Accounts that are gone come first."""
    rules = [f"{rule} ({count:,})" for rule, count in since.newly_failing.items()]
    parts: list[tuple[Words, Sequence[str]]] = [
        (texts.GONE, since.gone),
        (texts.NEWLY_BLOCKED, since.newly_blocked),
        (texts.NEWLY_UNKNOWN, since.newly_unknown),
        (texts.NOW_REPAIRED, since.repaired),
        (texts.NEW_ACCOUNTS, since.new),
        (texts.NEWLY_VIOLATED, rules),
    ]
    return [part for part in parts if part[1]]
