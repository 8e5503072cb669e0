"""The plan does not rely on a setting that the provider ignores.

The alicloud provider accepts `enforceMfaForLogin` (`enforce_mfa_for_login` in Terraform) and neither sends nor
reads it: who sets it believes that MFA is enforced, and nothing happens. `mfaOperationForLogin` is the setting
that works. Other tools pass a plan for this dead setting alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from acctgate.model.snapshot import Snapshot
from acctgate.rules.base import Judgement, Rule, RuleEntry


@dataclass(frozen=True, kw_only=True, eq=False)
class DeadSetting(Rule[RuleEntry]):
    """Looks at what is declared, whether it will be sent or not: it never is."""

    def judgements(self, account: Snapshot, want: RuleEntry, now: datetime) -> Sequence[Judgement]:
        """One judgement on all planned preferences of the account."""
        planned = [change for change in account.planned or () if change.operation != "delete"]
        if not planned:
            return [Judgement("skipped", "no plan, or it plans no SecurityPreference")]
        dead = [change for change in planned if change.dead is not None]
        if not dead:
            return [Judgement("pass", "the plan sets no setting that the provider ignores")]
        names = ", ".join(change.name for change in dead)
        does = "sets" if len(dead) == 1 else "set"
        message = f"{names} {does} {dead[0].dead_name}, which the provider ignores: it is never sent"
        actual = dead[0].dead if isinstance(dead[0].dead, bool) else None
        return [Judgement("fail", message, actual, place=dead[0].place)]


RULE = DeadSetting(
    id="dead-setting",
    title="Planned settings that do nothing",
    doc=__doc__,
    severity="high",
    setting="SecurityPreference.enforceMfaForLogin",
    parameters=RuleEntry,
    expected=lambda want: "not set",
    by_resource=True,
    outcomes=("pass", "fail"),  # a plan tells whether the program gives the setting, whatever its value
    remediation="Set mfaOperationForLogin (mfa_operation_for_login) on the SecurityPreference resource instead, and "
    "remove enforceMfaForLogin.",
)
