"""The words of all reports in English and Chinese: text, Markdown, the page, and explanations in the terminal.

Texts about values are made where the values are known; see `acctgate.language.Bilingual`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from acctgate.language import Words
from acctgate.model.diff import Direction, Flip
from acctgate.model.outcome import Level, Result, Severity, Verdict
from acctgate.model.waiver_notice import WaiverState

LONGEST: Final = 300
"""Characters of a text from outside."""
VERDICTS: Final[dict[Verdict, Words]] = {
    "fail": Words("blocked", "已拦截"),
    "unknown": Words("unknown", "无法判定"),
    "pass": Words("passed", "通过"),
}
PASS: Final = Words("pass", "通过")
"""How many accounts pass: `3 pass`."""
VERDICT_SENTENCES: Final[dict[Verdict, Words]] = {
    "pass": Words("All mandatory rules pass.", "所有强制规则均已通过。"),
    "fail": Words("At least one mandatory rule fails.", "至少有一条强制规则未通过。"),
    "unknown": Words(
        "No mandatory rule fails, but at least one is unknown.", "没有强制规则未通过，但至少有一条无法判定。"
    ),
}
SEVERITIES: Final[dict[Severity, Words]] = {
    "critical": Words("critical", "严重"),
    "high": Words("high", "高"),
    "medium": Words("medium", "中"),
    "low": Words("low", "低"),
}
OUTCOMES: Final[dict[Result, Words]] = {
    "fail": Words("failed", "未通过"),
    "unknown": Words("unknown", "无法判定"),
    "waived": Words("waived", "已豁免"),
    "pass": Words("passed", "通过"),
    "skipped": Words("skipped", "已跳过"),
}
SIGNS: Final[dict[Result, str]] = {"fail": "✗", "unknown": "?", "waived": "~", "pass": "✓", "skipped": "–"}
LEVELS: Final[dict[Level, Words]] = {
    "mandatory": Words("mandatory", "强制"),
    "remediate": Words("remediate", "强制并修复"),
    "advisory": Words("advisory", "建议"),
    "disabled": Words("disabled", "已停用"),
}
WAIVER_STATES: Final[dict[WaiverState, Words]] = {
    "expired": Words("expired", "已过期"),
    "ending": Words("ends soon", "即将到期"),
    "unproven": Words("does not apply", "未适用"),
    "unused": Words("unused", "不再需要"),
    "refused": Words("refused", "未生效"),
}


class Mark(NamedTuple):
    """How a flip or a direction is shown."""

    sign: str
    words: Words
    style: str
    """A style of rich."""


FLIPS: Final[dict[Flip, Mark]] = {
    "newly-failing": Mark("✗", Words("newly failing", "新增未通过"), "bold red"),
    "newly-unknown": Mark("?", Words("newly unknown", "新增无法判定"), "bold yellow"),
    "still-failing": Mark("✗", Words("still failing", "仍未通过"), "red"),
    "still-unknown": Mark("?", Words("still unknown", "仍无法判定"), "yellow"),
    "dropped": Mark("!", Words("no longer evaluated", "不再评估"), "yellow"),
    "waived": Mark("~", Words("now waived", "现已豁免"), "cyan"),
    "repaired": Mark("✓", Words("repaired", "已修复"), "green"),
}
"""The most important first."""
DIRECTIONS: Final[dict[Direction, Mark]] = {
    "looser": Mark("▼", Words("looser", "放宽"), "red"),
    "mixed": Mark("◆", Words("mixed", "有松有紧"), "yellow"),
    "unknown": Mark("?", Words("unknown", "无法判定"), "yellow"),
    "stricter": Mark("▲", Words("stricter", "收紧"), "green"),
    "changed": Mark("·", Words("changed", "变更"), "dim"),
}

# Names of columns and filters
ACCOUNT: Final = Words("account", "账号")
ACTUAL: Final = Words("actual", "实际值")
AFTER: Final = Words("after", "部署后")
BEFORE: Final = Words("before", "部署前")
CONTROL: Final = Words("control", "控制项")
EXPECTED: Final = Words("expected", "策略要求")
FOLDER: Final = Words("folder", "资源夹")
GROUP: Final = Words("group", "分组")
LEVEL: Final = Words("level", "级别")
LINE: Final = Words("line", "代码行")
MESSAGE: Final = Words("message", "说明")
NO_NAME: Final = Words("", "")
"""The name of a column of signs."""
NOTE: Final = Words("note", "说明")
OLDEST: Final = Words("oldest", "最久")
OUTCOME: Final = Words("outcome", "结果")
REASON: Final = Words("reason", "原因")
REMEDIATION: Final = Words("remediation", "修复建议")
RULE: Final = Words("rule", "规则")
SETTING: Final = Words("setting", "设置项")
SEVERITY: Final = Words("severity", "严重程度")
SNAPSHOT: Final = Words("snapshot", "快照")
TITLE: Final = Words("title", "标题")
VERDICT: Final = Words("verdict", "结论")
VIOLATED: Final = Words("violated", "违反")
VIOLATIONS: Final = Words("violations", "违反")

# Headings
ACCOUNTS: Final = Words("Accounts", "账号")
ADVISORY: Final = Words("Advisory ({}, not blocking)", "建议（{} 条，不拦截部署）")
BLOCKING: Final = Words("Blocking findings", "拦截部署的发现")
CHANGES: Final = Words("Changes in this deployment", "本次部署的变更")
CONTROLS: Final = Words("Controls", "控制项")
COVERING_RULES: Final = Words("Rules", "规则")
OLD_SNAPSHOTS: Final = Words("Old snapshots", "快照较旧")
OTHERS: Final = Words("{} advisory or waived", "{} 条建议或已豁免")
OVERRIDES: Final = Words("The policy is overridden", "策略已被覆盖")
PROVENANCE: Final = Words("What judged, and how accounts were read", "评估依据与账号的读取方式")
REPAIR: Final = Words("How to repair this plan", "如何修复本次部署")
RULES: Final = Words("Rules and remediation", "规则与修复建议")
RULES_BY_ACCOUNTS: Final = Words("Mandatory rules by accounts", "强制规则（按账号数）")
SINCE: Final = Words("Since {}", "自 {} 以来")
CHANGES_SINCE: Final = Words("Changes since", "与此前相比的变化：")
TREND: Final = Words("Trend", "趋势")
WAIVERS: Final = Words("Waivers needing attention", "需要处理的豁免")
WORST: Final = Words("Worst accounts", "问题最多的账号")

# What changed since an earlier run or snapshot
GONE: Final = Words("gone from the report", "已不在报告中")
NEW_ACCOUNTS: Final = Words("new", "新增账号")
NEWLY_BLOCKED: Final = Words("newly blocked", "新增拦截")
NEWLY_UNKNOWN: Final = Words("newly unknown", "新增无法判定")
NEWLY_VIOLATED: Final = Words("newly violated rules (accounts)", "新增违反的规则（账号数）")
NO_CHANGE: Final = Words("No account changed.", "没有账号发生变化。")
NOT_COMPARED: Final = Words("not compared, without an account ID", "未比较，没有账号 ID")
NO_LONGER_PASSING: Final = Words("No longer passing since the previous snapshot", "较上一快照不再通过")
PASSING_AGAIN: Final = Words("Passing again since the previous snapshot", "较上一快照重新通过")

# Parts of the page
ACCOUNTS_BY_DAY: Final = Words("Accounts that do not pass", "未通过的账号数")
ALL: Final = Words("all", "全部")
CLOSE: Final = Words("Close all", "全部收起")
FAILED_ADVISORY: Final = Words("failed, advisory", "未通过，建议")
FAILED_BLOCKING: Final = Words("failed, blocking", "未通过，拦截")
UNKNOWN_ADVISORY: Final = Words("unknown, advisory", "无法判定，建议")
UNKNOWN_BLOCKING: Final = Words("unknown, blocking", "无法判定，拦截")
HISTORY: Final = Words("All accounts", "全部账号")
LEGEND: Final = Words("Legend:", "图例：")
LEGEND_SUM: Final = Words("6+4: 6 block, 4 are advisory", "6+4：6 条拦截，4 条仅为建议")
LOWEST: Final = Words("lowest security score", "最低安全分")
NO_ACCOUNTS: Final = Words("No account was evaluated.", "没有评估任何账号。")
NOT_COVERED: Final = Words("not covered", "未覆盖")
NOT_JUDGED_IN: Final = Words("not judged in {}", "{} 中未判断")
NOT_JUDGED: Final = Words("Not judged:", "未判断：")
OPEN: Final = Words("Open all", "全部展开")
RESET: Final = Words("Reset", "重置")
SCORE: Final = Words("Security score", "安全分")
SEARCH: Final = Words("Account, rule or text", "账号、规则或文本")
SHOWN_ACCOUNTS: Final = Words("accounts", "个账号")
SHOWN_SNAPSHOTS: Final = Words("snapshots", "个快照")
SHOWN_OUTCOMES: Final = Words("outcomes", "条结果")
SKIP: Final = Words("Skip to the accounts", "跳到账号列表")
TREND_HINT: Final = Words(
    "Accounts with several snapshots, in the order of the input.", "多次评估的账号，按输入顺序排列。"
)
BLOCKING_RULES: Final = Words("Blocking mandatory rules", "拦截部署的强制规则")
VALUES: Final = Words("Values", "数值")

# Parts of lines
BEFORE_DEPLOYMENT: Final = Words("; verdict without it: {}", "；部署前的结论：{}")
BY_FOLDER: Final = Words("Blocked by folder: ", "按资源夹统计的拦截：")
COLON: Final = Words(": ", "：")
IN_PARENTHESES: Final = Words(" ({})", "（{}）")
SEPARATOR: Final = Words(", ", "、")
EMPTY: Final = Words("(empty)", "（空）")
HINT: Final = Words(
    "--verbose shows every account; --format html, json and ndjson contain all values",
    "--verbose 显示每个账号；--format html、json 和 ndjson 包含所有数值",
)
JUDGED_BY: Final = Words("Judged by {}", "评估依据：{}")
MORE: Final = Words("… and {} more", "……另有 {} 项")
NOT_SHOWN: Final = Words("… and {} more, not shown.", "……另有 {} 项，未显示。")
OTHER_CONTROLS: Final = Words("{} passed, {} skipped, {} not covered.", "{} 项通过，{} 项跳过，{} 项未覆盖。")
OPEN_FOR: Final = Words("open for {}", "已持续 {}")
ABSENT: Final = Words("absent", "无")
STOP: Final = Words(".", "。")
UNKNOWN_ACCOUNT: Final = Words("unknown account", "未知账号")
UNKNOWN_ID: Final = Words("unknown", "未知")
