"""The policy: what each rule is to ask for, how binding it is, and who is excused until when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, create_model

from acctgate.rules import RULES
from acctgate.rules.base import RuleEntry

_FILE = ConfigDict(strict=True, extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: Any) -> Any:
    if isinstance(value, str) and _DAY.fullmatch(value):
        return date.fromisoformat(value)
    raise ValueError("should be a day, YYYY-MM-DD")


def _not_true(value: Any) -> Any:
    return "true" if value is True else value  # to Python, true equals 1


def _rule_id(value: Any) -> Any:
    if value not in {rule.id for rule in RULES}:
        raise ValueError("is no rule; `acctgate rules` lists them")
    return value


Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})]
RuleId = Annotated[
    str, BeforeValidator(_rule_id), WithJsonSchema({"type": "string", "enum": [rule.id for rule in RULES]})
]


class Waiver(BaseModel):
    """An excuse for a rule, with an end."""

    model_config = _FILE

    rule: RuleId
    """The rule's id."""
    account: Text | None = None
    """The account's id, as text in quotes. Left out: every account."""
    reason: Text
    """Why."""
    owner: Text
    """Who answers for it."""
    expires: Day
    """The last day on which it counts (UTC)."""

    def covers(self, rule: str, account: str | None) -> bool:
        """Whether it is about this rule on this account."""
        return self.rule == rule and self.account in (None, account)


class AccountEntry(BaseModel):
    """How an account is called in plans, where several must be told apart."""

    model_config = _FILE

    alias: Text | None = None
    """A name for people."""
    providers: list[Text] = Field(default_factory=list)
    """Names of the Pulumi or Terraform providers that deploy to this account."""


RuleEntries: type[BaseModel] = create_model(
    "RuleEntries",
    __config__=ConfigDict(extra="forbid", strict=True, defer_build=True),
    **{
        rule.id.replace("-", "_"): (
            rule.parameters | None,
            Field(default=None, alias=rule.id, title=rule.title),
        )
        for rule in RULES
    },  # type: ignore[call-overload]
)


class PolicyFile(BaseModel):
    """A policy file as it is written (version 1)."""

    model_config = ConfigDict(**_FILE, title="acctgate policy")

    version: Annotated[Literal[1], BeforeValidator(_not_true)]
    """The version of this format."""
    extends: Text | None = None
    """A preset (baseline, strict) or another policy file, relative to this one."""
    rules: RuleEntries = Field(default_factory=RuleEntries)  # type: ignore[valid-type]
    """Rule id → level and parameters. Rules that neither this nor `extends` names are disabled."""
    waivers: list[Waiver] = Field(default_factory=list)
    """Who is excused from what, until when."""
    accounts: dict[str, AccountEntry] = Field(default_factory=dict)
    """Only where several accounts and providers must be told apart. Keyed by account id."""


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy that can be evaluated: an entry with a level for every rule."""

    rules: Mapping[str, RuleEntry]
    waivers: tuple[Waiver, ...] = ()
    accounts: Mapping[str, AccountEntry] = field(default_factory=dict)
    source: str = "policy"
    """Where it comes from, for messages."""
    unusable: Mapping[str, str] = field(default_factory=dict)
    """Rules that cannot be judged because what is wanted of them is wrong, and why."""
