"""The Alibaba Cloud account itself has no AccessKey pair.

Root can do everything and nothing limits it: no policy, no network mask, no MFA on API calls. A leaked AccessKey pair
of root gives away the whole account.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import count, is_root_key
from acctgate.rules.support.users_behind import Behind, existing_keys

RULE = count(
    id="root-access-keys",
    title="AccessKey pairs of root",
    doc=__doc__,
    severity="critical",
    key="RootWithAccessKey",
    counted=Bilingual("AccessKey pairs of the Alibaba Cloud account itself", "主账号的 AccessKey"),
    remediation="Delete the AccessKey pairs of the Alibaba Cloud account in the console (AccessKey "
    "Management), after moving their users to RAM roles.",
    is_moved_by=is_root_key,
    behind=Behind(
        Words(
            "AccessKey pairs of root",
            "主账号的 AccessKey",
        ),
        existing_keys,
        int,
        root=True,
    ),
    zh=RuleText(
        title="主账号 AccessKey",
        doc="阿里云账号（主账号）本身没有 AccessKey。\n\n"
        "主账号拥有全部权限，而且没有任何限制：权限策略、登录掩码、API 调用的 MFA 都管不到它。主账号的 AccessKey "
        "一旦泄露，等于交出整个账号。",
        remediation="先将使用方迁移到 RAM 角色，再在控制台（AccessKey 管理）删除主账号的 AccessKey。",
    ),
)
