"""The plan does not rely on a setting that the provider ignores.

Since version 1.269 (Pulumi: 3.93), the alicloud provider accepts `enforceMfaForLogin` (`enforce_mfa_for_login` in
Terraform) but does not send it: the program seems to enforce MFA, and nothing happens. Earlier providers send it, and
`login-mfa` judges it. `mfaOperationForLogin` is the setting that works. Other tools pass a plan because of this
ineffective setting alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from acctgate.language import Bilingual, Words, fill
from acctgate.model.preference_keys import DEAD_SETTING
from acctgate.model.snapshot import Snapshot, Unknown
from acctgate.rules.base import Judgement, Rule, RuleEntry, RuleText, undecided

_NO_PLAN: Final = Bilingual(
    "there is no plan, or it contains no SecurityPreference", "没有部署计划，或计划中没有 SecurityPreference"
)
_NOTHING_IGNORED: Final = Bilingual(
    "the plan sets no setting that the provider ignores", "计划没有设置会被 provider 忽略的设置"
)
_MAYBE_IGNORED: Final = Words(
    "{}: whether the provider sends {} depends on its version, which is not known",
    "{}：provider 是否发送 {} 取决于其版本，而版本未知",
)


class DeadSetting(Rule[RuleEntry]):
    """Judges what the program declares."""

    def judgements(self, account: Snapshot, want: RuleEntry, now: datetime) -> Sequence[Judgement]:
        """Return one judgement on all planned preferences of the account."""
        planned = [change for change in account.planned or () if change.operation != "delete"]
        if not planned:
            return [Judgement("skipped", _NO_PLAN)]
        dead = [change for change in planned if change.dead is not None and change.sends_dead is not True]
        if not dead:
            return [Judgement("pass", _NOTHING_IGNORED)]
        if all(change.sends_dead is None for change in dead):
            return [undecided(Unknown(fill(_MAYBE_IGNORED, dead[0].name, str(dead[0].dead_name))))]
        names = [change.name for change in dead]
        does = "sets" if len(dead) == 1 else "set"
        message = Bilingual(
            f"{', '.join(names)} {does} {dead[0].dead_name}, which the provider ignores: it is never sent",
            f"{'、'.join(names)} 设置了 {dead[0].dead_name}，但 provider 忽略它，从不发送",
        )
        actual = dead[0].dead if isinstance(dead[0].dead, bool) else None
        return [Judgement("fail", message, actual, place=dead[0].place)]


RULE = DeadSetting(
    id="dead-setting",
    title="Planned settings that do nothing",
    doc=__doc__,
    severity="high",
    setting=DEAD_SETTING,
    parameters=RuleEntry,
    expected=lambda want: "not set",
    by_resource=True,
    remediation="Set mfaOperationForLogin (mfa_operation_for_login) on the SecurityPreference resource instead, and "
    "remove enforceMfaForLogin.",
    translations={
        "zh": RuleText(
            title="计划中不起作用的设置",
            doc="部署计划不依赖被 provider 忽略的设置。\n\n"
            "从 1.269 版（Pulumi：3.93）起，alicloud provider 接受 `enforceMfaForLogin`（Terraform 中为 "
            "`enforce_mfa_for_login`），却不再发送它：程序看似强制使用 MFA，"
            "实际上什么都没有发生。更早的 provider 会发送它，由 "
            "`login-mfa` 判断。真正起作用的设置是 `mfaOperationForLogin`。其他工具只看到这个无效设置就会放行。",
            remediation="改为在 SecurityPreference 资源上设置 mfaOperationForLogin（mfa_operation_for_login），"
            "并移除 enforceMfaForLogin。",
            expected=lambda want: "不设置",
        )
    },
)
