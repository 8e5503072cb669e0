"""What the page says, in English and in Chinese. Messages about values are English: rules write them."""

from __future__ import annotations

from typing import Final, NamedTuple

from acctgate.report import Level, Result, Severity, Verdict


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


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
OUTCOMES: Final[dict[Result, Words]] = {
    "fail": Words("violated", "违反"),
    "unknown": Words("not provable", "无法证明"),
    "waived": Words("waived", "已豁免"),
    "pass": Words("passed", "通过"),
    "skipped": Words("skipped", "已跳过"),
}
SIGNS: Final[dict[Result, str]] = {"fail": "✗", "unknown": "?", "waived": "~", "pass": "✓", "skipped": "–"}
LEVELS: Final[dict[Level, Words]] = {
    "mandatory": Words("mandatory", "强制"),
    "remediate": Words("remediate", "强制修复"),
    "advisory": Words("advisory", "建议"),
    "disabled": Words("disabled", "已停用"),
}
SEVERITIES: Final[dict[Severity, Words]] = {
    "critical": Words("critical", "严重"),
    "high": Words("high", "高"),
    "medium": Words("medium", "中"),
    "low": Words("low", "低"),
}

ACCOUNT: Final = Words("account", "账号")
ACCOUNTS: Final = Words("Accounts", "账号")
ACTUAL: Final = Words("What is", "现状")
ALL: Final = Words("all", "全部")
CLOSE: Final = Words("Close all", "全部收起")
EXPECTED: Final = Words("The policy wants", "策略要求")
LEVEL: Final = Words("Level", "级别")
LOWEST: Final = Words("lowest security score", "最低安全分")
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


def cut_trends(count: int) -> Words:
    """That some accounts are not plotted."""
    return Words(f"{count:,} more accounts are not plotted.", f"另有 {count:,} 个账号未绘图。")


RULES_ZH: Final[dict[str, Words]] = {
    "login-mfa": Words(
        "控制台登录 MFA",
        "通过 SetSecurityPreference 设置 MFAOperationForLogin，或在 SecurityPreference 资源上设置 "
        "mfaOperationForLogin。请先让用户绑定设备。",
    ),
    "mfa-ticket": Words(
        "7 天内免 MFA",
        "将 EnableSaveMFATicket 设为 false（SecurityPreference 资源的 enableSaveMfaTicket）。",
    ),
    "risk-login": Words(
        "异常登录验证",
        "将 OperationForRiskLogin 设为 enforceVerify（SecurityPreference 资源的 operationForRiskLogin），"
        "或将 MFAOperationForLogin 设为 mandatory。",
    ),
    "session-duration": Words(
        "控制台会话时长",
        "减少 LoginSessionDuration 的小时数（SecurityPreference 资源的 loginSessionDuration）。",
    ),
    "network-masks": Words(
        "RAM 用户登录网络",
        "将 LoginNetworkMasks 设为自有网络（SecurityPreference 资源的 loginNetworkMasks）。"
        "在该资源中省略它会将其清空。",
    ),
    "change-password": Words(
        "用户自行修改密码",
        "按要求设置 AllowUserToChangePassword（SecurityPreference 资源的 allowUserToChangePassword）。",
    ),
    "manage-access-keys": Words(
        "用户自行管理 AccessKey",
        "将 AllowUserToManageAccessKeys 设为 false（SecurityPreference 资源的 allowUserToManageAccessKeys）。",
    ),
    "manage-mfa-devices": Words(
        "用户自行管理 MFA 设备",
        "按要求设置 AllowUserToManageMFADevices（SecurityPreference 资源的 allowUserToManageMfaDevices）。",
    ),
    "manage-dingtalk": Words(
        "用户绑定个人钉钉",
        "将 AllowUserToManagePersonalDingTalk 设为 false"
        "（SecurityPreference 资源的 allowUserToManagePersonalDingTalk）。",
    ),
    "security-score": Words(
        "安全分",
        "按 RAM 控制台的安全报告（概览，安全检查）逐项处理：主账号无 AccessKey，主账号和用户启用 MFA，"
        "无陈旧或闲置密钥，使用强密码。",
    ),
    "root-access-keys": Words(
        "主账号 AccessKey",
        "先将使用方迁移到 RAM 角色，再在控制台（AccessKey 管理）删除主账号的 AccessKey。",
    ),
    "root-mfa": Words(
        "主账号 MFA",
        "以主账号登录并绑定 MFA 设备（账号中心，安全设置，账号保护）。",
    ),
    "user-mfa": Words(
        "RAM 用户 MFA",
        "让每个 RAM 用户绑定 MFA 设备，或代为绑定（RAM 控制台，用户）。移除不再需要的用户。",
    ),
    "password-strength": Words(
        "RAM 用户密码强度",
        "收紧 RAM 用户的密码策略（RAM 控制台，设置，或 SetPasswordPolicy）：长度、字符类型、历史、有效期。",
    ),
    "unused-root-access-keys": Words("主账号闲置 AccessKey", "停用并删除主账号闲置的 AccessKey。"),
    "old-root-access-keys": Words("主账号陈旧 AccessKey", "用 RAM 角色替换主账号的陈旧 AccessKey，或轮换它们。"),
    "unused-access-keys": Words(
        "有闲置 AccessKey 的 RAM 用户",
        "停用并删除未使用的 AccessKey（RAM 控制台，用户，或 ListAccessKeys 配合 GetAccessKeyLastUsed）。",
    ),
    "old-access-keys": Words("有陈旧 AccessKey 的 RAM 用户", "轮换陈旧的 AccessKey，或用 RAM 角色替换。"),
    "compliance-report": Words(
        "合规包报告的时效",
        "通过 GenerateCompliancePackReport 或在配置审计控制台（合规包，报告）生成新报告。",
    ),
    "dead-setting": Words(
        "计划中不起作用的设置",
        "改为在 SecurityPreference 资源上设置 mfaOperationForLogin（mfa_operation_for_login），"
        "并移除 enforceMfaForLogin。",
    ),
    "login-lockout": Words(
        "会被锁在门外的人员",
        "先让用户绑定 MFA 设备，或允许其自行绑定（allowUserToManageMfaDevices）；将办公网络加入 loginNetworkMasks。",
    ),
}
"""Rule id → its title and what to do."""
