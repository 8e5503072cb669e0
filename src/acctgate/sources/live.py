"""The live account, through Alibaba Cloud's SDK.

The SDK signs, retries and finds credentials. Its typed models fail open, so only its generic client is used,
and the body is read and judged here. Clients are built inside the call that uses them and kept nowhere: a
client carries a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any, Final, NamedTuple

from acctgate.redact import one_line, without_secrets
from acctgate.snapshot import ApiError, Snapshot, explain
from acctgate.sources.base import SourceError, read_json
from acctgate.sources.responses import api_error, snapshot_of

DEFAULT_REGION: Final = "cn-shanghai"
_INTERNATIONAL: Final = "ap-southeast-1"
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)+", re.ASCII)
_ROLE: Final = re.compile(r"acs:ram::\d+:role/[A-Za-z0-9._-]+", re.ASCII)
_MOST_PACKS: Final = 1000

# Milliseconds. An account is read while somebody waits for a preview.
_CONNECT_TIMEOUT: Final = 5_000
_READ_TIMEOUT: Final = 10_000
_RETRIES: Final = {
    "retryable": True,
    "retryCondition": [
        {
            "maxAttempts": 4,
            "maxDelay": 5_000,
            "backoff": {"policy": "ExponentialWithFullJitter", "period": 200, "cap": 3_000},
            # None is the name of what the SDK raises for a body that is no JSON: a gateway's 502.
            "exception": ["RetryError", "ServerException", "ThrottlingException", None],
            "errorCode": ["Throttling", "Throttling.User", "Throttling.Api", "Throttling.Resource"],
        }
    ],
}


class _Operation(NamedTuple):
    product: str
    version: str
    method: str
    permission: str


_OPERATIONS: Final = {
    "GetCallerIdentity": _Operation("sts", "2015-04-01", "POST", "sts:GetCallerIdentity"),
    "AssumeRole": _Operation("sts", "2015-04-01", "POST", "sts:AssumeRole"),
    "GetSecurityPreference": _Operation("ims", "2019-08-15", "POST", "ram:GetSecurityPreference"),
    "GetAccountSecurityPracticeReport": _Operation(
        "ims", "2019-08-15", "POST", "ram:GetAccountSecurityPracticeReport"
    ),
    "ListCompliancePacks": _Operation("config", "2020-09-07", "POST", "config:ListCompliancePacks"),
    "GetCompliancePackReport": _Operation("config", "2020-09-07", "GET", "config:GetCompliancePackReport"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Which account to read, and through which door.

    Raises:
        SourceError: The region, the role or the endpoint is none.
    """

    region: str = DEFAULT_REGION
    """Picks the endpoints of Sts and Cloud Config. ap-southeast-1 for an international account."""
    role_arn: str | None = None
    """A role to assume from the default credentials, to read another account."""
    endpoint: str | None = None
    """HOST:PORT of a server on this machine that all calls go to, over http."""

    def __post_init__(self) -> None:
        if not _REGION.fullmatch(self.region):
            raise SourceError(f"region {one_line(self.region)}: is no region; cn-shanghai is one")
        if self.role_arn is not None and not _ROLE.fullmatch(self.role_arn):
            raise SourceError(f"role {one_line(self.role_arn)}: is no role; acs:ram::ACCOUNT:role/NAME is one")
        if self.endpoint is not None and not _is_loopback(self.endpoint):
            raise SourceError(
                f"endpoint {one_line(self.endpoint)}: is not HOST:PORT on this machine; 127.0.0.1:8080 is one"
            )

    def host(self, product: str) -> str:
        """Where the calls of a product go."""
        if self.endpoint:
            return self.endpoint
        if product == "config":
            return f"config.{_INTERNATIONAL if self.region == _INTERNATIONAL else DEFAULT_REGION}.aliyuncs.com"
        return f"sts.{self.region}.aliyuncs.com" if product == "sts" else f"{product}.aliyuncs.com"


class CallError(Exception):
    """A call that brought no answer."""

    def __init__(self, operation: str, error: ApiError) -> None:
        super().__init__(explain(error, operation))
        self.operation, self.error = operation, error


