"""Why a call failed: the API's own words, the missing permission, or what happened on the way."""

from __future__ import annotations

from typing import Any, Final

from acctgate.model.api_error import ApiError, explain
from acctgate.redact import one_line
from acctgate.sources.operations import Operation

NO_ANSWER: Final = "NoAnswer"
"""The code of a call without an answer from the API."""
TRANSIENT: Final = (NO_ANSWER, "Throttling", "ServiceUnavailable", "InternalError")
"""Beginnings of the codes that a later call may not have."""
CLOCK: Final = "InvalidTimeStamp"
"""The beginning of the codes that answer a call if the clock of this machine is off."""
NO_CREDENTIALS: Final = "NoCredentials"
"""The code of a call for which no credentials can be had any more."""
UNEXPECTED_ANSWER: Final = "UnexpectedAnswer"
"""The code of an answer that is not what the API documents, or that contradicts itself."""
SYNCHRONIZE: Final = "the clock of this machine is off: synchronize it"


class CallError(Exception):
    """A call without a usable answer."""

    def __init__(self, operation: str, error: ApiError, needs: str | None = None) -> None:
        super().__init__(explain(error, operation))
        self.operation, self.error = operation, error
        self.needs = needs
        """The RAM action that the caller lacks, None if that is not the reason."""


def clock_remedy(error: CallError) -> str:
    """Return the remedy if the clock of this machine is off, to follow the error in a message; otherwise nothing."""
    return f"; {SYNCHRONIZE}" if error.error["code"].startswith(CLOCK) else ""


def no_answer(operation: Operation, host: str, reason: str) -> CallError:
    """Return the error of a call without an answer."""
    return CallError(operation.name, {"code": NO_ANSWER, "message": f"cannot connect to {host}: {one_line(reason)}"})


def unexpected(operation: Operation, message: str) -> CallError:
    """Return the error of an answer that cannot be used."""
    return CallError(operation.name, {"code": UNEXPECTED_ANSWER, "message": one_line(message)})


def refused(operation: Operation, answer: dict[str, Any], status: int) -> CallError:
    """Return the error that an API answered, with the missing permission if it denies one."""
    error = api_error(answer)
    if status != 403 and error["code"] not in ("NoPermission", "Forbidden.RAM"):
        return CallError(operation.name, error)
    detail = answer.get("AccessDeniedDetail")
    needs = one_line((detail.get("AuthAction") if isinstance(detail, dict) else None) or operation.permission)
    error["message"] += f" (grant {needs} to the caller)"
    return CallError(operation.name, error, needs)


def api_error(answer: dict[str, Any]) -> ApiError:
    """Return the API's own words, in one line and without secrets."""
    error = ApiError(code=one_line(answer.get("Code")), message=one_line(answer.get("Message") or "no message"))
    if isinstance(answer.get("RequestId"), str):
        error["request_id"] = one_line(answer["RequestId"])
    return error


def error_beside(answer: dict[str, Any]) -> ApiError | None:
    """Return the error that an answer has beside its content, None if there is none.

    Gateways and command-line tools spell it differently from the API: errorCode, or success: false.
    """
    words = [(key.lower(), value) for key, value in answer.items()]  # an answer may have a key in several spellings
    code = next((value for key, value in words if key in ("code", "errorcode") and value is not None), None)
    if code is None and any(key == "success" and str(value).lower() == "false" for key, value in words):
        code = "success: false"
    if code is None:
        return None
    found = {key: value for key, value in words if value}
    message = found.get("message") or found.get("errormessage")
    return api_error({"Code": code, "Message": message, "RequestId": found.get("requestid")})


def expect(operation: Operation, answer: Any, key: str, kind: type) -> Any:
    """Return the value of a key of an answer.

    Raises:
        CallError: There is no value of that type, or the answer has an error code as well.
    """
    value = answer.get(key) if isinstance(answer, dict) else None
    if not isinstance(value, kind) or isinstance(value, bool):
        raise unexpected(operation, f"the answer has no {key}")
    if error := error_beside(answer):
        raise unexpected(operation, f"the answer has {key} and the error {error['code']}: {error['message']}")
    return value
