"""Its parameters take anything."""

from typing_extensions import TypedDict

from acctgate.rules.base import SettingRule, decide


class Parameters(TypedDict, total=False):
    """Not made with RuleEntry."""

    anything: int


RULE = SettingRule(
    id="acme-open",
    title="Open",
    doc="Open.",
    severity="low",
    setting="AccountSecurityPracticeInfo.Score",
    parameters=Parameters,  # type: ignore[type-var]
    expected=str,
    judge=lambda score, want: decide(True, "", score),
    remediation="Nothing.",
)
