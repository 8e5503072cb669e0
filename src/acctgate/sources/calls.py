"""One call to an Alibaba Cloud API, through the SDK's generic client.

The SDK signs, retries and finds credentials. Its typed models fail open, so the body is read here, strictly.
Clients are built inside the call that uses them: a client carries a secret.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any, Final

from acctgate.reading import SourceError, read_json
from acctgate.redact import one_line
from acctgate.sources import sdk
from acctgate.sources.call_error import CallError, call_error
from acctgate.sources.operations import ASSUME_ROLE, Operation

DEFAULT_REGION: Final = "cn-shanghai"
_INTERNATIONAL: Final = "ap-southeast-1"
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)+", re.ASCII)
_ROLE: Final = re.compile(r"acs:ram::\d+:role/[A-Za-z0-9._-]+", re.ASCII)
# Milliseconds. An account is read while somebody waits for a preview.
CONNECT_TIMEOUT: Final = 5_000
READ_TIMEOUT: Final = 10_000
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

    @classmethod
    def chosen(cls, region: str | None, role_arn: str | None, endpoint: str | None) -> Target:
        """What is given; what is not, from ACCTGATE_REGION, ACCTGATE_ROLE_ARN and ACCTGATE_ENDPOINT."""
        environ = os.environ.get
        return cls(
            region or environ("ACCTGATE_REGION") or DEFAULT_REGION,
            role_arn or environ("ACCTGATE_ROLE_ARN") or None,
            endpoint or environ("ACCTGATE_ENDPOINT") or None,
        )

    def host(self, product: str) -> str:
        """Where the calls of a product go."""
        if self.endpoint:
            return self.endpoint
        if product == "config":
            return f"config.{_INTERNATIONAL if self.region == _INTERNATIONAL else DEFAULT_REGION}.aliyuncs.com"
        return f"sts.{self.region}.aliyuncs.com" if product == "sts" else f"{product}.aliyuncs.com"


class Caller:
    """Somebody who can call: the default credentials, or a role that they may assume.

    Raises:
        SourceError: There are no credentials.
        CallError: The role could not be assumed.
    """

    def __init__(self, target: Target, say: Callable[[str], None] | None = None) -> None:
        """`say` is told each operation as it is called."""
        self._target, self._say = target, say
        past_proxies(target)
        self._credential = default_credential()
        if target.role_arn:
            self._credential = self._assume(target.role_arn)

    def call(self, operation: Operation, query: dict[str, str] | None = None) -> Any:
        """The answer's JSON.

        Raises:
            CallError: The call brought no answer that can be read.
        """
        from alibabacloud_tea_openapi.client import Client
        from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
        from darabonba.policy.retry import RetryOptions
        from darabonba.runtime import RuntimeOptions

        if self._say:
            self._say(operation.name)
        host = self._target.host(operation.product)
        config = Config(
            credential=self._credential, endpoint=host, region_id=self._target.region,
            protocol="http" if self._target.endpoint else "https", connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT, retry_options=RetryOptions(_RETRIES), user_agent="acctgate",
        )  # fmt: skip
        params = Params(
            action=operation.name, version=operation.version, protocol=config.protocol, pathname="/",
            method=operation.method, auth_type="AK", style="RPC", req_body_type="formData", body_type="string",
        )  # fmt: skip
        try:
            answer = Client(config).call_api(params, OpenApiRequest(query=query or {}), RuntimeOptions())
        except Exception as error:
            raise call_error(operation, error, host) from None
        try:
            return read_json(answer["body"], operation.name)
        except SourceError as error:
            raise CallError(operation.name, {"code": "UnexpectedAnswer", "message": str(error)}) from None

    def _assume(self, role_arn: str) -> Any:
        from alibabacloud_credentials.client import Client
        from alibabacloud_credentials.models import Config

        answer = self.call(ASSUME_ROLE, {"RoleArn": role_arn, "RoleSessionName": "acctgate"})
        keys = expect(ASSUME_ROLE, answer, "Credentials", dict)
        return Client(
            Config(
                type="sts",
                access_key_id=expect(ASSUME_ROLE, keys, "AccessKeyId", str),
                access_key_secret=expect(ASSUME_ROLE, keys, "AccessKeySecret", str),
                security_token=expect(ASSUME_ROLE, keys, "SecurityToken", str),
            )
        )


def expect(operation: Operation, answer: Any, key: str, kind: type) -> Any:
    """What stands under a key of an answer.

    Raises:
        CallError: Nothing of that kind does.
    """
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        raise CallError(operation.name, {"code": "UnexpectedAnswer", "message": f"the answer has no {key}"})
    return value


def past_proxies(target: Target) -> None:
    """Keep calls to this machine from proxies: the SDK's synchronous path ignores NO_PROXY."""
    if target.endpoint:
        for name in ("HTTP_PROXY", "http_proxy"):
            os.environ.pop(name, None)


def default_credential() -> Any:
    """The credentials that the SDK's default chain finds.

    Raises:
        SourceError: It finds none.
    """
    sdk.load()
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


def _is_loopback(endpoint: str) -> bool:
    host, colon, port = endpoint.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return False
    host = host.strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
