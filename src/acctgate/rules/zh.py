"""What the rules say in Chinese, in the words of Alibaba Cloud's own console and documents.

Each rule's English stands in its own file. `acctgate explain`, docs/rules.zh-CN.md and the HTML page read this.
A paragraph is one line: Chinese has no blanks where a line could end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class RuleText(NamedTuple):
    """What is said of one rule."""

    title: str
    doc: str
    """What it asks for, as a sentence; then, in further paragraphs, why."""
    remediation: str
    parameters: Mapping[str, str] = {}
    """What each parameter means."""


_ALLOW: Final = {"allow": "该开关必须等于此值。"}
_MAXIMUM: Final = {"maximum": "允许的最大数量，不小于 0。"}

CHINESE: Final[dict[str, RuleText]] = {
    "login-mfa": RuleText(
        "控制台登录 MFA",
        "RAM 用户登录控制台时必须使用 MFA。\n\n"
        "仅有密码并不够：密码可能被猜中、被钓鱼，也可能在多处重复使用。`MFAOperationForLogin` "
        "决定登录时谁需要第二个因素：强制所有用户（`mandatory`）、仅异常登录时使用（`adaptive`），"
        "或依赖每个用户的独立配置（`independent`）。没有这个新设置时，以旧开关 `EnforceMFAForLogin` 为准：true "
        "等同于 mandatory，false 等同于 independent。\n\n"
        "CIS 1.4 要求每个拥有控制台密码的用户都启用 MFA；本规则检查的是对整个账号生效的那个开关。",
        "通过 SetSecurityPreference 设置 MFAOperationForLogin，或在 SecurityPreference 资源上设置 "
        "mfaOperationForLogin。请先让用户绑定 MFA 设备。",
        {"require": "允许的最弱模式。"},
    ),
    "mfa-ticket": RuleText(
        "7 天内免 MFA",
        "每次登录都要验证 MFA。\n\n"
        "启用 `EnableSaveMFATicket`（保存 MFA 验证状态 7 天）后，浏览器通过一次 MFA 验证，七天内便不再要求验证。"
        "谁能用到这个浏览器，谁就只需要密码。",
        "将 EnableSaveMFATicket 设为 false（SecurityPreference 资源的 enableSaveMfaTicket）。",
        _ALLOW,
    ),
    "risk-login": RuleText(
        "异常登录验证",
        "异常登录必须经过验证。\n\n"
        "`OperationForRiskLogin` 决定异常登录时的 MFA 二次验证是可以跳过（`autonomous`）"
        "还是必须完成（`enforceVerify`）。阿里云已于 2026 年弃用该设置，改用 MFAOperationForLogin，因此 baseline "
        "不启用本规则。",
        "将 OperationForRiskLogin 设为 enforceVerify（SecurityPreference 资源的 operationForRiskLogin），或将 "
        "MFAOperationForLogin 设为 mandatory。",
        {"require": "要求的模式，只能是 enforceVerify，也是默认值。"},
    ),
    "session-duration": RuleText(
        "控制台会话时长",
        "RAM 用户的控制台登录会话要足够早地过期。\n\n"
        "会话持续一天，就意味着在这一天里，一台未锁屏的电脑或一个被窃取的 Cookie 与密码无异。"
        "`LoginSessionDuration`（登录会话的过期时间）以整小时计，取值 1 到 24；阿里云的默认值是 6。",
        "减少 LoginSessionDuration 的小时数（SecurityPreference 资源的 loginSessionDuration）。",
        {"max_hours": "允许的最长时长，以整小时计，取值 1 到 24。"},
    ),
    "network-masks": RuleText(
        "RAM 用户登录网络",
        "只能从已知网络登录控制台。\n\n"
        "`LoginNetworkMasks`（登录掩码）列出允许 RAM 用户登录的网络；留空表示任何网络都可以登录。"
        "它只约束控制台登录，不约束使用 AccessKey 的 API 调用。每个掩码都必须位于 `within` 的并集之内，合计不得超过 "
        "`max_addresses` 个地址，也绝不能覆盖全部地址。掩码按网络判断，而不是按文本：无论怎么写，10.1.0.0/16 都在 "
        "10.0.0.0/8 之内。",
        "将 LoginNetworkMasks 设为自有网络（SecurityPreference 资源的 loginNetworkMasks）。"
        "在该资源中省略它会将其清空。",
        {
            "within": "每个掩码都必须位于这些网络之内：不含主机位的 CIDR 网段。",
            "max_addresses": "所有掩码合计最多覆盖的地址数，不小于 1。",
        },
    ),
    "change-password": RuleText(
        "用户自行修改密码",
        "RAM 用户可以自行修改密码。\n\n用户怀疑密码已被他人知晓时，不应该还要等待管理员处理。",
        "按要求设置 AllowUserToChangePassword（SecurityPreference 资源的 allowUserToChangePassword）。",
        _ALLOW,
    ),
    "manage-access-keys": RuleText(
        "用户自行管理 AccessKey",
        "RAM 用户不能自行创建 AccessKey。\n\n"
        "AccessKey 在任何地方都能使用，不需要 MFA，只要存在就一直有效，登录掩码也约束不到它。谁可以创建 AccessKey，"
        "应由账号的负责人决定。",
        "将 AllowUserToManageAccessKeys 设为 false（SecurityPreference 资源的 allowUserToManageAccessKeys）。",
        _ALLOW,
    ),
    "manage-mfa-devices": RuleText(
        "用户自行管理 MFA 设备",
        "RAM 用户可以自行绑定 MFA 设备。\n\n"
        "如果强制使用 MFA 而用户又不能自行绑定设备，那么没有设备的人就无法登录，只能等管理员处理。",
        "按要求设置 AllowUserToManageMFADevices（SecurityPreference 资源的 allowUserToManageMfaDevices）。",
        _ALLOW,
    ),
    "manage-dingtalk": RuleText(
        "用户绑定个人钉钉",
        "RAM 用户不能绑定个人钉钉账号。\n\n绑定的钉钉账号是进入控制台的第二条途径，而且不在公司的管控之下。",
        "将 AllowUserToManagePersonalDingTalk 设为 false（SecurityPreference 资源的 "
        "allowUserToManagePersonalDingTalk）。",
        _ALLOW,
    ),
    "security-score": RuleText(
        "安全分",
        "账号的安全分足够高。\n\n"
        "阿里云根据账号自身的安全实践计算安全分，范围 0 到 100。算法没有公开，因此只比较，从不自行重算。",
        "按 RAM 控制台的安全报告（概览，安全检查）逐项处理：主账号无 AccessKey，主账号和用户启用 MFA，"
        "无陈旧或闲置密钥，使用强密码。",
        {"minimum": "取值 0 到 100。"},
    ),
    "root-access-keys": RuleText(
        "主账号 AccessKey",
        "阿里云账号（主账号）本身没有 AccessKey。\n\n"
        "主账号拥有全部权限，而且没有任何限制：权限策略、登录掩码、API 调用的 MFA 都管不到它。主账号的 AccessKey "
        "一旦泄露，等于交出整个账号。",
        "先将使用方迁移到 RAM 角色，再在控制台（AccessKey 管理）删除主账号的 AccessKey。",
        _MAXIMUM,
    ),
    "root-mfa": RuleText(
        "主账号 MFA",
        "阿里云账号（主账号）本身启用了 MFA。\n\n主账号拥有全部权限，绝不应该仅凭一个密码就能登录。",
        "以主账号登录并绑定 MFA 设备（账号中心，安全设置，账号保护）。",
    ),
    "user-mfa": RuleText(
        "RAM 用户 MFA",
        "RAM 用户已绑定 MFA 设备。\n\n"
        "登录规则决定是否要求 MFA；本规则统计有多少用户真正能够完成验证。没有 RAM 用户的账号无需判断。",
        "让每个 RAM 用户绑定 MFA 设备，或代为绑定（RAM 控制台，用户）。移除不再需要的用户。",
        {"minimum_ratio": "已绑定设备的用户占全部用户的比例，取值 0 到 1。"},
    ),
    "password-strength": RuleText(
        "RAM 用户密码强度",
        "RAM 用户必须使用强密码。\n\n"
        "`SubUserPwdLevel` 把账号的密码策略概括为 low（低）、mid（中）或 high（高）。它大致代表 CIS 1.7 至 1.14 "
        "所要求的各项设置，但不能逐项证明。",
        "收紧 RAM 用户的密码策略（RAM 控制台，设置，或 SetPasswordPolicy）：长度、字符类型、历史、有效期。",
        {"minimum": "取值 low（低）、mid（中）或 high（高）。"},
    ),
    "unused-root-access-keys": RuleText(
        "主账号闲置 AccessKey",
        "阿里云账号（主账号）本身没有闲置的 AccessKey。\n\n"
        "没有人使用的密钥，只对捡到它的人有用。闲置多少天才算“闲置”，阿里云没有公开。",
        "停用并删除主账号闲置的 AccessKey。",
        _MAXIMUM,
    ),
    "old-root-access-keys": RuleText(
        "主账号陈旧 AccessKey",
        "阿里云账号（主账号）本身没有陈旧的 AccessKey。\n\n"
        "密钥存在得越久，被复制到的地方就越多。使用多少天才算“陈旧”，阿里云没有公开。",
        "用 RAM 角色替换主账号的陈旧 AccessKey，或轮换它们。",
        _MAXIMUM,
    ),
    "unused-access-keys": RuleText(
        "有闲置 AccessKey 的 RAM 用户",
        "没有 RAM 用户持有闲置的 AccessKey。\n\n"
        "没有人使用的密钥，只对捡到它的人有用。闲置多少天才算“闲置”，阿里云没有公开。",
        "停用并删除未使用的 AccessKey（RAM 控制台，用户，或 ListAccessKeys 配合 GetAccessKeyLastUsed）。",
        _MAXIMUM,
    ),
    "old-access-keys": RuleText(
        "有陈旧 AccessKey 的 RAM 用户",
        "没有 RAM 用户持有陈旧的 AccessKey。\n\n"
        "密钥存在得越久，被复制到的地方就越多。使用多少天才算“陈旧”，阿里云没有公开。",
        "轮换陈旧的 AccessKey，或用 RAM 角色替换。",
        _MAXIMUM,
    ),
    "compliance-report": RuleText(
        "合规包报告的时效",
        "账号的合规包评估报告完整而且及时。\n\n"
        "配置审计按合规包评估账号，评估报告需要主动生成。GetCompliancePackReport 只说明报告是否存在、生成于何时，"
        "不说明评估结论。没有合规包的账号无需判断；每个合规包单独判断。",
        "通过 GenerateCompliancePackReport 或在配置审计控制台（合规包，报告）生成新报告。",
        {"max_age_days": "报告最多可以有多少天，从 ReportCreateTimestamp 算起，不小于 1。"},
    ),
    "dead-setting": RuleText(
        "计划中不起作用的设置",
        "部署计划不依赖被 provider 忽略的设置。\n\n"
        "alicloud provider 接受 `enforceMfaForLogin`（Terraform 中为 `enforce_mfa_for_login`），"
        "却既不发送也不读取它：设置的人以为已经强制使用 MFA，实际上什么都没有发生。真正起作用的设置是 "
        "`mfaOperationForLogin`。其他工具只看到这个无效设置就会放行。",
        "改为在 SecurityPreference 资源上设置 mfaOperationForLogin（mfa_operation_for_login），并移除 "
        "enforceMfaForLogin。",
    ),
    "login-lockout": RuleText(
        "会被锁在门外的人员",
        "部署不会把人锁在门外。\n\n"
        "强制使用 MFA 会挡住没有设备、又不能自行绑定设备的人；登录掩码会挡住从掩码之外的网络登录的人：请在 "
        "`keep_reachable` 中列出必须始终能够登录的网络。",
        "先让用户绑定 MFA 设备，或允许其自行绑定（allowUserToManageMfaDevices）；将办公网络加入 loginNetworkMasks。",
        {"keep_reachable": "RAM 用户必须始终能够从这些网络登录：不含主机位的 CIDR 网段。"},
    ),
}
"""Rule id → its Chinese."""
