"""The account as data sources of a Pulumi program.

A Python dynamic provider has no Invoke, and its `create` is not called in a preview. Its `check` is, and the
inputs that it returns are what policies see. So each data source is a dynamic resource whose `check` reads
the live account: at every preview, so that Pulumi shows drift as a diff of its own.

A denied or broken call does not fail the preview: an `error` takes the section's place, and the rules that
need the section are unknown. Only wrong arguments fail it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pulumi
from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    Resource,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from acctgate.crossguard.source_types import MODULE
from acctgate.model.snapshot_document import ApiError
from acctgate.sources import SourceError

if TYPE_CHECKING:
    from acctgate.sources.calls import Target
    from acctgate.sources.live import LiveAccount

ARGUMENTS: Final = ("region", "role_arn", "endpoint", "compliance_pack_id")
"""What the program gives. Everything else is read."""
Values = dict[str, Any]


class AccountReader(ResourceProvider):
    """Reads one section of an account. Pickled by reference: it holds nothing, least of all a secret."""

    serialize_as_secret_always = False
    section: str
    """The section of a snapshot that it reads."""

    def read_section(self, account: LiveAccount, arguments: Values) -> Values:
        """The section, under its name.

        Raises:
            CallError: The call brought no answer.
        """
        raise NotImplementedError

    def check(self, _olds: Values, news: Values) -> CheckResult:
        """Read the live account, in a preview too."""
        arguments = _arguments(news)
        try:
            return CheckResult({**arguments, **self._read(arguments)}, [])
        except _WrongArgument as error:
            return CheckResult(arguments, [CheckFailure(error.name, str(error))])

    def diff(self, _id: str, _olds: Values, _news: Values) -> DiffResult:
        """What moved in the account is an update of the data source."""
        olds = {key: value for key, value in _olds.items() if key != "__provider"}
        news = {key: value for key, value in _news.items() if key != "__provider"}
        return DiffResult(changes=olds != news)

    def create(self, props: Values) -> CreateResult:
        """Keep what `check` has read. Nothing is created."""
        return CreateResult(self.section, props)

    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Keep what `check` has read."""
        return UpdateResult(_news)

    def read(self, id_: str, props: Values) -> ReadResult:
        """Read the live account again, for a refresh."""
        arguments = _arguments(props)
        try:
            values = {**arguments, **self._read(arguments)}
        except _WrongArgument:
            values = props
        return ReadResult(id_, values, dict(values))

    def delete(self, _id: str, _props: Values) -> None:
        """Forget the data source. The account stays as it is."""

    def _read(self, arguments: Values) -> Values:
        from acctgate.sources.call_error import CallError

        for name, value in arguments.items():
            if isinstance(value, Unknown) or value == UNKNOWN:
                reason = f"{name} is known only after the deploy"
                return {"error": {"code": "UnknownArgument", "message": reason}}
            if not isinstance(value, str) or not value:
                raise _WrongArgument(name, f"expected text, found {value!r}")
        pack = arguments.get("compliance_pack_id")
        try:
            account = _open(*(arguments.get(name) for name in ("region", "role_arn", "endpoint")))
        except CallError as error:
            return {"error": _plain(error.error)}
        except SourceError as error:
            return {"error": {"code": "NoCredentials", "message": str(error)}}
        values: Values = {}
        try:
            values["account_id"] = account_id(account)
        except CallError as error:
            values["identity_error"] = _plain(error.error)
        try:
            values |= self.read_section(account, {"compliance_pack_id": pack})
        except CallError as error:
            values["error"] = _plain(error.error)
        return values


def _arguments(properties: Values) -> Values:
    return {name: properties[name] for name in ARGUMENTS if properties.get(name) is not None}


