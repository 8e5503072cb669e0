"""Alibaba Cloud's V3 signature (ACS3-HMAC-SHA256), as a server checks it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property, lru_cache
from typing import Final
from urllib.parse import parse_qsl

from acctgate.sources.signature import ALGORITHM, signature, string_to_sign

_AUTHORIZATION: Final = re.compile(
    rf"{ALGORITHM} Credential=(?P<id>[^,]+),SignedHeaders=(?P<headers>[^,]+),Signature=(?P<signature>[0-9a-f]+)"
)
MAX_AGE: Final = timedelta(minutes=15)
"""The largest difference between a signature's time and the server's."""
_MUST_SIGN: Final = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-content-sha256"}


@dataclass(frozen=True)
class Request:
    """The signed parts of an HTTP request. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def parameters(self) -> Mapping[str, str]:
        """The parameters of an RPC request: those of the query and those of the form in its body."""
        pairs = parse_qsl(self.query, keep_blank_values=True)
        pairs += parse_qsl(self.body.decode(errors="replace"), keep_blank_values=True)
        return dict(pairs)


class SignatureError(Exception):
    """The request is refused, with the code and message of the real service."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def verify(request: Request, secrets: Mapping[str, str], now: datetime) -> str:
    """Return the id of the AccessKey that signed the request.

    Args:
        request: The request.
        secrets: AccessKey id → secret.
        now: The server's time. A signature is valid for 15 minutes.

    Raises:
        SignatureError: It is not signed, not by a known key, too old, or not with the key's secret.
    """
    match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
    if match is None:
        raise SignatureError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
    secret = secrets.get(match["id"])
    if secret is None:
        raise SignatureError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    check_date(request.headers.get("x-acs-date", ""), now)
    if hashlib.sha256(request.body).hexdigest() != request.headers.get("x-acs-content-sha256"):
        raise SignatureError(400, "InvalidContentSha256", "The x-acs-content-sha256 does not match the body.")
    signed = match["headers"].split(";")
    parameters = parse_qsl(request.query, keep_blank_values=True)
    to_sign = string_to_sign(request.method, request.path, parameters, request.headers, signed)
    expected = signature(secret, to_sign)
    if not set(signed) >= _MUST_SIGN or not hmac.compare_digest(expected, match["signature"]):
        raise SignatureError(
            400,
            "SignatureDoesNotMatch",
            f"Specified signature does not match our calculation. server string to sign is:{to_sign}",
        )
    return match["id"]


def check_date(text: str, now: datetime) -> None:
    """Check the time of a signature.

    Raises:
        SignatureError: It is not a time, or it is more than `MAX_AGE` from the server's.
    """
    try:
        date = _parse_date(text)
    except ValueError:
        raise SignatureError(400, "InvalidTimeStamp.Format", "Specified time stamp is not valid.") from None
    if abs(now - date) > MAX_AGE:
        raise SignatureError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")


@lru_cache(maxsize=64)
def _parse_date(text: str) -> datetime:
    """Return the time. Cached: it takes long, and calls within a second have the same one."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
