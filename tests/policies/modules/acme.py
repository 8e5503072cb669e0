"""Two rules of somebody's own, as docs/own-rules.md tells."""

from __future__ import annotations

from typing import Annotated, Any, Required

from annotated_types import Ge, Le

from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry


@entry
class Margin(RuleEntry, total=False):
    """How far above the least."""

    points: Required[Annotated[int, Ge(0), Le(40)]]
    """Points above 60, 0 to 40."""


def judge_score(score: int, want: Margin) -> Judgement:
    """At least so many points above 60."""
    return decide(score >= 60 + want["points"], f"the score is {score}", score)


def judge_passkeys(value: Any, want: RuleEntry) -> Judgement:
    """Nobody logs on with a passkey."""
    return decide(value is False, f"logon with a passkey: {value}", value)


RULES = (
    SettingRule(
        id="acme-score-margin",
        title="A margin above the least score",
        doc="The score keeps a margin.\n\nA score of just 60 falls below it with the next user that somebody adds.",
        severity="low",
        setting="AccountSecurityPracticeInfo.Score",
        parameters=Margin,
        expected=lambda want: f"at least {60 + want['points']}",
        judge=judge_score,
        remediation="Do what the security report recommends.",
    ),
    SettingRule(
        id="acme-no-passkeys",
        title="No passkeys",
        doc="RAM users do not log on with passkeys.\n\nOur devices are not managed well enough for that.",
        severity="medium",
        setting="SecurityPreference.LoginProfilePreference.AllowUserToLoginWithPasskey",
        parameters=RuleEntry,
        expected=lambda want: "false",
        judge=judge_passkeys,
        remediation="Set AllowUserToLoginWithPasskey to false.",
    ),
)
