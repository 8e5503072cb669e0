"""Alibaba Cloud's V3 signature (ACS3-HMAC-SHA256) of a call with an empty body.

The SDK's signer imports its HTTP clients and aiohttp, which takes longer than to read an account.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple
from urllib.parse import quote

from acctgate.sources.operations import Operation
from acctgate.version import __version__

ALGORITHM: Final = "ACS3-HMAC-SHA256"
_EMPTY_BODY: Final = hashlib.sha256(b"").hexdigest()
_USER_AGENT: Final = f"acctgate/{__version__}"


class Keys(NamedTuple):
    """What signs a call."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    """Only temporary credentials have one."""

    def __repr__(self) -> str:
        """Return no secret: this may be part of what is logged."""
        return "Keys(***)"


def sign(operation: Operation, host: str, query: Mapping[str, str], keys: Keys) -> dict[str, str]:
    """Return the headers of a call, signed."""
    headers = {
        "host": host,
        "accept": "application/json",
        "user-agent": _USER_AGENT,
        "x-acs-action": operation.name,
        "x-acs-version": operation.version,
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": secrets.token_hex(16),
        "x-acs-content-sha256": _EMPTY_BODY,
    }
    if keys.security_token:
        headers |= {"x-acs-accesskey-id": keys.access_key_id, "x-acs-security-token": keys.security_token}
    signed = sorted(headers)
    text = string_to_sign(operation.method, "/", query.items(), headers, signed)
    credential = f"Credential={keys.access_key_id},SignedHeaders={';'.join(signed)}"
    return {
        **headers,
        "Authorization": f"{ALGORITHM} {credential},Signature={signature(keys.access_key_secret, text)}",
    }


def string_to_sign(
    method: str, path: str, query: Iterable[tuple[str, str]], headers: Mapping[str, str], signed: Iterable[str]
) -> str:
    """Return the text that the AccessKey signs.

    Args:
        method: The HTTP method.
        path: The path of the address.
        query: The parameters.
        headers: The headers, with names in lower case.
        signed: The names of the headers to sign, in order.
    """
    parameters = "&".join(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in sorted(query))
    names = ";".join(signed)
    lines = "".join(f"{name}:{headers.get(name, '').strip()}\n" for name in names.split(";"))
    canonical = "\n".join((method, path, parameters, lines, names, headers.get("x-acs-content-sha256", "")))
    return f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"


def signature(secret: str, text: str) -> str:
    """Return the signature of a text, in hexadecimal digits."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