class _WrongArgument(Exception):
    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _open(region: str | None, role_arn: str | None, endpoint: str | None) -> LiveAccount:
    """The account that the arguments name, or else the environment."""
    from acctgate.sources.calls import Target

    try:
        target = Target.chosen(region, role_arn, endpoint)
    except SourceError as error:
        name = str(error).split()[0].replace("role", "role_arn")
        raise _WrongArgument(name, str(error)) from None
    return _account(target)


# One provider process serves all data sources of a preview: who it is, and the role, are asked once.
@lru_cache
def _account(target: Target) -> LiveAccount:
    from acctgate.sources.live import LiveAccount

    return LiveAccount(target)


@lru_cache
def account_id(account: LiveAccount) -> str:
    """Which account it is. Asked once for each process."""
    return account.account_id()


def _plain(error: ApiError) -> Values:
    return {key: value for key, value in error.items() if value is not None}


class SecurityPreferenceReader(AccountReader):
    """Reads GetSecurityPreference."""

    section = "SecurityPreference"

    def read_section(self, account: LiveAccount, arguments: Values) -> Values:
        """The security preferences."""
        return {self.section: account.security_preference()}


class SecurityPracticeReader(AccountReader):
    """Reads GetAccountSecurityPracticeReport."""

    section = "AccountSecurityPracticeInfo"

    def read_section(self, account: LiveAccount, arguments: Values) -> Values:
        """The security report."""
        return {self.section: account.security_practice()}


class CompliancePackReader(AccountReader):
    """Reads GetCompliancePackReport, of one pack or of all."""

    section = "CompliancePackReports"

    def read_section(self, account: LiveAccount, arguments: Values) -> Values:
        """The report of the pack that is named, or of each that ListCompliancePacks names."""
        if pack := arguments["compliance_pack_id"]:
            return {self.section: [account.compliance_pack_report(pack)]}
        reports, errors = account.compliance_pack_reports()
        plain = {name: _plain(error) for name, error in errors.items()}
        return {self.section: reports, **({"errors": plain} if plain else {})}


class _DataSource(Resource):
    reader: ClassVar[type[AccountReader]]
    account_id: pulumi.Output[str]
    """The account that was read. Absent where GetCallerIdentity brought no answer."""
    error: pulumi.Output[dict[str, Any]]
    """Why the section could not be read: code, message, request_id. Absent where it could."""

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
        read = dict.fromkeys(("account_id", self.reader.section, "error"))
        super().__init__(self.reader(), resource_name, {**read, **given}, opts)


class SecurityPreference(_DataSource, module=MODULE, name="SecurityPreference"):
    """The account's security preferences (Ims GetSecurityPreference), read at every preview."""

    reader = SecurityPreferenceReader
    SecurityPreference: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent where there is an `error`."""


class SecurityPracticeReport(_DataSource, module=MODULE, name="SecurityPracticeReport"):
    """The account's security report (Ims GetAccountSecurityPracticeReport), read at every preview."""

    reader = SecurityPracticeReader
    AccountSecurityPracticeInfo: pulumi.Output[dict[str, Any]]
    """The answer, with the API's own keys. Absent where there is an `error`."""


class CompliancePackReport(_DataSource, module=MODULE, name="CompliancePackReport"):
    """Reports of compliance packs (Config GetCompliancePackReport), read at every preview."""

    reader = CompliancePackReader
    CompliancePackReports: pulumi.Output[list[dict[str, Any]]]
    """The answers, one for each pack, without their signed URLs. Absent where there is an `error`."""

    def __init__(
        self,
        resource_name: str,
        compliance_pack_id: pulumi.Input[str] | None = None,
        region: pulumi.Input[str] | None = None,
        role_arn: pulumi.Input[str] | None = None,
        endpoint: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Read the report of the pack `compliance_pack_id`; without it, of each pack of the account.

        The other arguments are those of `SecurityPreference`.
        """
        arguments = {
            "compliance_pack_id": compliance_pack_id,
            "region": region,
            "role_arn": role_arn,
            "endpoint": endpoint,
        }
        self._declare(resource_name, arguments, opts)
