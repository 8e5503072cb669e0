"""Console logons of RAM users need MFA.

A password alone can be guessed, phished or reused. `MFAOperationForLogin` says who is asked for a second
factor: everybody (`mandatory`), only who logs on in an unusual way (`adaptive`), or whoever has chosen it
(`independent`). The older switch `EnforceMFAForLogin` counts where the newer setting is absent: true is
mandatory, false is independent.

CIS 1.4 asks for MFA on every user with a console password; this is its lever for the whole account.
"""

from __future__ import annotations

from typing import Final, Literal, Required

from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Judgement, RuleEntry, SettingRule, decide, entry, undecided

LOGIN = "SecurityPreference.LoginProfilePreference"
STRENGTH: Final = {"independent": 0, "adaptive": 1, "mandatory": 2}
"""The modes, the weakest first."""


@entry
class Parameters(RuleEntry, total=False):
    """The least that is required."""

    require: Required[Literal["adaptive", "mandatory"]]
    """The weakest mode that is allowed."""


def judge(mode: str | Unknown, enforce: bool | Unknown, want: Parameters) -> Judgement:
    """The newer setting wins, also where it cannot be read; the older one counts where that is absent."""
    if not isinstance(mode, Unknown):
        return decide(STRENGTH[mode] >= STRENGTH[want["require"]], f"MFA at console logon is {mode}", mode)
    if isinstance(enforce, Unknown) or not mode.absent:
        older_decides = mode.absent and isinstance(enforce, Unknown) and not enforce.absent
        return undecided(enforce if older_decides and isinstance(enforce, Unknown) else mode)
    means = "mandatory" if enforce else "independent"
    message = f"MFA at console logon is {means} (EnforceMFAForLogin is {str(enforce).lower()})"
    holds = STRENGTH[means] >= STRENGTH[want["require"]]
    return decide(holds, message, enforce)._replace(setting=f"{LOGIN}.EnforceMFAForLogin")


RULE = SettingRule(
    id="login-mfa",
    title="MFA at console logon",
    doc=__doc__,
    severity="high",
    setting=f"{LOGIN}.MFAOperationForLogin",
    also=(f"{LOGIN}.EnforceMFAForLogin",),
    takes_unknown=True,
    parameters=Parameters,
    expected=lambda want: "mandatory" if want["require"] == "mandatory" else "adaptive or mandatory",
    judge=judge,
    remediation="Set MFAOperationForLogin with SetSecurityPreference, or mfaOperationForLogin on the "
    "SecurityPreference resource. Have users bind a device first.",
    by_resource=True,
    repair=lambda _, want: want["require"],
)
