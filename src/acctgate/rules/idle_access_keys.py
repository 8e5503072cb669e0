"""AccessKey pairs that nobody uses are disabled soon enough.

An AccessKey pair is disabled after `MaxIdleDaysForAccessKeys` days without a call. A forgotten pair still opens the
account to anyone who finds it. Alibaba Cloud's default is 730 days.
"""

from acctgate.language import Bilingual
from acctgate.rules.base import RuleText
from acctgate.rules.support.rule_factories import idle_days

RULE = idle_days(
    id="idle-access-keys",
    title="Idle AccessKey pairs",
    doc=__doc__,
    key="MaxIdleDaysForAccessKeys",
    idle=Bilingual("AccessKey pairs", "AccessKey "),
    pulumi="maxIdleDaysForAccessKeys",
    zh=RuleText(
        title="闲置的 AccessKey",
        doc="长期不使用的 AccessKey 要足够早地被禁用。\n\n"
        "连续 `MaxIdleDaysForAccessKeys` 天没有调用的 AccessKey 会被禁用。被遗忘的 AccessKey 落到谁手里，"
        "谁就能进入账号。阿里云的默认值是 730 天。",
        remediation="",
    ),
)
