"""The words of text and Markdown reports in English and Chinese.

Messages about values, and what a policy expects, are English in both: rules write them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from acctgate.language import Language, Words
from acctgate.model.outcome import Result, Verdict
from acctgate.model.report import AccountReport, Summary
from acctgate.redact import clean
from acctgate.render.page.texts import OUTCOMES
from acctgate.text import plural

VERDICTS: Final[dict[Verdict, Words]] = {
    "pass": Words("PASSED", "通过"),
    "fail": Words("BLOCKED", "已拦截"),
    "unknown": Words("UNKNOWN", "无法判定"),
}
HEADER: Final = (
    Words("", ""),
    Words("rule", "规则"),
    Words("severity", "严重程度"),
    Words("setting", "设置项"),
    Words("expected", "策略要求"),
    Words("actual", "实际值"),
)
ADVISORY: Final = Words("Advisory ({}, not blocking)", "建议（{} 条，不拦截部署）")
CHANGES: Final = Words("Changes in this deployment", "本次部署的变更")
BEFORE: Final = Words("; verdict without it: {}", "；部署前的结论：{}")
REMEDIATION: Final = Words("Remediation", "修复建议")
WAIVED: Final = Words("Waived ({})", "已豁免（{}）")
PASSED: Final = Words("Passed ({})", "通过（{}）")
SKIPPED: Final = Words("Skipped ({})", "已跳过（{}）")
COLON: Final = Words(": ", "：")
NOTICES: Final = Words("Waivers needing attention ({})", "需要处理的豁免（{}）")
JUDGED_BY: Final = Words("Judged by {}", "评估依据：{}")
CHANGE_HEADER: Final = (
    Words("", ""),
    Words("setting", "设置项"),
    Words("before", "部署前"),
    Words("after", "部署后"),
    Words("policy", "策略要求"),
    Words("line", "代码行"),
    Words("note", "说明"),
)
FINDING_HEADER: Final = (
    Words("", ""),
    Words("account", "账号"),
    Words("rule", "规则"),
    Words("severity", "严重程度"),
    Words("message", "说明"),
    Words("expected", "策略要求"),
    Words("remediation", "修复建议"),
)
COMMENT_VERDICTS: Final[dict[Verdict, Words]] = {
    "pass": Words("passed", "通过"),
    "fail": Words("blocked", "已拦截"),
    "unknown": Words("unknown", "无法判定"),
}
BLOCKING: Final = Words("Blocking findings", "拦截部署的发现")
REPAIR: Final = Words("How to repair this plan", "如何修复本次部署")
OTHERS: Final = Words("{} advisory or waived", "{} 条建议或已豁免")
NOTICES_FOLDED: Final = Words("{} waivers needing attention", "{} 条需要处理的豁免")
PROVENANCE: Final = Words("What judged, and how accounts were read", "评估依据与账号的读取方式")
UNKNOWN_ACCOUNT: Final = Words("unknown", "未知")
STOP: Final = Words(".", "。")
_LONGEST: Final = 300
"""Characters of a text from outside."""


def headline(report: AccountReport, language: Language) -> str:
    """Return the account, and how many of its rules and controls do not pass, in one line."""
    zh = language == "zh"
    name = clean(report.account, _LONGEST) if report.account else UNKNOWN_ACCOUNT.of(language)
    alias = clean(report.alias, _LONGEST) if report.alias else ""
    shown = (f"（{alias}）" if zh else f" ({alias})") if alias else ""
    judged = [each.outcome for each in report.outcomes if each.binding]
    parts = [_chinese(judged, "条强制规则") if zh else _english(judged, "mandatory rule")]
    for framework in report.frameworks:
        judged = [each.outcome for each in framework.controls]
        scope = framework.framework
        parts.append(_chinese(judged, f"项 {scope} 控制") if zh else _english(judged, "control", f" of {scope}"))
    return f"账号 {name}{shown}：{'；'.join(parts)}" if zh else f"account {name}{shown}: {'; '.join(parts)}"


def _english(results: Iterable[Result], noun: str, scope: str = "") -> str:
    """Return how many do not pass: `6 violations and 2 unknown of 14 mandatory rules`."""
    failed, unknown, waived, judged = _counts(results)
    rules = plural(judged, noun) + scope
    parts = []
    if failed:
        parts.append(plural(failed, "violation"))
    if unknown:
        parts.append(f"{unknown} unknown")
    if parts:
        return f"{' and '.join(parts)} of {rules}"
    if waived:
        return f"{judged - waived} of {rules} pass, {waived} waived"
    return f"the only {noun}{scope} passes" if judged == 1 else f"all {rules} pass"


def _chinese(results: Iterable[Result], what: str) -> str:
    """Return the same in Chinese."""
    failed, unknown, waived, judged = _counts(results)
    parts = []
    if failed:
        parts.append(f"{failed} 条违规")
    if unknown:
        parts.append(f"{unknown} 条无法判定")
    if parts:
        return f"{judged} {what}中有 {'、'.join(parts)}"
    passing = f"{judged} {what}中 {judged - waived} 条通过、{waived} 条已豁免"
    return passing if waived else f"全部 {judged} {what}通过"


def _counts(results: Iterable[Result]) -> tuple[int, int, int, int]:
    """Return the number of failed, unknown, waived and of all judged results."""
    counts = Counter(result for result in results if result != "skipped")
    return counts["fail"], counts["unknown"], counts["waived"], counts.total()


def totals(summary: Summary, language: Language) -> str:
    """Return what was judged, with what result, in one line."""
    if language == "en":
        return summary.describe()
    counts = "、".join(f"{OUTCOMES[name].zh} {count:,}" for name, count in summary.counts.items() if count)
    accounts = f"{summary.accounts:,} 个账号"
    if summary.snapshots != summary.accounts:
        accounts += f"的 {summary.snapshots:,} 份快照"
    return f"{accounts}，{sum(summary.counts.values()):,} 条结果{'：' if counts else ''}{counts}"
