"""Alibaba Cloud's V3 signature (ACS3-HMAC-SHA256), as a server checks it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from urllib.parse import parse_qsl, quote

ALGORITHM: Final = "ACS3-HMAC-SHA256"
_AUTHORIZATION: Final = re.compile(
    rf"{ALGORITHM} Credential=(?P<id>[^,]+),SignedHeaders=(?P<headers>[^,]+),Signature=(?P<signature>[0-9a-f]+)"
)
MAX_AGE: Final = timedelta(minutes=15)
"""The largest difference between a signature's time and the server's."""
_MUST_SIGN: Final = {"host", "x-acs-action", "x-acs-version", "x-acs-date", "x-acs-content-sha256"}


@dataclass(frozen=True, slots=True)
class Request:
    """The signed parts of an HTTP request. Header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


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
    to_sign = string_to_sign(request, signed)
    expected = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    if not set(signed) >= _MUST_SIGN or not hmac.compare_digest(expected, match["signature"]):
        raise SignatureError(
            400,
            "SignatureDoesNotMatch",
            f"Specified signature does not match our calculation. server string to sign is:{to_sign}",
        )
    return match["id"]


def string_to_sign(request: Request, signed: list[str]) -> str:
    """Return the string to sign."""
    pairs = sorted(parse_qsl(request.query, keep_blank_values=True))
    query = "&".join(f"{quote(key, safe='~')}={quote(value, safe='~')}" for key, value in pairs)
    headers = "".join(f"{name}:{request.headers.get(name, '').strip()}\n" for name in signed)
    payload = request.headers.get("x-acs-content-sha256", "")
    canonical = "\n".join((request.method, request.path, query, headers, ";".join(signed), payload))
    return f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


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
