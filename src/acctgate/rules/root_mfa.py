"""The Alibaba Cloud account itself has MFA.

Root can do everything, and a password alone should never be enough for that.
"""

from __future__ import annotations

from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide
from acctgate.rules.families import USER_INFO


def judge(bound: bool, want: RuleEntry) -> Judgement:
    """MFA must be bound."""
    return decide(bound, f"the Alibaba Cloud account itself has {'MFA' if bound else 'no MFA'}", bound)


RULE = SettingRule(
    id="root-mfa",
    title="MFA for root",
    doc=__doc__,
    severity="critical",
    setting=f"{USER_INFO}.BindMfa",
    parameters=RuleEntry,
    expected=lambda want: "true",
    judge=judge,
    remediation="Log on as the Alibaba Cloud account and bind an MFA device (Account Center, Security "
    "Settings, Account Protection).",
    cis=("1.3",),
)
