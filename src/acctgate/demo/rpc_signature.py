"""Alibaba Cloud's older RPC signature (V1, HMAC-SHA1), as a server checks it.

The Terraform provider and the Pulumi plugin sign most of their calls this way: action, version and signature
are request parameters. Source: "Signature method" of the RPC API documentation.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote

from acctgate.demo.signature import Request, SignatureError, check_date

_REQUIRED: Final = ("AccessKeyId", "SignatureNonce", "SignatureMethod", "SignatureVersion", "Timestamp", "Signature")


def verify_rpc(request: Request, secrets: Mapping[str, str], now: datetime) -> str:
    """Return the AccessKey id that signed the request.

    Args:
        request: The request; its form body is signed too.
        secrets: AccessKey id → secret.
        now: The server's time. A signature is valid for 15 minutes.

    Raises:
        SignatureError: A parameter is missing, the key is unknown, or the signature is wrong or too old.
    """
    parameters = request.parameters
    for name in _REQUIRED:
        if not parameters.get(name):
            raise SignatureError(400, f"Missing{name}", f"{name} is mandatory for this action.")
    if (parameters["SignatureMethod"], parameters["SignatureVersion"]) != ("HMAC-SHA1", "1.0"):
        raise SignatureError(400, "InvalidParameter.SignatureMethod", "Specified signature method is not supported.")
    key_id = parameters["AccessKeyId"]
    if key_id not in secrets:
        raise SignatureError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    check_date(parameters["Timestamp"], now)
    expected = sign_rpc(request.method, parameters, secrets[key_id])
    if not hmac.compare_digest(expected, parameters["Signature"]):
        text = rpc_string_to_sign(request.method, parameters)
        message = f"Specified signature does not match our calculation. server string to sign is:{text}"
        raise SignatureError(400, "SignatureDoesNotMatch", message)
    return key_id


def sign_rpc(method: str, parameters: Mapping[str, str], secret: str) -> str:
    """Return the signature of an RPC request, in Base64."""
    text = rpc_string_to_sign(method, parameters)
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), "sha1").digest()).decode()


def rpc_string_to_sign(method: str, parameters: Mapping[str, str]) -> str:
    """Return the text that the secret signs: the method and all parameters but the signature, in order."""
    pairs = sorted((name, value) for name, value in parameters.items() if name != "Signature")
    query = "&".join(f"{_encode(name)}={_encode(value)}" for name, value in pairs)
    return f"{method}&{_encode('/')}&{_encode(query)}"


def _encode(text: str) -> str:
    return quote(text, safe="~")
