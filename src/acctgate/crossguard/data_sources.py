"""The account as data sources of a Pulumi program. `source_reader` describes how they work."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Final

import pulumi
from pulumi.dynamic import Resource

from acctgate.crossguard.source_reader import SourceReader
from acctgate.crossguard.source_types import (
    ACCESS_KEY_POLICY,
    ACCOUNT,
    CONFIG_RULES,
    MODULE,
    PACK_REPORTS,
    PASSWORD_POLICY,
    PRACTICE,
    PREFERENCE,
    USER_SSO,
    SourceType,
)

_PICKLER: Final[Any] = pickle._Pickler


class _DataSource(Resource):
    source: ClassVar[SourceType]
    account_id: pulumi.Output[str]
    """The account that was read. Absent if GetCallerIdentity failed."""
    error: pulumi.Output[dict[str, Any]]
    """Why the section could not be read: code, message, request_id. Absent if it was read."""

    def __init__(
        self,
        resource_name: str,
        region: pulumi.Input[str] | None = None,
        role_arn: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Read the section.

        Args:
            resource_name: The name in the stack.
            region: ap-southeast-1 for an international account, else cn-shanghai.
            role_arn: A role to assume, to read another account (acs:ram::ACCOUNT:role/NAME).
            endpoint: HOST:PORT of a server on this machine that all calls go to.
            opts: Pulumi's resource options.
        """
        self._declare(resource_name, {"region": region, "role_arn": role_arn, "endpoint": endpoint}, opts)

    def _declare(
        self, resource_name: str, arguments: dict[str, pulumi.Input[str] | None], opts: pulumi.ResourceOptions | None
    ) -> None:
        given = {name: value for name, value in arguments.items() if value is not None}
        outputs = dict.fromkeys(("account_id", *self.source.sections, *self.source.extra_outputs, "error"))
        with _unwrapped_pickler():
            super().__init__(SourceReader(self.source.name), resource_name, {**outputs, **given}, opts)


@contextmanager
def _unwrapped_pickler() -> Iterator[None]:
    """Leave Python's pickler as it is.

    Pulumi's SDK wraps a method of the pickler for each dynamic resource, and never unwraps it. So a program with about
    900 data sources would exceed the depth that Python allows.
    """
    method = _PICKLER._batch_setitems
    try:
        yield
    finally:
        _PICKLER._batch_setitems = method


class SecurityPreference(_DataSource, module=MODULE, name=PREFERENCE.name):
    """The account's security preferences (Ims GetSecurityPreference), read at every preview."""

    source = PREFERENCE
    SecurityPreference: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent if there is an `error`."""


class SecurityPracticeReport(_DataSource, module=MODULE, name=PRACTICE.name):
    """The account's security report (Ims GetAccountSecurityPracticeReport), read at every preview."""

    source = PRACTICE
    AccountSecurityPracticeInfo: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent if there is an `error`."""


class PasswordPolicy(_DataSource, module=MODULE, name=PASSWORD_POLICY.name):
    """The password policy for RAM users (Ims GetPasswordPolicy), read at every preview."""

    source = PASSWORD_POLICY
    PasswordPolicy: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent if there is an `error`."""


class UserSsoSettings(_DataSource, module=MODULE, name=USER_SSO.name):
    """The settings of SSO for RAM users (Ims GetUserSsoSettings), read at every preview."""

    source = USER_SSO
    UserSsoSettings: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent if there is an `error`."""


class AccessKeyPolicy(_DataSource, module=MODULE, name=ACCESS_KEY_POLICY.name):
    """The account's AccessKey policy (Ims GetAccessKeyPolicyForAccount), read at every preview."""

    source = ACCESS_KEY_POLICY
    AccessKeyPolicy: pulumi.Output[dict[str, Any]]
    """The answer, parsed. Absent if there is an `error`."""


class _PackSource(_DataSource):
    def __init__(
        self,
        resource_name: str,
        compliance_pack_id: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        role_arn: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Read one compliance pack, or each pack of the account.

        Args:
            resource_name: The name in the stack.
            compliance_pack_id: The pack; without it, all packs that ListCompliancePacks names.
            region: ap-southeast-1 for an international account, else cn-shanghai.
            role_arn: A role to assume, to read another account (acs:ram::ACCOUNT:role/NAME).
            endpoint: HOST:PORT of a server on this machine that all calls go to.
            opts: Pulumi's resource options.
        """
        arguments = {
            "compliance_pack_id": compliance_pack_id,
            "region": region,
            "role_arn": role_arn,
            "endpoint": endpoint,
        }
        self._declare(resource_name, arguments, opts)


class CompliancePackReport(_PackSource, module=MODULE, name=PACK_REPORTS.name):
    """Reports of compliance packs (Config GetCompliancePackReport), read at every preview."""

    source = PACK_REPORTS
    CompliancePackReports: pulumi.Output[list[dict[str, Any]]]
    """The answers, one for each pack, without their signed URLs. Absent if there is an `error`."""


class ConfigRuleCompliance(_PackSource, module=MODULE, name=CONFIG_RULES.name):
    """The rules of compliance packs (Config GetConfigRuleComplianceByPack), read at every preview."""

    source = CONFIG_RULES
    ConfigRuleCompliances: pulumi.Output[list[dict[str, Any]]]
    """The answers, one for each pack, with the risk levels of the rules. Absent if there is an `error`."""
    counts: pulumi.Output[dict[str, int]]
    """How many rules have each result, by ComplianceType. Absent if there is an `error`."""


class Account(_DataSource, module=MODULE, name=ACCOUNT.name):
    """All sections of an account, read in parallel at every preview. `OrganizationPosture` has one for each account."""

    source = ACCOUNT
    SecurityPreference: pulumi.Output[dict[str, Any]]
    AccountSecurityPracticeInfo: pulumi.Output[dict[str, Any]]
    CompliancePackReports: pulumi.Output[list[dict[str, Any]]]
    PasswordPolicy: pulumi.Output[dict[str, Any]]
    UserSsoSettings: pulumi.Output[dict[str, Any]]
    AccessKeyPolicy: pulumi.Output[dict[str, Any]]
    ConfigRuleCompliances: pulumi.Output[list[dict[str, Any]]]
    errors: pulumi.Output[dict[str, Any]]
    """Why sections could not be read, by section. Absent if all were. `error` is set if nothing could be read."""
