"""The entry of a rule in a policy file: its level, its severity, and the parameters that several rules share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeVar

from pydantic import Field
from typing_extensions import TypedDict

from acctgate.language import Language
from acctgate.model.fields import described
from acctgate.model.outcome import Level, Severity

T = TypeVar("T", bound=type)


def entry(model: T) -> T:
    """Make a TypedDict a strict pydantic model of a rule's entry in a policy file: unknown keys are errors."""
    model.__pydantic_config__ = described({"strict": True, "extra": "forbid"})  # type: ignore[attr-defined]
    return model


SEVERITY_DESCRIPTION: Final = "The severity of violations, if not the rule's own."


@entry
class RuleEntry(TypedDict, total=False):
    """A rule's entry in a policy file: its level. Rules with parameters add theirs."""

    level: Level
    """How binding the rule is. Left out: as in `extends`, else mandatory."""
    severity: Annotated[Severity, Field(description=SEVERITY_DESCRIPTION)]  # inherited docstrings are lost


NOT_PARAMETERS: Final = frozenset(RuleEntry.__annotations__)
"""The keys that every rule's entry can have: they say how much a violation counts, not what the rule asks for."""


_PLANNED: Final[Mapping[Language, str]] = {
    "en": "Whether other planned resources count: judge (the default) reports unknown if the plan does not prove the "
    "result; ignore judges the account as read.",
    "zh": "是否考虑计划中的其他资源：judge（默认）在计划不能证明结果时报告 unknown；ignore 按读取时的账号判断。",
}
_WHERE_SSO: Final[Mapping[Language, str]] = {
    "en": "What to do where RAM users log on through SSO: judge (the default) judges as usual; skip skips the rule, "
    "since the identity provider asks for MFA. If it is not known whether SSO is enabled, the rule is judged.",
    "zh": "RAM 用户通过 SSO 登录时如何处理：judge（默认）照常判断；skip 跳过本规则，因为由身份提供商要求 MFA。"
    "不知道是否启用 SSO 时照常判断。",
}
SHARED_PARAMETERS: Final = {"planned": _PLANNED, "where_sso": _WHERE_SSO}
"""The meaning of parameters that several rules share, in each language."""
SHARED_DEFAULT: Final = "judge"
"""What it means to leave one of them out."""
SSO_SETTING: Final = "UserSsoSettings.SsoEnabled"


@entry
class MovedEntry(RuleEntry, total=False):
    """The parameters of a rule whose outcome other planned resources can change."""

    planned: Annotated[Literal["judge", "ignore"], Field(description=_PLANNED["en"])]


WhereSso = Annotated[Literal["judge", "skip"], Field(description=_WHERE_SSO["en"])]
"""The type of the parameter `where_sso`."""
