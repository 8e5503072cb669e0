"""A policy file as a document (version 1): the strict pydantic model, its validator and its schema."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Final, Literal, NotRequired, cast

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from acctgate.model.fields import Version1, described
from acctgate.rules import RULES

_CLOSED = described(ConfigDict(strict=True, extra="forbid"))

Text = Annotated[str, Field(pattern=r"\S")]
STACK: Final = r"^[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+){0,2}$"
"""How a waiver names a stack: with the names that Pulumi allows."""
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


@with_config(_CLOSED)
class WaiverEntry(TypedDict):
    """An exception to a rule, with an expiry date."""

    rule: Annotated[str, Field(json_schema_extra={"enum": [rule.id for rule in RULES]})]
    """The rule's id."""
    account: NotRequired[Text]
    """The account's id, as text in quotes, or its alias under `accounts`. Without it: every account."""
    user: NotRequired[Text]
    """The user that it is about: the user principal name, or its hashed form (`user-…`). A violation is waived only if
    all users behind it are, which needs `names`. Without `user`, the waiver covers the whole finding."""
    stack: NotRequired[Annotated[str, Field(pattern=STACK)]]
    """The Pulumi stack that it is for: `stack`, `project/stack` or `organization/project/stack`. It then counts only in
    a preview or deployment of that stack with the policy pack."""
    reason: Text
    """Why the exception is acceptable."""
    owner: Text
    """Who is responsible for it."""
    expires: Day
    """The last day on which it applies (UTC), YYYY-MM-DD."""
    ticket: NotRequired[Text]
    """Where the exception is tracked, for example an issue's number or URL."""


@with_config(_CLOSED)
class AccountEntry(TypedDict, total=False):
    """How plans name an account, if there are several."""

    alias: Text
    """A readable name."""
    providers: list[Text]
    """Names of the Pulumi or Terraform providers that deploy to this account."""


Texts = Text | Annotated[list[Text], Field(min_length=1)]


@with_config(_CLOSED)
class MatchEntry(TypedDict, total=False):
    """Which accounts are in the group: every key must hold, and of a list one value. `*` stands for any text."""

    folder: Texts
    """The folder in the Resource Directory that the account is in, directly or below: /prod."""
    tag: Annotated[dict[Text, Texts], Field(min_length=1)]
    """The account's tags in the Resource Directory: name → value."""
    label: Annotated[dict[Text, Texts], Field(min_length=1)]
    """The account's labels in the file that lists the accounts: name → value."""
    id: Texts
    """The account's id, as text in quotes."""
    alias: Texts
    """The account's alias, in its snapshot or under `accounts`."""


@with_config(_CLOSED)
class GroupEntry(TypedDict):
    """Accounts with rules and waivers of their own."""

    match: Annotated[MatchEntry, Field(min_length=1)]
    """Which accounts are in the group."""
    rules: NotRequired[dict[str, dict[str, Any] | None] | None]
    """Rule id → level and parameters, over those of the policy and of earlier groups."""
    waivers: NotRequired[list[WaiverEntry] | None]
    """Exceptions to rules for the accounts of the group."""


_entries: Any = {rule.id: rule.parameters | None for rule in RULES}
RuleEntries: Any = with_config(_CLOSED)(cast(Any, TypedDict)("RuleEntries", _entries, total=False))


@with_config(described(ConfigDict(strict=True, extra="forbid", title="acctgate policy")))
class PolicyFile(TypedDict):
    """A policy file (version 1)."""

    version: Version1
    """The version of this format."""
    extends: NotRequired[Texts]
    """A preset (baseline, strict), another policy file, relative to this one, or a file of an installed package
    (package:path/policy.yaml). In a list, a later entry overrides an earlier one."""
    rule_modules: NotRequired[list[Text] | None]
    """Python modules with your own rules: their names, or paths that end in .py, relative to this file."""
    rules: NotRequired[RuleEntries | None]
    """Rule id → level and parameters. Rules that neither this file nor `extends` names are disabled."""
    waivers: NotRequired[list[WaiverEntry] | None]
    """Exceptions to rules, each with an expiry date."""
    accounts: NotRequired[dict[str, AccountEntry] | None]
    """Accounts by id: only needed to tell several accounts and providers apart."""
    groups: NotRequired[dict[Text, GroupEntry] | None]
    """Groups of accounts with rules and waivers of their own, by name. If an account is in several, a later group
    overrides an earlier one."""
    max_age_hours: NotRequired[Annotated[float, Field(gt=0, le=876000, allow_inf_nan=False)]]
    """Snapshots older than this are unknown. Unit: hours."""
    inline_waivers: NotRequired[bool]
    """Whether comments at the program's resources can be waivers (`acctgate:waive RULE reason=… owner=… expires=…`).
    Default: false."""
    names: NotRequired[Literal["clear", "hash", False]]
    """Whether reports name the users behind violations, from the credential report: clear, hash (pseudonyms) or false.
    Without it, only names that a snapshot has are shown. `--names` overrides it."""
    generate: NotRequired[bool]
    """Whether a check or a preview may have reports of compliance packs generated, and wait for them: those that are
    missing, or older than `compliance-report` allows. This writes. Default: false."""
    max_waiver_days: NotRequired[Annotated[int, Field(ge=1, le=36500)]]
    """The longest time from today that a waiver may last. Unit: days. Without it, `acctgate waive` refuses more than
    365 days."""


@cache
def adapter() -> TypeAdapter[Any]:
    """Return the document's validator and schema."""
    return TypeAdapter(PolicyFile)
