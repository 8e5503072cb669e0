"""The dynamic provider behind the data sources: it reads one section of the live account.

A Python dynamic provider has no Invoke, and the engine does not call its `create` in a preview. It does call `check`,
and policies see the inputs that `check` returns. So `check` reads the live account, at every preview, and Pulumi
itself shows drift as a diff.

A denied or broken call does not fail the preview: the data source gets an `error` instead of its section, and the
rules that need the section are unknown. Only invalid arguments fail the preview.
"""

from __future__ import annotations

import atexit
import gc
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from pulumi.dynamic import (
    CheckFailure,
    CheckResult,
    CreateResult,
    DiffResult,
    ReadResult,
    ResourceProvider,
    UpdateResult,
)
from pulumi.output import Unknown
from pulumi.runtime.rpc import UNKNOWN

from acctgate.crossguard import batch
from acctgate.crossguard.source_types import (
    ACCOUNT,
    ARGUMENTS,
    BY_NAME,
    CONFIG_RULES,
    PACK_REPORTS,
    READ_AT,
    SourceType,
)
from acctgate.model.api_error import ApiError
from acctgate.model.config_rule_compliance import count_results
from acctgate.sources import SourceError
from acctgate.sources.call_error import CallError
from acctgate.sources.operations import OPTIONAL_OPERATIONS, PRACTICE, PREFERENCE
from acctgate.sources.target import Target

if TYPE_CHECKING:
    from acctgate.sources.live_account import LiveAccount

Values = dict[str, Any]


def _read_packs(account: LiveAccount, arguments: Values) -> Values:
    """Read the report of the pack that is named, or of each pack of the account."""
    if pack := arguments.get("compliance_pack_id"):
        return {PACK_REPORTS.section: [account.compliance_pack_report(pack)]}
    reports, errors = account.compliance_pack_reports()
    return {PACK_REPORTS.section: reports, **_errors(errors)}


def _read_rules(account: LiveAccount, arguments: Values) -> Values:
    """Read the rules of the pack that is named, or of each pack of the account, and count their results."""
    pack = arguments.get("compliance_pack_id")
    found, errors = account.config_rule_compliances(None if pack is None else [pack])
    return {CONFIG_RULES.section: found, "counts": count_results(found), **_errors(errors)}


_OPERATIONS: Final = {operation.section: operation for operation in (PREFERENCE, PRACTICE, *OPTIONAL_OPERATIONS)}
"""The operations that answer the section of a data source by themselves."""


def _read_section(source: SourceType, account: LiveAccount, arguments: Values) -> Values:
    """Read the section of a data source.

    Raises:
        CallError: A call failed.
    """
    if source == PACK_REPORTS:
        return _read_packs(account, arguments)
    if source == CONFIG_RULES:
        return _read_rules(account, arguments)
    return {source.section: account.section(_OPERATIONS[source.section])}


class SourceReader(ResourceProvider):
    """Reads one section of an account. Pulumi keeps it, pickled, in the state: it holds no secret."""

    serialize_as_secret_always = False

    def __init__(self, name: str) -> None:
        """Read the data source of this name."""
        super().__init__()
        self._name = name

    def check(self, _olds: Values, news: Values) -> CheckResult:
        """Read the live account, in a preview too."""
        arguments = self._arguments(news)
        try:
            return CheckResult({**arguments, **self._read(arguments), READ_AT: datetime.now(UTC).isoformat()}, [])
        except _InvalidArgumentError as error:
            return CheckResult(arguments, [CheckFailure(error.name, str(error))])

    def diff(self, _id: str, _olds: Values, _news: Values) -> DiffResult:
        """Show what changed in the account as an update of the data source. The time of reading does not count."""
        olds = {key: value for key, value in _olds.items() if key not in ("__provider", READ_AT)}
        news = {key: value for key, value in _news.items() if key not in ("__provider", READ_AT)}
        return DiffResult(changes=olds != news)

    def create(self, props: Values) -> CreateResult:
        """Record what `check` has read. Nothing is created."""
        return CreateResult(BY_NAME[self._name].section, props)

    def update(self, _id: str, _olds: Values, _news: Values) -> UpdateResult:
        """Record what `check` has read."""
        return UpdateResult(_news)

    def read(self, id_: str, props: Values) -> ReadResult:
        """Read the live account again, for a refresh."""
        arguments = self._arguments(props)
        try:
            values = {**arguments, **self._read(arguments), READ_AT: datetime.now(UTC).isoformat()}
        except _InvalidArgumentError:
            values = props
        return ReadResult(id_, values, dict(values))

    def delete(self, _id: str, _props: Values) -> None:
        """Remove the data source from the state. The account stays as it is."""

    def _arguments(self, properties: Values) -> Values:
        names = (*ARGUMENTS, *BY_NAME[self._name].extra_arguments)
        return {name: properties[name] for name in names if properties.get(name) is not None}

    def _read(self, arguments: Values) -> Values:
        for name, value in arguments.items():
            if isinstance(value, Unknown) or value == UNKNOWN:
                reason = f"{name} is known only after the deploy"
                return {"error": {"code": "UnknownArgument", "message": reason}}
            if not isinstance(value, str) or not value:
                raise _InvalidArgumentError(name, f"expected text, found {value!r}")
        return _read_all(arguments) if self._name == ACCOUNT.name else _read_source(BY_NAME[self._name], arguments)


def _read_source(source: SourceType, arguments: Values) -> Values:
    """Return the account's id and the section, or errors in their place."""
    try:
        account = _account(_target(*(arguments.get(name) for name in ARGUMENTS)))
    except CallError as error:
        return {"error": _without_nulls(error.error)}
    except SourceError as error:
        return {"error": {"code": "NoCredentials", "message": str(error)}}
    values: Values = {}
    try:
        values["account_id"] = account.account_id()
    except CallError as error:
        values["identity_error"] = _without_nulls(error.error)
    try:
        values |= _read_section(source, account, arguments)
    except CallError as error:
        values["error"] = _without_nulls(error.error)
    return values


def _read_all(arguments: Values) -> Values:
    """Return the account's ID and all sections, with the errors of those that cannot be read."""
    target = _target(*(arguments.get(name) for name in ARGUMENTS))
    try:
        document = batch.read(target).document
    except SourceError as error:
        role = f"{target.role_arn}: " if target.role_arn else ""
        return {"error": {"code": "Unreadable", "message": f"{role}{error}"}}
    values = {name: document[name] for name in ("account_id", *ACCOUNT.sections) if name in document}
    return {**values, **_errors(document.get("errors", {}))}


class _InvalidArgumentError(Exception):
    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


def _target(region: str | None, role_arn: str | None, endpoint: str | None) -> Target:
    """Return the account that the arguments select, or else the environment."""
    try:
        return Target.chosen(region, role_arn, endpoint)
    except SourceError as error:
        name = str(error).split()[0].replace("role", "role_arn")
        raise _InvalidArgumentError(name, str(error)) from None


# One process serves all data sources of a preview: it assumes a role and reads the identity once.
@lru_cache
def _account(target: Target) -> LiveAccount:
    from acctgate.sources.live_account import LiveAccount  # noqa: PLC0415 - loads only for a live call

    atexit.register(gc.freeze)  # skips the last garbage collection: the engine waits for this process
    return LiveAccount(target)


def _errors(errors: Mapping[str, ApiError]) -> Values:
    """Return the output with the errors by section, if there are any."""
    return {"errors": {name: _without_nulls(error) for name, error in errors.items()}} if errors else {}


def _without_nulls(error: ApiError) -> Values:
    return {key: value for key, value in error.items() if value is not None}
