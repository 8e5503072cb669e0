"""Make a call to an Alibaba Cloud API, with retries, within a deadline."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from acctgate.log import trace
from acctgate.reading import SourceError, decode, read_json
from acctgate.redact import protect
from acctgate.sources.call_error import NO_ANSWER, CallError, expect, no_answer, refused, unexpected
from acctgate.sources.credentials import find_credentials
from acctgate.sources.deadline import CALL_SECONDS, Deadline, DeadlineError
from acctgate.sources.operations import ASSUME_ROLE, Operation
from acctgate.sources.target import Target
from acctgate.sources.xml import read_xml

if TYPE_CHECKING:
    from acctgate.sources.sdk import Keys
    from acctgate.sources.transport import HttpResponse

_ATTEMPTS: Final = 4
_BACKOFF: Final = 0.2
"""Seconds. Doubled with each attempt, with full jitter."""
_LONGEST_BACKOFF: Final = 3.0
_LONGEST_RETRY_AFTER: Final = 5.0


class _TransientError(Exception):
    """A failure that may pass."""

    def __init__(self, error: CallError, retry_after: float | None = None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after = retry_after
        """Seconds that the server asks to wait, None if it does not say."""


class Caller:
    """Calls APIs with the credentials of a target, or with a role that they assume.

    Raises:
        SourceError: There are no credentials.
        CallError: The role could not be assumed.
    """

    def __init__(self, target: Target, say: Callable[[str], None] | None = None) -> None:
        """Find the credentials and assume the role. `say` gets the name of each operation as it is called."""
        from acctgate.sources.transport import Transport  # noqa: PLC0415 - urllib3 loads only for a live call

        self._target, self._say, self._transport = target, say, Transport()
        self._credentials = find_credentials(target.profile)
        self._role_keys: Keys | None = None
        if target.role_arn:
            self._role_keys = self._assume(target.role_arn)

    def call(
        self, operation: Operation, query: Mapping[str, str] | None = None, deadline: Deadline | None = None
    ) -> Any:
        """Return the answer's JSON.

        Args:
            operation: The operation.
            query: Its parameters.
            deadline: When to give up. A call never takes longer than `CALL_SECONDS`, with its retries.

        Raises:
            CallError: There is no usable answer.
        """
        if self._say:
            self._say(operation.name)
        deadline = deadline.earlier(CALL_SECONDS) if deadline else Deadline.after(CALL_SECONDS)
        last: CallError | None = None
        for attempt in range(_ATTEMPTS):
            try:
                return deadline.run(lambda: self._attempt(operation, query or {}, deadline))
            except DeadlineError:
                break
            except _TransientError as failure:
                last = failure.error
                if attempt == _ATTEMPTS - 1 or not _wait(attempt, failure.retry_after, deadline):
                    break
        raise last or no_answer(operation, self._target.host(operation.product), "timeout")

    def _attempt(self, operation: Operation, query: Mapping[str, str], deadline: Deadline) -> Any:
        from acctgate.sources import sdk, transport  # noqa: PLC0415 - the SDK loads only for a live call

        host = self._target.host(operation.product)
        url = f"{'http' if self._target.endpoint else 'https'}://{host}/"
        try:
            headers = sdk.sign(operation, host, query, self._keys(operation))
            response = self._transport.send(operation.method, url, headers, query, deadline)
        except transport.TransportError as error:
            trace(operation.name, error)
            raise _TransientError(no_answer(operation, host, str(error))) from None
        except transport.BodyError as error:
            raise unexpected(operation, str(error)) from None
        return _read(operation, response, host)

    def _keys(self, operation: Operation) -> Keys:
        if self._role_keys:
            return self._role_keys
        try:
            return self._credentials.keys()
        except SourceError as error:  # temporary credentials that could not be renewed
            raise CallError(operation.name, {"code": "NoCredentials", "message": str(error)}) from None

    def _assume(self, role_arn: str) -> Keys:
        from acctgate.sources.sdk import Keys  # noqa: PLC0415 - the SDK loads only for a live call

        answer = self.call(ASSUME_ROLE, {"RoleArn": role_arn, "RoleSessionName": "acctgate"})
        found = expect(ASSUME_ROLE, answer, "Credentials", dict)
        names = ("AccessKeyId", "AccessKeySecret", "SecurityToken")
        keys = Keys(*(expect(ASSUME_ROLE, found, name, str) for name in names))
        protect(*keys)
        return keys


def _wait(attempt: int, retry_after: float | None, deadline: Deadline) -> bool:
    """Wait before the next attempt. Return whether the deadline leaves time for it."""
    if retry_after is not None:
        seconds = min(retry_after, _LONGEST_RETRY_AFTER)
    else:
        seconds = random.uniform(0, min(_LONGEST_BACKOFF, _BACKOFF * 2**attempt))  # noqa: S311 not for secrets
    if seconds >= deadline.remaining:
        return False
    time.sleep(seconds)
    return True


def _read(operation: Operation, response: HttpResponse, host: str) -> Any:
    """Return the JSON of a successful answer.

    Raises:
        CallError: It is an error, a redirect, or not JSON.
        _TransientError: It is an error that may pass.
    """
    if 300 <= response.status < 400:
        raise unexpected(operation, f"{host} redirects to another address (HTTP {response.status}); not followed")
    if response.status >= 400:
        raise _failure(operation, response, host)
    try:
        return read_json(decode(response.body, operation.name), operation.name)
    except SourceError as error:
        raise unexpected(operation, str(error)) from None


def _failure(operation: Operation, response: HttpResponse, host: str) -> CallError | _TransientError:
    answer = _error_answer(response.body)
    if answer is None:  # a gateway's page
        message = f"{host} answered HTTP {response.status} without an answer of the API"
        error = CallError(operation.name, {"code": NO_ANSWER, "message": message})
        return _TransientError(error) if response.status >= 500 else error
    error = refused(operation, answer, response.status)
    retry_after = _retry_after(response.headers.get("x-acs-retry-after"))
    passes = response.status >= 500 or retry_after is not None or error.error["code"].startswith("Throttling")
    return _TransientError(error, retry_after) if passes else error


def _error_answer(body: bytes) -> dict[str, Any] | None:
    """Return an API's error in JSON or XML, None if the body is something else."""
    try:
        text = decode(body, "answer")
        answer = read_xml(text, "answer")[1] if text.lstrip().startswith("<") else read_json(text, "answer")
    except SourceError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("Code"), str) else None


def _retry_after(milliseconds: str | None) -> float | None:
    """Return the seconds of an x-acs-retry-after header, None if it is absent or invalid."""
    text = milliseconds or ""
    return int(text) / 1000 if text.isascii() and text.isdigit() and len(text) < 9 and int(text) else None
