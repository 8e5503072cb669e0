"""No RAM user has an unused AccessKey pair.

A key that nobody uses is useful only to an attacker who finds it. Alibaba Cloud does not publish after how many days
a key counts as unused.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import count, removes_user_key
from acctgate.rules.support.users_behind import Behind, per_user, unused_keys

RULE = count(
    id="unused-access-keys",
    title="RAM users with unused AccessKey pairs",
    doc=__doc__,
    severity="medium",
    key="SubUserWithUnusedAccessKey",
    counted=Bilingual("RAM users with unused AccessKey pairs", "有闲置 AccessKey 的 RAM 用户"),
    remediation="Disable and delete the unused AccessKey pairs (RAM console, Users, or "
    "ListAccessKeys with GetAccessKeyLastUsed).",
    is_moved_by=removes_user_key,
    behind=Behind(
        Words(
            "RAM users with active AccessKey pairs not used for 90 days (Alibaba Cloud's own limit is unpublished)",
            "持有 90 天未使用且已启用的 AccessKey 的 RAM 用户（阿里云自身的界限没有公开）",
        ),
        per_user(unused_keys),
        int,
    ),
    zh=RuleText(
        title="有闲置 AccessKey 的 RAM 用户",
        doc="没有 RAM 用户持有闲置的 AccessKey。\n\n"
        "没有人使用的密钥，只对捡到它的人有用。闲置多少天才算“闲置”，阿里云没有公开。",
        remediation="停用并删除未使用的 AccessKey（RAM 控制台，用户，或 ListAccessKeys 配合 GetAccessKeyLastUsed）。",
    ),
)
