"""Passwords of RAM users contain several kinds of characters.

People who guess passwords try the common ones first: words in lowercase letters. `RequireLowercaseCharacters`,
`RequireUppercaseCharacters`, `RequireNumbers` and `RequireSymbols` must be true for each kind under `require`. CIS 1.7
to 1.10 ask for all four.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal, Required

from annotated_types import MinLen

from acctgate.language import Bilingual
from acctgate.model.snapshot import Unknown
from acctgate.rules.base import Judgement, RuleEntry, RuleText, SettingRule, decide, entry, undecided
from acctgate.rules.support.order import Move, combine, higher_is_stricter, more_is_stricter
from acctgate.text import listed

SECTION: Final = "PasswordPolicy"
SWITCHES: Final = {
    "lowercase": "RequireLowercaseCharacters",
    "uppercase": "RequireUppercaseCharacters",
    "numbers": "RequireNumbers",
    "symbols": "RequireSymbols",
}
"""The kinds of characters, and the switch that requires each."""
KINDS_ZH: Final = {"lowercase": "小写字母", "uppercase": "大写字母", "numbers": "数字", "symbols": "符号"}
"""The kinds in Chinese."""
_FIRST, *_OTHERS = (f"{SECTION}.{key}" for key in SWITCHES.values())


@entry
class Parameters(RuleEntry, total=False):
    """The parameters of password-characters."""

    require: Required[Annotated[list[Literal["lowercase", "uppercase", "numbers", "symbols"]], MinLen(1)]]
    """The kinds of characters that a password must need, each of them."""


def judge(*values: Any) -> Judgement:
    """Judge the switches. One that is off is a fail, even beside one that is unknown."""
    *switches, want = values
    read = dict(zip(SWITCHES, switches, strict=True))
    actual = {SWITCHES[kind]: value.actual if isinstance(value, Unknown) else value for kind, value in read.items()}
    missing = [kind for kind in SWITCHES if kind in want["require"] and read[kind] is False]
    if missing:
        message = Bilingual(f"passwords need no {listed(missing, 'or')}", f"密码不要求包含{_kinds_zh(missing)}")
        return Judgement("fail", message, actual)
    for kind in want["require"]:
        if isinstance(value := read[kind], Unknown):
            return undecided(value)._replace(actual=None if all(each is None for each in actual.values()) else actual)
    needed = dict.fromkeys(want["require"])
    message = Bilingual(f"passwords need {listed(needed, 'and')}", f"密码必须包含{_kinds_zh(needed)}")
    return decide(True, message, actual)


def _kinds_zh(kinds: Iterable[str]) -> str:
    return "、".join(KINDS_ZH[kind] for kind in kinds)


def current_kinds(actual: Any, wanted: Sequence[str]) -> list[str]:
    """Return the wanted kinds that passwords need today."""
    return [kind for kind in wanted if isinstance(actual, dict) and actual.get(SWITCHES[kind]) is True]


def compare_switches(before: Any, after: Any) -> Move:
    """Compare the switches of two outcomes."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return Move("unknown")
    return combine([higher_is_stricter(before.get(key), after.get(key)) for key in SWITCHES.values()])


def repairs(want: Parameters) -> Mapping[str, Any]:
    """Return the switches that must be on."""
    return {f"{SECTION}.{SWITCHES[kind]}": True for kind in want["require"]}


RULE = SettingRule(
    id="password-characters",
    title="Kinds of characters in passwords",
    doc=__doc__,
    severity="medium",
    setting=_FIRST,
    also=tuple(_OTHERS),
    takes_unknown=True,
    parameters=Parameters,
    expected=lambda want: listed(dict.fromkeys(want["require"]), "and"),
    judge=judge,
    repair_all=repairs,
    orders=dict.fromkeys((_FIRST, *_OTHERS), higher_is_stricter),
    parameter_orders={"require": more_is_stricter},
    ratchet={"require": current_kinds},
    actual_order=compare_switches,
    remediation="Turn on RequireLowercaseCharacters, RequireUppercaseCharacters, RequireNumbers and RequireSymbols as "
    "required (requireLowercaseCharacters and so on, on the PasswordPolicy resource).",
    translations={
        "zh": RuleText(
            title="密码的字符类型",
            doc="RAM 用户的密码包含多种字符。\n\n"
            "猜密码的人总是先试最常见的：小写字母组成的单词。`require` 中的每一种字符，"
            "`RequireLowercaseCharacters`、`RequireUppercaseCharacters`、`RequireNumbers`、`RequireSymbols` "
            "中对应的开关都必须为 true。CIS 1.7 至 1.10 要求全部四种。",
            remediation="按要求打开 RequireLowercaseCharacters、RequireUppercaseCharacters、RequireNumbers 和 "
            "RequireSymbols（PasswordPolicy 资源的 requireLowercaseCharacters 等）。",
            parameters={"require": "密码必须包含的字符类型，每一种都要。"},
            expected=lambda want: _kinds_zh(dict.fromkeys(want["require"])),
        )
    },
)
