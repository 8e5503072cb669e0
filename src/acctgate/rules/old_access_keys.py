"""No RAM user has an old AccessKey pair.

The longer a key exists, the more places it has been copied to. Alibaba Cloud does not publish
after how many days a key counts as old.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import count, removes_user_key
from acctgate.rules.support.users_behind import Behind, old_keys, per_user

RULE = count(
    id="old-access-keys",
    title="RAM users with old AccessKey pairs",
    doc=__doc__,
    severity="medium",
    key="SubUserWithOldAccessKey",
    counted=Bilingual("RAM users with old AccessKey pairs", "有陈旧 AccessKey 的 RAM 用户"),
    remediation="Rotate the old AccessKey pairs, or replace them with RAM roles.",
    is_moved_by=removes_user_key,
    behind=Behind(
        Words(
            "RAM users with active AccessKey pairs older than 90 days (Alibaba Cloud's own limit is unpublished)",
            "持有创建超过 90 天且已启用的 AccessKey 的 RAM 用户（阿里云自身的界限没有公开）",
        ),
        per_user(old_keys),
        int,
    ),
    zh=RuleText(
        title="有陈旧 AccessKey 的 RAM 用户",
        doc="没有 RAM 用户持有陈旧的 AccessKey。\n\n"
        "密钥存在得越久，被复制到的地方就越多。使用多少天才算“陈旧”，阿里云没有公开。",
        remediation="轮换陈旧的 AccessKey，或用 RAM 角色替换。",
    ),
)
