"""Find a webhook in the environment, and send a message to it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from acctgate.log import trace
from acctgate.notify.digest import Message
from acctgate.notify.services import SERVICES
from acctgate.redact import one_line, protect
from acctgate.sources.deadline import Deadline, DeadlineError
from acctgate.sources.http_response import BodyError
from acctgate.sources.target import is_loopback

SECONDS: Final = 10.0
"""How long sending one message may take."""

_SHORTEST_TOKEN: Final = 16
"""Shorter parts of an address are words, such as `services`."""


class Webhook(NamedTuple):
    """Where a message goes. Both values are secrets."""

    service: str
    url: str
    secret: str | None
    """The signing key, None if messages are not signed."""


class NotifyError(Exception):
    """A message was not sent. The text says why, without secrets."""


def find_webhook(service: str, variable: str, environment: Mapping[str, str]) -> Webhook:
    """Return a webhook from the environment. Its secrets are redacted from now on.

    Args:
        service: The chat service.
        variable: The variable with the URL. The key that signs is in the one with _SECRET instead of _WEBHOOK.
        environment: The environment variables.

    Raises:
        NotifyError: The first one is not set, or is not an address that may be called: HTTPS, or HTTP on this machine.
    """
    key = f"{variable.removesuffix('_WEBHOOK')}_SECRET"
    url, secret = environment.get(variable, "").strip(), environment.get(key, "").strip() or None
    if not url:
        raise NotifyError(f"{variable} is not set")
    _protect(url, secret)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise NotifyError(f"{variable} is not a valid URL") from None
    local = parts.scheme == "http" and is_loopback(f"{host}:{port or 80}")
    if not host or not url.isascii() or not url.isprintable() or " " in url or not (parts.scheme == "https" or local):
        raise NotifyError(f"{variable} is not an https URL")
    return Webhook(service, url, secret)


def send(webhook: Webhook, message: Message) -> None:
    """Send a message, once, within `SECONDS`. Redirects are not followed.

    Raises:
        NotifyError: It was not sent.
    """
    deadline = Deadline.after(SECONDS)
    try:
        deadline.run(lambda: _post(webhook, message, deadline))
    except DeadlineError:
        raise NotifyError(f"no answer within {SECONDS:.0f} s") from None
    except NotifyError:
        raise
    except Exception as error:  # a message that cannot be sent never changes the verdict
        trace(webhook.service, error)
        raise NotifyError(type(error).__name__) from None


def _post(webhook: Webhook, message: Message, deadline: Deadline) -> None:
    from acctgate.sources import transport  # noqa: PLC0415 - urllib3 loads only for a message

    service, now = SERVICES[webhook.service], time.time()
    body = json.dumps(service.body(message, webhook.secret, now)).encode()
    url = service.url(webhook.url, webhook.secret, now)
    _protect(url, None)  # it may be signed
    headers = {"content-type": "application/json; charset=utf-8", "user-agent": "acctgate"}
    try:
        response = transport.Transport().send("POST", url, headers, {}, deadline, body)
    except (transport.TransportError, BodyError) as error:
        raise NotifyError(one_line(error)) from None
    if response.status != 200:
        redirect = "; redirects are not followed" if 300 <= response.status < 400 else ""
        raise NotifyError(f"HTTP {response.status}{redirect}")
    if reason := service.error(response.body):
        raise NotifyError(reason)


def _protect(url: str, secret: str | None) -> None:
    """Redact a webhook's address, and the parts that a service or an error message may repeat."""
    _, _, rest = url.partition("//")
    path, _, query = rest.partition("?")
    protect(url, rest, secret, *(value for _, value in parse_qsl(query)))
    protect(*(part for part in path.split("/")[1:] if len(part) >= _SHORTEST_TOKEN))
