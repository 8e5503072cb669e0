"""A policy file as a document (version 1): the strict pydantic model, its validator and its schema."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, NotRequired, cast

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from acctgate.model.fields import Version1
from acctgate.rules import RULES

_CLOSED = ConfigDict(strict=True, extra="forbid", use_attribute_docstrings=True)

Text = Annotated[str, Field(pattern=r"\S")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


@with_config(_CLOSED)
class WaiverEntry(TypedDict):
    """An excuse for a rule, with an end."""

    rule: Annotated[str, Field(json_schema_extra={"enum": [rule.id for rule in RULES]})]
    """The rule's id."""
    account: NotRequired[Text]
    """The account's id, as text in quotes. Left out: every account."""
    reason: Text
    """Why."""
    owner: Text
    """Who answers for it."""
    expires: Day
    """The last day on which it counts (UTC), YYYY-MM-DD."""


@with_config(_CLOSED)
class AccountEntry(TypedDict, total=False):
    """How an account is called in plans, where several must be told apart."""

    alias: Text
    """A name for people."""
    providers: list[Text]
    """Names of the Pulumi or Terraform providers that deploy to this account."""


_entries: Any = {rule.id: rule.parameters | None for rule in RULES}
RuleEntries: Any = with_config(_CLOSED)(cast(Any, TypedDict)("RuleEntries", _entries, total=False))


@with_config(ConfigDict(**_CLOSED, title="acctgate policy"))
class PolicyFile(TypedDict):
    """A policy file as it is written (version 1)."""

    version: Version1
    """The version of this format."""
    extends: NotRequired[Text | Annotated[list[Text], Field(min_length=1)]]
    """A preset (baseline, strict), another policy file, relative to this one, or a file of an installed package
    (package:path/policy.yaml). Of a list, what comes later takes the place of what came earlier."""
    rule_modules: NotRequired[list[Text] | None]
    """Python modules with rules of one's own: their names, or paths that end in .py, relative to this file."""
    rules: NotRequired[RuleEntries | None]
    """Rule id → level and parameters. Rules that neither this nor `extends` names are disabled."""
    waivers: NotRequired[list[WaiverEntry] | None]
    """Who is excused from what, until when."""
    accounts: NotRequired[dict[str, AccountEntry] | None]
    """Only where several accounts and providers must be told apart. Keyed by account id."""


@cache
def adapter() -> TypeAdapter[Any]:
    """The document's validator and schema."""
    return TypeAdapter(PolicyFile)
