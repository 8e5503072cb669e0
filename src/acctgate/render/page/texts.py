"""The texts of the page in English and Chinese. Messages about values are English: rules write them."""

from __future__ import annotations

from typing import Final

from acctgate.language import Words
from acctgate.model.diff import Direction, Flip
from acctgate.model.outcome import Level, Result, Severity, Verdict
from acctgate.model.waiver import WaiverState
from acctgate.text import plural

VERDICTS: Final[dict[Verdict, Words]] = {
    "pass": Words("passed", "通过"),
    "fail": Words("blocked", "已拦截"),
    "unknown": Words("unknown", "无法判定"),
}
VERDICT_SENTENCES: Final[dict[Verdict, Words]] = {
    "pass": Words("All mandatory rules pass.", "所有强制规则均已通过。"),
    "fail": Words("At least one mandatory rule fails.", "至少有一条强制规则未通过。"),
    "unknown": Words(
        "No mandatory rule fails, but at least one is unknown.",
        "没有强制规则未通过，但至少有一条无法判定。",
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
ORDER: Final[tuple[Result, ...]] = ("fail", "unknown", "waived", "pass", "skipped")
"""The order in which outcomes are shown."""
SIGNS: Final[dict[Result, str]] = {"fail": "✗", "unknown": "?", "waived": "~", "pass": "✓", "skipped": "–"}
LEVELS: Final[dict[Level, Words]] = {
    "mandatory": Words("mandatory", "强制"),
    "remediate": Words("remediate", "强制并修复"),
    "advisory": Words("advisory", "建议"),
    "disabled": Words("disabled", "已停用"),
}

DIRECTIONS: Final[dict[Direction, Words]] = {
    "looser": Words("looser", "放宽"),
    "mixed": Words("mixed", "有松有紧"),
    "unknown": Words("unknown", "无法判定"),
    "stricter": Words("stricter", "收紧"),
    "changed": Words("changed", "变更"),
}
FLIPS: Final[dict[Flip, Words]] = {
    "newly-failing": Words("newly failing", "新增未通过"),
    "newly-unknown": Words("newly unknown", "新增无法判定"),
    "still-failing": Words("still failing", "仍未通过"),
    "still-unknown": Words("still unknown", "仍无法判定"),
    "dropped": Words("no longer evaluated", "不再评估"),
    "waived": Words("now waived", "现已豁免"),
    "repaired": Words("repaired", "已修复"),
}
NOTICES: Final[dict[WaiverState, Words]] = {
    "expired": Words("expired", "已过期"),
    "ending": Words("ends soon", "即将到期"),
    "unproven": Words("not proven", "无法证实"),
    "unused": Words("unused", "不再需要"),
    "refused": Words("refused", "未生效"),
}

BLOCKING: Final = Words("failed, blocking", "未通过，拦截")
ADVISORY: Final = Words("failed, advisory", "未通过，建议")
UNKNOWN_BLOCKING: Final = Words("unknown, blocking", "无法判定，拦截")
UNKNOWN_ADVISORY: Final = Words("unknown, advisory", "无法判定，建议")
ACCOUNTS_BY_DAY: Final = Words("Accounts that do not pass", "未通过的账号数")
ACCOUNT: Final = Words("account", "账号")
ACCOUNTS: Final = Words("Accounts", "账号")
CONTROL: Final = Words("Control", "控制项")
CONTROLS: Final = Words("Controls", "控制项")
COVERED_BY: Final = Words("Rules", "规则")
NOT_JUDGED: Final = Words("Not judged:", "未判断：")
ACTUAL: Final = Words("Actual", "实际值")
AFTER: Final = Words("After", "部署后")
ALL: Final = Words("all", "全部")
BEFORE: Final = Words("Before", "部署前")
CLOSE: Final = Words("Close all", "全部收起")
COLON: Final = Words(": ", "：")
EMPTY: Final = Words("(empty)", "（空）")
FOLDER: Final = Words("Folder", "资源夹")
GONE: Final = Words("gone from the report", "已不在报告中")
GROUP: Final = Words("Group", "分组")
HISTORY: Final = Words("All accounts", "全部账号")
NEW_ACCOUNTS: Final = Words("new accounts", "新增账号")
NEWLY_BLOCKED: Final = Words("newly blocked", "新增拦截")
NEWLY_UNKNOWN: Final = Words("newly unknown", "新增无法判定")
NEWLY_VIOLATED: Final = Words("newly violated rules (accounts)", "新增违反的规则（账号数）")
NO_CHANGE: Final = Words("No account changed.", "没有账号发生变化。")
NOW_REPAIRED: Final = Words("repaired", "已修复")
SINCE: Final = Words("Changes since", "与此前相比的变化：")
EXPECTED: Final = Words("Expected", "策略要求")
LEVEL: Final = Words("Level", "级别")
LOWEST: Final = Words("lowest security score", "最低安全分")
CHANGES: Final = Words("Changes in this deployment", "本次部署的变更")
NO_ACCOUNTS: Final = Words("No account was evaluated.", "没有评估任何账号。")
NOW_FAILS: Final = Words("No longer passing since the previous snapshot", "较上一快照不再通过")
JUDGED_BY: Final = Words("Judged by", "评估依据")
OLD_SNAPSHOTS: Final = Words("Old snapshots", "快照较旧")
REASON: Final = Words("Reason", "原因")
OVERRIDES: Final = Words("The policy is overridden", "策略已被覆盖")
OPEN: Final = Words("Open all", "全部展开")
OUTCOME: Final = Words("Outcome", "结果")
REPAIRED: Final = Words("Passing again since the previous snapshot", "较上一快照重新通过")
RESET: Final = Words("Reset", "重置")
RULE: Final = Words("Rule", "规则")
RULES: Final = Words("Rules and remediation", "规则与修复建议")
SCORE: Final = Words("Security score", "安全分")
SEARCH: Final = Words("Account, rule or text", "账号、规则或文本")
SETTING: Final = Words("Setting", "设置项")
SEVERITY: Final = Words("Severity", "严重程度")
SHOWN_ACCOUNTS: Final = Words("accounts", "个账号")
SHOWN_OUTCOMES: Final = Words("outcomes", "条结果")
LEGEND: Final = Words("Legend:", "图例：")
LEGEND_SUM: Final = Words("6+4: 6 block, 4 are advisory", "6+4：6 条拦截，4 条仅为建议")
SKIP: Final = Words("Skip to the accounts", "跳到账号列表")
SNAPSHOT: Final = Words("Snapshot", "快照")
REMEDIATION: Final = Words("Remediation", "修复建议")
TREND: Final = Words("Trend", "趋势")
TREND_HINT: Final = Words(
    "Accounts with several snapshots, in the order of the input.", "多次评估的账号，按输入顺序排列。"
)
UNKNOWN_ACCOUNT: Final = Words("unknown account", "未知账号")
VALUES: Final = Words("Values", "数值")
WAIVERS: Final = Words("Waivers needing attention", "需要处理的豁免")
VERDICT: Final = Words("Verdict", "结论")
VIOLATIONS: Final = Words("Blocking mandatory rules", "拦截部署的强制规则")


def not_covered(count: int) -> Words:
    """Return the heading of the controls that acctgate cannot judge."""
    return Words(f"{count:,} not covered", f"{count:,} 个未覆盖")


def cut_accounts(count: int) -> Words:
    """Return the hint that some accounts are shown without values."""
    return Words(
        f"To keep the page small, the rules of {plural(count, 'account')} are listed without values. "
        "The JSON report (--format json) contains all values.",
        f"为控制页面大小，{count:,} 个账号只列出规则而不含数值。完整内容见 JSON 报告（--format json）。",
    )


def with_findings(count: int) -> Words:
    """Return the title of the rules that failed, are unknown or are waived."""
    return Words(
        f"Rules with findings ({count:,}), blocking ones first", f"发现问题的规则（{count:,}），拦截部署的排在最前"
    )


def more_accounts(count: int) -> Words:
    """Return the title of the accounts that are folded."""
    return Words(plural(count, "more account"), f"另外 {count:,} 个账号")


def no_findings(count: int) -> Words:
    """Return the title of the rules that passed or were skipped."""
    return Words(f"Rules without findings ({count:,})", f"没有发现问题的规则（{count:,}）")


def cut_changes(count: int) -> Words:
    """Return the hint that the changes of some accounts are not shown."""
    return Words(
        f"Changes of {plural(count, 'more account')} are not shown here.", f"另有 {count:,} 个账号有变更，此处未显示。"
    )


def cut_notices(count: int) -> Words:
    """Return the hint that some waivers are not shown."""
    return Words(f"{count:,} more, not shown here.", f"另有 {count:,} 条，此处未显示。")


def cut_trends(count: int) -> Words:
    """Return the hint that some accounts are not plotted."""
    return Words(f"Not plotted: {plural(count, 'more account')}.", f"另有 {count:,} 个账号未绘图。")


def group_title(outcome: Result, level: Level) -> Words:
    """Return the title of outcomes with the same result and level."""
    result, how = OUTCOMES[outcome], LEVELS[level]
    return Words(f"{result.en}, {how.en}", f"{result.zh}，{how.zh}")


def accounts_with(verdict: Verdict) -> Words:
    """Return the label of the number of accounts with a verdict."""
    words = VERDICTS[verdict]
    return Words(f"accounts {words.en}", f"账号{words.zh}")


def verdict_title(verdict: Verdict) -> Words:
    """Return the verdict as the title of the page."""
    words = VERDICTS[verdict]
    return Words(words.en.upper(), words.zh)
