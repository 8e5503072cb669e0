"""Its parameters use the name of a key that every rule has."""

from acctgate.rules.base import RuleEntry, SettingRule, decide, entry


@entry
class Parameters(RuleEntry, total=False):
    """A severity of its own, as a number."""

    severity: int  # type: ignore[misc]


RULE = SettingRule(
    id="acme-severity",
    title="Severity",
    doc="Severity.",
    severity="low",
    setting="AccountSecurityPracticeInfo.Score",
    parameters=Parameters,  # type: ignore[type-var]
    expected=str,
    judge=lambda score, want: decide(True, "", score),
    remediation="Nothing.",
)
