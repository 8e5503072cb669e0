"""An unusual logon has to be verified.

`OperationForRiskLogin` says whether a user may skip the check that an unusual logon asks for
(`autonomous`) or not (`enforceVerify`). Alibaba Cloud deprecated the setting in 2026 in favour of
MFAOperationForLogin, so the baseline leaves this rule out.
"""

from __future__ import annotations

from typing import Final, Literal

from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry

REQUIRED: Final = "enforceVerify"


@entry
class Parameters(RuleEntry, total=False):
    """What is required."""

    require: Literal["enforceVerify"]
    """The mode that is required: enforceVerify, which is also the default."""


def judge(mode: str, want: Parameters) -> Judgement:
    """Only the required mode passes."""
    return decide(mode == want.get("require", REQUIRED), f"an unusual logon is {mode}", mode)


RULE = SettingRule(
    id="risk-login",
    title="Verification of unusual logons",
    doc=__doc__,
    severity="low",
    setting="SecurityPreference.LoginProfilePreference.OperationForRiskLogin",
    parameters=Parameters,
    expected=lambda want: want.get("require", REQUIRED),
    judge=judge,
    remediation="Set OperationForRiskLogin to enforceVerify (operationForRiskLogin on the SecurityPreference "
    "resource), or MFAOperationForLogin to mandatory.",
    by_resource=True,
    repair=lambda _, want: want.get("require", REQUIRED),
)