class LiveAccount:
    """One account, read call by call. Each method raises `CallError` where the call brings no answer."""

    def __init__(self, target: Target) -> None:
        """Find credentials, and assume the role where there is one.

        Raises:
            SourceError: There are no credentials.
            CallError: The role could not be assumed.
        """
        self._target = target
        if target.endpoint:  # the SDK's synchronous path ignores NO_PROXY: a proxy would get the loopback calls
            for name in ("HTTP_PROXY", "http_proxy"):
                os.environ.pop(name, None)
        self._credential = _default_credential()
        if target.role_arn:
            self._credential = self._assume(target.role_arn)

    def account_id(self) -> str:
        """The account's id, from GetCallerIdentity."""
        answer = self._call("GetCallerIdentity")
        return str(_expect("GetCallerIdentity", answer, "AccountId", str))

    def security_preference(self) -> dict[str, Any]:
        """GetSecurityPreference's SecurityPreference."""
        return self._section("GetSecurityPreference", "SecurityPreference")

    def security_practice(self) -> dict[str, Any]:
        """GetAccountSecurityPracticeReport's AccountSecurityPracticeInfo."""
        return self._section("GetAccountSecurityPracticeReport", "AccountSecurityPracticeInfo")

    def compliance_packs(self) -> list[str]:
        """The ids of the account's compliance packs, from ListCompliancePacks."""
        ids: list[str] = []
        for page in range(1, _MOST_PACKS // 100 + 1):
            answer = self._call("ListCompliancePacks", {"PageNumber": str(page), "PageSize": "100"})
            result = _expect("ListCompliancePacks", answer, "CompliancePacksResult", dict)
            packs = _expect("ListCompliancePacks", result, "CompliancePacks", list)
            ids += [str(_expect("ListCompliancePacks", pack, "CompliancePackId", str)) for pack in packs]
            if len(packs) < 100:
                return ids
        raise CallError(
            "ListCompliancePacks", {"code": "TooMany", "message": f"more than {_MOST_PACKS} compliance packs"}
        )

    def compliance_pack_report(self, pack: str) -> dict[str, Any]:
        """GetCompliancePackReport's CompliancePackReport, without its signed URL."""
        return self._section("GetCompliancePackReport", "CompliancePackReport", {"CompliancePackId": pack})

    def compliance_pack_reports(self) -> tuple[list[dict[str, Any]], dict[str, ApiError]]:
        """The report of each pack. A pack whose report cannot be read keeps its place, with an error."""
        reports, errors = [], {}
        packs = self.compliance_packs()
        for pack, result in zip(packs, _at_once(_asking(self.compliance_pack_report, packs)), strict=True):
            if isinstance(result, CallError):
                reports.append({"CompliancePackId": pack})
                errors[f"CompliancePackReports.{pack}"] = result.error
            else:
                reports.append(result)
        return reports, errors

    def _section(self, operation: str, key: str, query: dict[str, str] | None = None) -> dict[str, Any]:
        section: dict[str, Any] = without_secrets(_expect(operation, self._call(operation, query), key, dict))
        return section

    def _call(self, operation: str, query: dict[str, str] | None = None) -> Any:
        from alibabacloud_tea_openapi.client import Client
        from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
        from darabonba.policy.retry import RetryOptions
        from darabonba.runtime import RuntimeOptions

        product, version, method, _ = _OPERATIONS[operation]
        config = Config(
            credential=self._credential, endpoint=self._target.host(product), region_id=self._target.region,
            protocol="http" if self._target.endpoint else "https", connect_timeout=_CONNECT_TIMEOUT,
            read_timeout=_READ_TIMEOUT, retry_options=RetryOptions(_RETRIES), user_agent="acctgate",
        )  # fmt: skip
        params = Params(
            action=operation, version=version, protocol=config.protocol, pathname="/", method=method,
            auth_type="AK", style="RPC", req_body_type="formData", body_type="string",
        )  # fmt: skip
        try:
            answer = Client(config).call_api(params, OpenApiRequest(query=query or {}), RuntimeOptions())
        except Exception as error:
            raise CallError(operation, _as_error(operation, error, self._target.host(product))) from None
        try:
            return read_json(answer["body"], operation)
        except SourceError as error:
            raise CallError(operation, {"code": "UnexpectedAnswer", "message": str(error)}) from None

    def _assume(self, role_arn: str) -> Any:
        from alibabacloud_credentials.client import Client
        from alibabacloud_credentials.models import Config

        answer = self._call("AssumeRole", {"RoleArn": role_arn, "RoleSessionName": "acctgate"})
        keys = _expect("AssumeRole", answer, "Credentials", dict)
        return Client(
            Config(
                type="sts",
                access_key_id=_expect("AssumeRole", keys, "AccessKeyId", str),
                access_key_secret=_expect("AssumeRole", keys, "AccessKeySecret", str),
                security_token=_expect("AssumeRole", keys, "SecurityToken", str),
            )
        )


def read_account(target: Target, now: datetime) -> Snapshot:
    """Everything that acctgate reads of an account, at once.

    Raises:
        SourceError: No call brought anything: there are no credentials, they are wrong, or nobody answers.
    """
    try:
        account = LiveAccount(target)
    except CallError as error:
        raise SourceError(f"the account cannot be read: {error}; {_remedy(error)}") from None
    identity, preference, practice, packs = _at_once(
        [
            account.account_id,
            account.security_preference,
            account.security_practice,
            account.compliance_pack_reports,
        ]
    )
    results = (identity, preference, practice, packs)
    if all(isinstance(result, CallError) for result in results):
        raise SourceError(f"the account cannot be read: {identity}; {_remedy(identity)}")
    sections: dict[str, Any] = {}
    errors: dict[str, ApiError] = {}
    named = {"SecurityPreference": preference, "AccountSecurityPracticeInfo": practice}
    for section, result in named.items():
        if isinstance(result, CallError):
            errors[section] = result.error
        else:
            sections[section] = result
    if isinstance(packs, CallError):
        errors["CompliancePackReports"] = packs.error
    else:
        sections["CompliancePackReports"], pack_errors = packs
        errors |= pack_errors
    if isinstance(identity, CallError):
        errors["account_id"] = identity.error
    taken_at = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    return snapshot_of(sections, errors, None if isinstance(identity, CallError) else identity, taken_at)


def _remedy(error: CallError) -> str:
    code = error.error["code"]
    if code == "NoAnswer":
        return "check the network, the region and the endpoint"
    if code.startswith(("InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidSecurityToken")):
        return "check the AccessKey id, secret and token"
    return "check the caller's permissions"


def _asking(ask: Callable[[str], Any], names: list[str]) -> list[Callable[[], Any]]:
    return [lambda name=name: ask(name) for name in names]  # type: ignore[misc]


def _at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """The results of the calls, made in parallel; a `CallError` in the place of what brought no answer."""

    def attempt(call: Callable[[], Any]) -> Any:
        try:
            return call()
        except CallError as error:
            return error

    if not calls:
        return []
    with ThreadPoolExecutor(max_workers=min(8, len(calls))) as pool:
        return list(pool.map(attempt, calls))


def _default_credential() -> Any:
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.exceptions import CredentialException

    try:
        client = Client()
        client.get_credential()
    except (CredentialException, ValueError, OSError) as error:
        hint = "set ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET, or run `aliyun configure`"
        raise SourceError(f"no credentials for Alibaba Cloud: {hint} ({_first(error)})") from None
    return client


def _first(error: Exception) -> str:
    return one_line(getattr(error, "message", None) or error)[:160]


def _expect(operation: str, answer: Any, key: str, kind: type) -> Any:
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        raise CallError(operation, {"code": "UnexpectedAnswer", "message": f"the answer has no {key}"})
    return value


def _as_error(operation: str, error: Exception, host: str) -> ApiError:
    """What the SDK raised, as the API's own words; what is missing where a permission is."""
    data = getattr(error, "data", None)
    code = getattr(error, "code", None)
    if not isinstance(data, dict) or not code or code == "None":
        return {"code": "NoAnswer", "message": f"{host} gave no answer that can be read ({_cause(error)})"}
    answer = api_error({"Code": code, "Message": data.get("Message"), "RequestId": data.get("RequestId")})
    if getattr(error, "status_code", None) == 403 or code in ("NoPermission", "Forbidden.RAM"):
        detail = getattr(error, "access_denied_detail", None) or {}
        needs = one_line(detail.get("AuthAction") or _OPERATIONS[operation].permission)
        answer["message"] += f" (grant {needs} to the caller)"
    return answer


def _cause(error: Exception) -> str:
    """Why nobody answered, without the address and the library's wrapping."""
    text = str(getattr(error, "inner_exception", None) or error)
    for sign, cause in (
        ("refused", "connection refused"),
        ("timed out", "time-out"),
        ("resolve", "the name does not resolve"),
        ("getaddrinfo", "the name does not resolve"),
        ("proxy", "the proxy does not let it through"),
        ("CERTIFICATE", "the certificate is not trusted"),
        ("reset", "connection broken"),
        ("aborted", "connection broken"),
    ):
        if sign in text:
            return cause
    return one_line(type(getattr(error, "inner_exception", None) or error).__name__)


def _is_loopback(endpoint: str) -> bool:
    host, colon, port = endpoint.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return False
    host = host.strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
