"""Alibaba Cloud's SDK: it finds credentials and signs calls.

Import this module only where a live call is made: it takes 0.3 s and loads 1,400 modules. The SDK's typed models
accept anything, so acctgate uses neither them nor its HTTP client, which follows redirects and reads without a limit.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from alibabacloud_credentials import provider as providers
from alibabacloud_tea_openapi.utils import Utils
from darabonba.request import DaraRequest

from acctgate.sources.operations import Operation

_ALGORITHM: Final = "ACS3-HMAC-SHA256"
_EMPTY_BODY: Final = hashlib.sha256(b"").hexdigest()
_LOGGERS: Final = ("credentials", "alibabacloud-tea", "darabonba-core", "apscheduler", "urllib3")

for _name in _LOGGERS:  # They print tracebacks, and addresses with tokens in them.
    _logger = logging.getLogger(_name)
    _logger.handlers[:] = [logging.NullHandler()]
    _logger.propagate = False


class Keys(NamedTuple):
    """What signs a call."""

    access_key_id: str
    access_key_secret: str
    security_token: str | None = None
    """Only temporary credentials have one."""


def sign(operation: Operation, host: str, query: Mapping[str, str], keys: Keys) -> dict[str, str]:
    """Return the headers of a call with an empty body, signed as ACS3-HMAC-SHA256."""
    request = DaraRequest()
    request.method, request.pathname, request.query = operation.method, "/", dict(query)
    request.headers = {
        "host": host,
        "accept": "application/json",
        "user-agent": Utils.get_user_agent("acctgate"),
        "x-acs-action": operation.name,
        "x-acs-version": operation.version,
        "x-acs-date": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": Utils.get_nonce(),
        "x-acs-content-sha256": _EMPTY_BODY,
    }
    if keys.security_token:
        request.headers |= {"x-acs-accesskey-id": keys.access_key_id, "x-acs-security-token": keys.security_token}
    authorization = Utils.get_authorization(
        request, _ALGORITHM, _EMPTY_BODY, keys.access_key_id, keys.access_key_secret
    )
    return {**request.headers, "Authorization": authorization}


def provider(kind: str, **arguments: Any) -> Any:
    """Return one of the SDK's credentials providers, for example `CLIProfileCredentialsProvider`."""
    return getattr(providers, kind)(**arguments)


def get_keys(found: Any) -> tuple[Keys, str]:
    """Return the current keys of one of the SDK's credentials providers, and the name of what gave them."""
    credentials = found.get_credentials()
    keys = Keys(
        credentials.get_access_key_id(), credentials.get_access_key_secret(), credentials.get_security_token() or None
    )
    return keys, str(credentials.get_provider_name() or "")
