"""The Alibaba Cloud account itself has no old AccessKey pair.

The longer a key exists, the more places it has been copied to. Alibaba Cloud does not publish
after how many days a key counts as old.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import count, removes_root_key
from acctgate.rules.support.users_behind import Behind, old_keys

RULE = count(
    id="old-root-access-keys",
    title="Old AccessKey pairs of root",
    doc=__doc__,
    severity="high",
    key="OldAkNum",
    counted=Bilingual("old AccessKey pairs of the Alibaba Cloud account itself", "主账号的陈旧 AccessKey"),
    remediation="Replace the old AccessKey pairs of the Alibaba Cloud account with RAM roles, or rotate them.",
    is_moved_by=removes_root_key,
    behind=Behind(
        Words(
            "active AccessKey pairs of root older than 90 days (Alibaba Cloud's own limit is unpublished)",
            "主账号创建超过 90 天且已启用的 AccessKey（阿里云自身的界限没有公开）",
        ),
        old_keys,
        int,
        root=True,
    ),
    zh=RuleText(
        title="主账号陈旧 AccessKey",
        doc="阿里云账号（主账号）本身没有陈旧的 AccessKey。\n\n"
        "密钥存在得越久，被复制到的地方就越多。使用多少天才算“陈旧”，阿里云没有公开。",
        remediation="用 RAM 角色替换主账号的陈旧 AccessKey，或轮换它们。",
    ),
)
