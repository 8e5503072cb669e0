"""Users can prove who they are in the required ways.

`VerificationTypes` lists the ways, `sms` and `email`, in which Alibaba Cloud verifies a RAM user, for example at an
unusual logon. Each way under `require` must be enabled.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal, Required

from annotated_types import MinLen

from acctgate.language import Bilingual
from acctgate.model.snapshot import Unknown
from acctgate.redact import one_line
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry, undecided
from acctgate.rules.support.order import more_is_stricter
from acctgate.text import listed, listed_zh

SETTING: Final = "SecurityPreference.VerificationPreference.VerificationTypes"

_NO_WAY: Final = Bilingual("users can be verified by no way", "没有任何方式可以验证用户")
_NOT_TEXT: Final = Bilingual("VerificationTypes has an item that is not text", "VerificationTypes 中有一项不是文本")


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of verification-types."""

    require: Required[Annotated[list[Literal["sms", "email"]], MinLen(1)]]
    """The ways that must be enabled, each of them."""


def judge(types: list[str], want: Parameters) -> Judgement:
    """Compare the enabled ways with the required ones."""
    if not all(isinstance(each, str) for each in types):
        return undecided(Unknown(_NOT_TEXT, types))
    names = list(map(one_line, types))
    message = (
        _NO_WAY
        if not names
        else Bilingual(f"users can be verified by {listed(names, 'and')}", f"可以通过 {listed_zh(names)} 验证用户")
    )
    return decide(set(want["require"]) <= set(types), message, types)


def repair(types: object, want: Parameters) -> list[str]:
    """Return the enabled ways with the required ones added."""
    present = [each for each in types if isinstance(each, str)] if isinstance(types, list) else []
    return list(dict.fromkeys([*present, *want["require"]]))


RULE = SettingRule(
    id="verification-types",
    title="Ways to verify users",
    doc=__doc__,
    severity="low",
    setting=SETTING,
    parameters=Parameters,
    expected=lambda want: listed(dict.fromkeys(want["require"]), "and"),
    judge=judge,
    orders={SETTING: more_is_stricter},
    parameter_orders={"require": more_is_stricter},
    remediation="Add the missing ways to VerificationTypes (verificationTypes on the SecurityPreference resource). "
    "Users need a phone number or an email address first.",
    by_resource=True,
    repair=repair,
    translations={
        "zh": RuleText(
            title="用户验证方式",
            doc="用户可以用要求的方式验证身份。\n\n"
            "`VerificationTypes` 列出阿里云验证 RAM 用户身份（例如异常登录时）的方式：`sms`（短信）和 `email`（邮箱）。"
            "`require` 中的每一种都必须启用。",
            remediation="将缺少的方式加入 VerificationTypes（SecurityPreference 资源的 verificationTypes）。"
            "用户需要先绑定手机号或邮箱。",
            parameters={"require": "必须启用的验证方式，每一种都要。"},
            expected=lambda want: listed_zh(dict.fromkeys(want["require"])),
        )
    },
)
