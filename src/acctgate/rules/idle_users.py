"""RAM users who do not log on are disabled soon enough.

The console logon of a RAM user is disabled after `MaxIdleDaysForUsers` days without a logon. Nobody
notices when a user that nobody uses is taken over. Alibaba Cloud's default is 730 days.
"""

from acctgate.language import Bilingual, Words
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import idle_days
from acctgate.rules.support.users_behind import Behind, without_logon

RULE = idle_days(
    id="idle-users",
    title="Idle RAM users",
    doc=__doc__,
    key="MaxIdleDaysForUsers",
    idle=Bilingual("RAM users", "RAM 用户"),
    pulumi="maxIdleDaysForUsers",
    behind=Behind(
        Words(
            "RAM users with a password for the console who did not log on for 90 days, or never",
            "有控制台密码、但 90 天未登录或从未登录的 RAM 用户",
        ),
        without_logon,
        None,
    ),
    zh=RuleText(
        title="闲置的 RAM 用户",
        doc="长期不登录的 RAM 用户要足够早地被禁用。\n\n"
        "连续 `MaxIdleDaysForUsers` 天没有登录的 RAM 用户会被禁止登录控制台。无人使用的用户被盗用时，也无人察觉。"
        "阿里云的默认值是 730 天。",
        remediation="",
    ),
)
