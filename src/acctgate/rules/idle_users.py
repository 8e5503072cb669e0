"""RAM users who do not log on are disabled soon enough.

The console logon of a RAM user is disabled after `MaxIdleDaysForUsers` days without a logon. Nobody
notices when a user that nobody uses is taken over. Alibaba Cloud's default is 730 days.
"""

from acctgate.rules.base import RuleText
from acctgate.rules.families import idle_days

RULE = idle_days(
    id="idle-users",
    title="Idle RAM users",
    doc=__doc__,
    key="MaxIdleDaysForUsers",
    idle="RAM users",
    pulumi="maxIdleDaysForUsers",
    zh=RuleText(
        title="闲置的 RAM 用户",
        doc="长期不登录的 RAM 用户要足够早地被禁用。\n\n"
        "连续 `MaxIdleDaysForUsers` 天没有登录的 RAM 用户会被禁止登录控制台。无人使用的用户被盗用时，也无人察觉。"
        "阿里云的默认值是 730 天。",
        remediation="",
    ),
)
