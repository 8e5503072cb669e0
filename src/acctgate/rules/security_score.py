"""The account's security score is high enough.

Alibaba Cloud computes it from the account's own practices, 0 to 100. How is unpublished, so it is compared
and never recomputed.
"""

from __future__ import annotations

from typing import Required

from acctgate.model.fields import Percent
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry


@entry
class Parameters(RuleEntry, total=False):
    """The lowest score that is allowed."""

    minimum: Required[Percent]
    """0 to 100."""


def judge(score: int, want: Parameters) -> Judgement:
    """At least the minimum."""
    return decide(score >= want["minimum"], f"the security score is {score}", score)


RULE = SettingRule(
    id="security-score",
    title="Security score",
    doc=__doc__,
    severity="medium",
    setting="AccountSecurityPracticeInfo.Score",
    parameters=Parameters,
    vacuous={"minimum": 0},
    expected=lambda want: f"at least {want['minimum']}",
    judge=judge,
    remediation="Work off the account's security report in the RAM console (Overview, Security Check): no "
    "root AccessKey pair, MFA for root and users, no old or unused keys, strong passwords.",
)
