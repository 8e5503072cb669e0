"""Which account to read, with which credentials, and at which endpoints."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from acctgate.model.judged_by import ReadAs
from acctgate.reading import SourceError
from acctgate.redact import one_line
from acctgate.sources.profiles import profile_region

DEFAULT_REGION: Final = "cn-shanghai"
_INTERNATIONAL: Final = "ap-southeast-1"
_REGION: Final = re.compile(r"[a-z]{2,3}(-[a-z0-9]+)+", re.ASCII)
_ROLE: Final = re.compile(r"acs:ram::\d+:role/[A-Za-z0-9._-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Target:
    """A live account.

    Raises:
        SourceError: The region, the role or the endpoint is invalid.
    """

    region: str = DEFAULT_REGION
    """Selects the endpoints of Sts and Cloud Config. ap-southeast-1 for an international account."""
    role_arn: str | None = None
    """A role to assume from the credentials, to read another account."""
    endpoint: str | None = None
    """HOST:PORT of a server on this machine that gets all calls, over http."""
    profile: str | None = None
    """A profile of the aliyun CLI whose credentials to use, None for the default credentials."""

    def __post_init__(self) -> None:
        if not _REGION.fullmatch(self.region):
            raise SourceError(f"region {one_line(self.region)}: invalid region (example: cn-shanghai)")
        if self.role_arn is not None and not _ROLE.fullmatch(self.role_arn):
            raise SourceError(f"role {one_line(self.role_arn)}: invalid role (example: acs:ram::ACCOUNT:role/NAME)")
        if self.endpoint is not None and not is_loopback(self.endpoint):
            problem = "invalid endpoint, must be HOST:PORT on this machine (example: 127.0.0.1:8080)"
            raise SourceError(f"endpoint {one_line(self.endpoint)}: {problem}")

    @classmethod
    def chosen(
        cls, region: str | None, role_arn: str | None, endpoint: str | None, profile: str | None = None
    ) -> Target:
        """Return the target of these values; ACCTGATE_REGION, _ROLE_ARN, _ENDPOINT and _PROFILE replace missing ones.

        A missing region is the profile's, otherwise cn-shanghai. A value that is empty, as a variable of a pipeline may
        be, is an error: without it, the calls would go to another account or another server than meant.

        Raises:
            SourceError: A value is invalid, or the profile cannot be read.
        """
        environ = os.environ.get
        profile = _given("profile", profile, "ACCTGATE_PROFILE")
        _require("region", region, "the default region")
        _require("endpoint", endpoint, "Alibaba Cloud's endpoints")
        region = region or environ("ACCTGATE_REGION") or (profile_region(profile) if profile else None)
        role_arn = _given("role", role_arn, "ACCTGATE_ROLE_ARN")
        return cls(region or DEFAULT_REGION, role_arn, endpoint or environ("ACCTGATE_ENDPOINT") or None, profile)

    def read_as(self, caller: str | None = None) -> ReadAs:
        """Return how an account is read live; `caller` is the identity that makes the calls, if it is known."""
        return ReadAs("live", None, caller, self.role_arn, self.region, self.profile, self.endpoint)

    def host(self, product: str) -> str:
        """Return the host that gets the calls of a product."""
        if self.endpoint:
            return self.endpoint
        if product == "config":
            return f"config.{_INTERNATIONAL if self.region == _INTERNATIONAL else DEFAULT_REGION}.aliyuncs.com"
        return f"sts.{self.region}.aliyuncs.com" if product == "sts" else f"{product}.aliyuncs.com"


def _given(name: str, value: str | None, variable: str) -> str | None:
    """Return a value, or else that of the variable; None if neither is set.

    Raises:
        SourceError: It is empty.
    """
    found = os.environ.get(variable) if value is None else value
    where = f" ({variable})" if value is None else ""
    _require(name + where, found, "the default credentials")
    return found


def _require(name: str, value: str | None, default: str) -> None:
    """Refuse an empty value. None is a value that is left out."""
    if value is not None and not value.strip():
        raise SourceError(f"{name} is empty; give a value, or leave it out to use {default}")


def is_loopback(endpoint: str) -> bool:
    """Return whether HOST:PORT is a port of this machine."""
    host, colon, port = endpoint.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        return False
    host = host.strip("[]")
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
