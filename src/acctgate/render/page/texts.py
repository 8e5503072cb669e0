"""What the page says, in English and in Chinese. Messages about values are English: rules write them."""

from __future__ import annotations

from typing import Final

from acctgate.language import Words
from acctgate.model.diff import Direction, Flip
from acctgate.model.outcome import Level, Result, Severity, Verdict
from acctgate.model.waiver import WaiverState

VERDICTS: Final[dict[Verdict, Words]] = {
    "pass": Words("passed", "通过"),
    "fail": Words("blocked", "已拦截"),
    "unknown": Words("not provable", "无法证明"),
}
VERDICT_SENTENCES: Final[dict[Verdict, Words]] = {
    "pass": Words("Every mandatory rule holds.", "所有强制规则均已满足。"),
    "fail": Words("At least one mandatory rule is violated.", "至少有一条强制规则被违反。"),
    "unknown": Words(
        "No mandatory rule is violated, but at least one could not be decided.",
        "没有强制规则被违反，但至少有一条无法判定。",
    ),
}
SEVERITIES: Final[dict[Severity, Words]] = {
    "critical": Words("critical", "严重"),
    "high": Words("high", "高"),
    "medium": Words("medium", "中"),
    "low": Words("low", "低"),
}
OUTCOMES: Final[dict[Result, Words]] = {
    "fail": Words("violated", "违反"),
    "unknown": Words("not provable", "无法证明"),
    "waived": Words("waived", "已豁免"),
    "pass": Words("passed", "通过"),
    "skipped": Words("skipped", "已跳过"),
}
ORDER: Final[tuple[Result, ...]] = ("fail", "unknown", "waived", "pass", "skipped")
"""What decides first comes first."""
SIGNS: Final[dict[Result, str]] = {"fail": "✗", "unknown": "?", "waived": "~", "pass": "✓", "skipped": "–"}
LEVELS: Final[dict[Level, Words]] = {
    "mandatory": Words("mandatory", "强制"),
    "remediate": Words("remediate", "强制修复"),
    "advisory": Words("advisory", "建议"),
    "disabled": Words("disabled", "已停用"),
}

DIRECTIONS: Final[dict[Direction, Words]] = {
    "looser": Words("looser", "放宽"),
    "mixed": Words("mixed", "有松有紧"),
    "unknown": Words("unknown", "无法判断"),
    "stricter": Words("stricter", "收紧"),
    "changed": Words("changed", "变更"),
}
FLIPS: Final[dict[Flip, Words]] = {
    "newly-failing": Words("newly failing", "新增违反"),
    "newly-unknown": Words("newly not provable", "新增无法证明"),
    "still-failing": Words("still failing", "仍然违反"),
    "still-unknown": Words("still not provable", "仍然无法证明"),
    "dropped": Words("no longer judged", "不再评估"),
    "waived": Words("now waived", "现已豁免"),
    "repaired": Words("repaired", "已修复"),
}
NOTICES: Final[dict[WaiverState, Words]] = {
    "expired": Words("expired", "已过期"),
    "ending": Words("ends soon", "即将到期"),
    "unused": Words("not needed", "不再需要"),
}

ACCOUNT: Final = Words("account", "账号")
ACCOUNTS: Final = Words("Accounts", "账号")
ACTUAL: Final = Words("What is", "现状")
AFTER: Final = Words("After", "部署后")
ALL: Final = Words("all", "全部")
BEFORE: Final = Words("Now", "当前")
CLOSE: Final = Words("Close all", "全部收起")
EXPECTED: Final = Words("The policy wants", "策略要求")
LEVEL: Final = Words("Level", "级别")
LOWEST: Final = Words("lowest security score", "最低安全分")
MOVES: Final = Words("What the deploy moves", "部署带来的变化")
NO_ACCOUNTS: Final = Words("No account was judged.", "没有评估任何账号。")
NOW_FAILS: Final = Words("Passed no longer since the snapshot before", "较上一快照不再通过")
OPEN: Final = Words("Open all", "全部展开")
OUTCOME: Final = Words("Outcome", "结果")
REPAIRED: Final = Words("Passed again since the snapshot before", "较上一快照重新通过")
RESET: Final = Words("Reset", "重置")
RULE: Final = Words("Rule", "规则")
RULES: Final = Words("Rules and what to do", "规则与处理建议")
RULES_HINT: Final = Words("What blocks comes first.", "阻止部署的规则排在最前。")
SCORE: Final = Words("Security score", "安全分")
SEARCH: Final = Words("Account, rule or text", "账号、规则或文本")
SETTING: Final = Words("Setting", "设置项")
SEVERITY: Final = Words("Severity", "严重程度")
SHOWN_ACCOUNTS: Final = Words("accounts", "个账号")
SHOWN_OUTCOMES: Final = Words("outcomes", "条结果")
SIGNS_MEAN: Final = Words("Signs:", "符号：")
SKIP: Final = Words("Skip to the accounts", "跳到账号列表")
SNAPSHOT: Final = Words("Snapshot", "快照")
TO_DO: Final = Words("What to do", "处理建议")
TREND: Final = Words("Trend", "趋势")
TREND_HINT: Final = Words(
    "Accounts that were judged more than once, in the order of the input.", "多次评估的账号，按输入顺序排列。"
)
UNKNOWN_ACCOUNT: Final = Words("unknown account", "未知账号")
VALUES: Final = Words("Values", "数值")
WAIVERS: Final = Words("Waivers that want attention", "需要处理的豁免")
VERDICT: Final = Words("Verdict", "结论")
VIOLATIONS: Final = Words("Mandatory rules that block", "阻止部署的强制规则")


def cut_accounts(count: int) -> Words:
    """That some accounts are told in short."""
    return Words(
        f"To keep the page small, {count:,} accounts list their rules without values. "
        "The JSON report (--format json) has all of them.",
        f"为控制页面大小，{count:,} 个账号只列出规则而不含数值。完整内容见 JSON 报告（--format json）。",
    )


def no_findings(count: int) -> Words:
    """The rules that are satisfied or were not judged."""
    return Words(f"Rules without findings ({count:,})", f"没有问题的规则（{count:,}）")


def cut_moves(count: int) -> Words:
    """That some accounts' moves are not shown."""
    return Words(
        f"{count:,} more accounts move; they are not shown here.", f"另有 {count:,} 个账号有变化，此处未显示。"
    )


def cut_notices(count: int) -> Words:
    """That some waivers are not shown."""
    return Words(f"{count:,} more, cut here.", f"另有 {count:,} 条，此处未显示。")


def cut_trends(count: int) -> Words:
    """That some accounts are not plotted."""
    return Words(f"{count:,} more accounts are not plotted.", f"另有 {count:,} 个账号未绘图。")
