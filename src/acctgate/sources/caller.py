"""Make a call to an Alibaba Cloud API, with retries, within a deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from acctgate.log import trace
from acctgate.reading import SourceError, decode
from acctgate.redact import protect, protect_in_context
from acctgate.sources.call_error import NO_ANSWER, NO_CREDENTIALS, CallError, no_answer, refused, unexpected
from acctgate.sources.credentials import Credentials, find_credentials
from acctgate.sources.deadline import Deadline, DeadlineError
from acctgate.sources.http_response import BodyError, HttpResponse
from acctgate.sources.operations import Operation
from acctgate.sources.retry import Failure, RetryPolicy
from acctgate.sources.role_session import SESSION_SECONDS, RoleSession, is_ended
from acctgate.sources.signature import Keys, sign
from acctgate.sources.target import Target
from acctgate.sources.xml import read_xml
from acctgate.strict_json import read_json

if TYPE_CHECKING:
    from acctgate.sources.transport import Transport

_RENEWALS: Final = 3
"""How often a call gets a new session: the new one may be refused as well, and more often hardly helps."""


class _TransientError(Exception):
    """A failure that may pass."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.error))
        self.failure = failure


class Caller:
    """Calls APIs with the credentials of a target, or with a role that they assume. Threads may share it.

    Raises:
        SourceError: There are no credentials.
        CallError: The role could not be assumed.
    """

    def __init__(
        self,
        target: Target,
        say: Callable[[str], None] | None = None,
        *,
        policy: RetryPolicy | None = None,
        base: Caller | None = None,
        session_seconds: int = SESSION_SECONDS,
        deadline: Deadline | None = None,
    ) -> None:
        """Find the credentials and assume the role.

        Args:
            target: What to call, and with which credentials.
            say: Gets the name of each operation as it is called.
            policy: How calls are repeated.
            base: What assumes the role, and whose connections and policy this one shares; only one thread may then use
                this one. None for the credentials of the target.
            session_seconds: How long a session of the role lasts.
            deadline: When to give up assuming the role.
        """
        from acctgate.sources.transport import Transport  # noqa: PLC0415 - urllib3 loads only for a live call

        self._target, self._say = target, say
        self._policy: RetryPolicy = policy or (base._policy if base else RetryPolicy())
        self._transport: Transport = base._transport if base else Transport(self._policy.connections)
        self._credentials: Credentials = base._credentials if base else find_credentials(target.profile)
        self._session: RoleSession | None = base._session if base else None
        if target.role_arn:
            # Each account of many is read in a context of its own, and has its own secrets.
            redact = protect_in_context if base else protect
            source = base or self._without_role()
            self._session = RoleSession(source.call, target.role_arn, session_seconds, redact)
            self._session.keys(deadline)

    def call(
        self, operation: Operation, query: Mapping[str, str] | None = None, deadline: Deadline | None = None
    ) -> Any:
        """Return the answer's JSON.

        Args:
            operation: The operation.
            query: Its parameters.
            deadline: When to give up. The policy limits how long a call with its attempts takes.

        Raises:
            CallError: There is no usable answer.
        """
        if self._say:
            self._say(operation.name)
        deadline = self._policy.limit(deadline)
        failures: list[Failure] = []
        while True:
            try:
                return self._policy.run(operation.name, partial(self._attempt, operation, query or {}), deadline)
            except DeadlineError:
                break
            except _TransientError as error:
                if failures and not deadline.remaining:
                    break  # it was cut short: the failure before says more
                failures.append(error.failure)
                if not self._policy.may_repeat(operation.name, failures, deadline):
                    break
        if failures:
            raise failures[-1].error
        raise no_answer(operation, self._target.host(operation.product), "timeout")

    def _attempt(self, operation: Operation, query: Mapping[str, str], deadline: Deadline) -> Any:
        """Make a call. If the session of the role ended, make it again with a new one."""
        for _ in range(_RENEWALS):
            keys = self._keys(operation, deadline)
            try:
                return self._send(operation, query, keys, deadline)
            except CallError as error:
                if self._session is None or not is_ended(error):
                    raise
                self._session.renew(keys)
        return self._send(operation, query, self._keys(operation, deadline), deadline)

    def _send(self, operation: Operation, query: Mapping[str, str], keys: Keys, deadline: Deadline) -> Any:
        from acctgate.sources.transport import TransportError  # noqa: PLC0415 - urllib3 loads only for a live call

        host = self._target.host(operation.product)
        url = f"{'http' if self._target.endpoint else 'https'}://{host}/"
        try:
            headers = sign(operation, host, query, keys)
            response = self._transport.send(operation.method, url, headers, query, deadline)
        except TransportError as error:
            trace(operation.name, error)
            raise _TransientError(Failure(no_answer(operation, host, str(error)))) from None
        except BodyError as error:
            raise unexpected(operation, str(error)) from None
        except UnicodeEncodeError:  # half a surrogate pair, from an answer or a variable
            raise unexpected(operation, "a parameter or the credentials are not text") from None
        return _read(operation, response, host)

    def _keys(self, operation: Operation, deadline: Deadline) -> Keys:
        if self._session:
            return self._session.keys(deadline)
        try:
            return self._credentials.keys()
        except SourceError as error:  # temporary credentials that could not be renewed
            raise CallError(operation.name, {"code": NO_CREDENTIALS, "message": str(error)}) from None

    def _without_role(self) -> Caller:
        """Return what assumes the role: the same caller, before it has one."""
        source = copy(self)
        source._target = replace(self._target, role_arn=None)
        return source


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
    else:
        error = refused(operation, answer, response.status)
    pause = _number(response.headers.get("x-acs-retry-after"))
    throttled = pause is not None or response.status == 429 or error.error["code"].startswith("Throttling")
    if not throttled and response.status < 500:
        return error
    # The API names milliseconds; a gateway names seconds, or a date, which this machine's clock may not know.
    seconds = _number(response.headers.get("retry-after")) if pause is None else pause / 1000
    return _TransientError(Failure(error, throttled, seconds))


def _error_answer(body: bytes) -> dict[str, Any] | None:
    """Return an API's error in JSON or XML, None if the body is something else."""
    try:
        text = decode(body, "answer")
        answer = read_xml(text, "answer")[1] if text.lstrip().startswith("<") else read_json(text, "answer")
    except SourceError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("Code"), str) else None


def _number(header: str | None) -> int | None:
    """Return the number in a header, None if it is absent, invalid or 0."""
    text = header or ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 and int(text) else None
