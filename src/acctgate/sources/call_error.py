"""Why a call brought no answer: the API's own words, what permission is missing, or what lies in between."""

from __future__ import annotations

from typing import Final

from acctgate.model.snapshot import explain
from acctgate.model.snapshot_document import ApiError
from acctgate.redact import one_line
from acctgate.sources.operations import Operation
from acctgate.sources.responses import api_error

NO_ANSWER: Final = "NoAnswer"
"""The code where nobody answered."""


class CallError(Exception):
    """A call that brought no answer."""

    def __init__(self, operation: str, error: ApiError, needs: str | None = None) -> None:
        super().__init__(explain(error, operation))
        self.operation, self.error = operation, error
        self.needs = needs
        """The RAM action that the caller is not granted, where that is why."""


def call_error(operation: Operation, error: Exception, host: str) -> CallError:
    """What the SDK raised, as the API's own words; what is missing where a permission is."""
    data = getattr(error, "data", None)
    code = getattr(error, "code", None)
    if not isinstance(data, dict) or not code or code == "None":
        message = f"{host} gave no answer that can be read ({cause(error)})"
        return CallError(operation.name, {"code": NO_ANSWER, "message": message})
    answer = api_error({"Code": code, "Message": data.get("Message"), "RequestId": data.get("RequestId")})
    if getattr(error, "status_code", None) != 403 and code not in ("NoPermission", "Forbidden.RAM"):
        return CallError(operation.name, answer)
    detail = getattr(error, "access_denied_detail", None) or {}
    needs = one_line(detail.get("AuthAction") or operation.permission)
    answer["message"] += f" (grant {needs} to the caller)"
    return CallError(operation.name, answer, needs)


def cause(error: Exception) -> str:
    """Why nobody answered, without the address and the library's wrapping."""
    text = str(getattr(error, "inner_exception", None) or error)
    for sign, told in (
        ("proxy", "the proxy does not let it through"),  # before what befell the way to it
        ("refused", "connection refused"),
        ("timed out", "time-out"),
        ("resolve", "the name does not resolve"),
        ("getaddrinfo", "the name does not resolve"),
        ("CERTIFICATE", "the certificate is not trusted"),
        ("reset", "connection broken"),
        ("aborted", "connection broken"),
    ):
        if sign in text:
            return told
    return one_line(type(getattr(error, "inner_exception", None) or error).__name__)
