"""The Alibaba Cloud account itself has no unused AccessKey pair.

A key that nobody uses is useful only to an attacker who finds it. Alibaba Cloud does not publish after how many days
a key counts as unused.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import count, removes_root_key
from acctgate.rules.support.users_behind import Behind, unused_keys

RULE = count(
    id="unused-root-access-keys",
    title="Unused AccessKey pairs of root",
    doc=__doc__,
    severity="high",
    key="UnusedAkNum",
    counted=Bilingual("unused AccessKey pairs of the Alibaba Cloud account itself", "主账号的闲置 AccessKey"),
    remediation="Disable and delete the unused AccessKey pairs of the Alibaba Cloud account.",
    is_moved_by=removes_root_key,
    behind=Behind(
        Words(
            "active AccessKey pairs of root not used for 90 days (Alibaba Cloud's own limit is unpublished)",
            "主账号 90 天未使用且已启用的 AccessKey（阿里云自身的界限没有公开）",
        ),
        unused_keys,
        int,
        root=True,
    ),
    zh=RuleText(
        title="主账号闲置 AccessKey",
        doc="阿里云账号（主账号）本身没有闲置的 AccessKey。\n\n"
        "没有人使用的密钥，只对捡到它的人有用。闲置多少天才算“闲置”，阿里云没有公开。",
        remediation="停用并删除主账号闲置的 AccessKey。",
    ),
)
