"""A snapshot as a JSON document (version 1): the strict pydantic model, its validator and its JSON Schema."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, NotRequired, get_type_hints

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict, is_typeddict

from acctgate.model.access_key_policy import AccessKeyPolicy
from acctgate.model.api_error import ApiError
from acctgate.model.compliance_pack import CompliancePackReport
from acctgate.model.config_rule_compliance import PackCompliance
from acctgate.model.credential_report import SECTION as CREDENTIAL_REPORT
from acctgate.model.credential_report import ValidCredentialReport
from acctgate.model.fields import Version1, answer, described
from acctgate.model.password_policy import PasswordPolicy
from acctgate.model.security_practice import AccountSecurityPracticeInfo
from acctgate.model.security_preference import SecurityPreference
from acctgate.model.user_sso import UserSsoSettings


@answer
class HowRead(TypedDict, total=False):
    """How the live account was read. It never contains a key."""

    caller: str | None
    """The identity that made the calls, from GetCallerIdentity."""
    role_arn: str | None
    """The role that it assumed."""
    region: str | None
    """The region of the endpoints."""
    profile: str | None
    """The profile of the aliyun CLI."""
    endpoint: str | None
    """HOST:PORT of the server on the reading machine that answered in place of Alibaba Cloud."""
    shard: str | None
    """Which part of a run it was read by (K/N), if several machines share the accounts."""


@answer
class MemberEntry(TypedDict, total=False):
    """The account in its organization. What is absent is not known; an empty object means that there are none."""

    folder: str
    """The path of its folder in the Resource Directory, such as /prod/payments."""
    folder_id: str
    """The folder's ID."""
    status: str
    """The status of the account in the directory."""
    tags: dict[str, str]
    """The account's tags in the directory."""
    labels: dict[str, str]
    """The account's labels in the file that lists the accounts."""


@with_config(described(ConfigDict(strict=True, extra="allow", title="acctgate snapshot")))
class SnapshotDocument(TypedDict):
    """One Alibaba Cloud account at one moment (version 1)."""

    version: Version1
    """The version of this format."""
    account_id: NotRequired[str | None]
    """The account's ID, from GetCallerIdentity."""
    alias: NotRequired[str | None]
    """A display name."""
    taken_at: NotRequired[Annotated[str, Field(json_schema_extra={"format": "date-time"})] | None]
    """When the account was read (UTC, ISO 8601)."""
    read_as: NotRequired[HowRead | None]
    """How the live account was read."""
    member: NotRequired[MemberEntry | None]
    """The account in its organization, which groups of a policy match."""
    SecurityPreference: NotRequired[SecurityPreference]
    """GetSecurityPreference's answer."""
    AccountSecurityPracticeInfo: NotRequired[AccountSecurityPracticeInfo]
    """GetAccountSecurityPracticeReport's answer."""
    CompliancePackReports: NotRequired[list[CompliancePackReport]]
    """GetCompliancePackReport's answers, one for each compliance pack."""
    PasswordPolicy: NotRequired[PasswordPolicy]
    """GetPasswordPolicy's answer."""
    UserSsoSettings: NotRequired[UserSsoSettings]
    """GetUserSsoSettings's answer."""
    AccessKeyPolicy: NotRequired[AccessKeyPolicy]
    """GetAccessKeyPolicyForAccount's answer, parsed."""
    ConfigRuleCompliances: NotRequired[list[PackCompliance]]
    """GetConfigRuleComplianceByPack's answers, one for each compliance pack, with the risk levels of the rules."""
    CredentialReport: NotRequired[ValidCredentialReport]
    """GetCredentialReport's answer, parsed. It names users, so it is there only if it was asked for (`--names`)."""
    errors: NotRequired[dict[str, ApiError]]
    """The errors by section. "CompliancePackReports.<pack id>" is the error of one pack, "identity" that of an account
    of which nothing could be read."""


@cache
def setting_names() -> frozenset[str]:
    """Return the full names of all settings in the sections, such as AccountSecurityPracticeInfo.Score."""
    names = (name for name in _names("", SnapshotDocument) if "." in name)
    return frozenset(name for name in names if not name.startswith(CREDENTIAL_REPORT))


def _names(prefix: str, model: Any) -> Iterator[str]:
    for key, kind in get_type_hints(model).items():
        if is_typeddict(kind):
            yield from _names(f"{prefix}{key}.", kind)
        else:
            yield f"{prefix}{key}"


@cache
def adapter() -> TypeAdapter[Any]:
    """Return the document's validator and schema."""
    return TypeAdapter(SnapshotDocument)
