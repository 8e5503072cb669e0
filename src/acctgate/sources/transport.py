"""HTTP with limits: no redirects, a bounded body, and one explicit proxy.

Import this module only where a live call is made: it loads urllib3, which opens the connections.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

import certifi
from urllib3 import exceptions, make_headers
from urllib3.connection import HTTPConnection, HTTPSConnection, ProxyConfig
from urllib3.util import parse_url

from acctgate.log import silence
from acctgate.sources.deadline import Deadline
from acctgate.sources.http_response import HttpResponse, ResponseError, read_response

CONNECT_TIMEOUT: Final = 5.0
"""Seconds to connect."""
READ_TIMEOUT: Final = 10.0
"""Seconds that a server may be silent."""
_RECEIVED: Final = 1 << 15
"""Bytes to receive at once: more than a record of TLS, of which `is_connected` would overlook a part."""
silence("urllib3")


class TransportError(Exception):
    """There is no answer. The message says why."""


class Transport:
    """Sends requests and reuses connections. Calls over http stay on this machine, so they never use a proxy."""

    def __init__(self, connections: int = 16) -> None:
        """Prepare to send. `connections` is how many connections to one host stay open."""
        self._connections = connections
        self._idle: dict[str, list[HTTPConnection]] = {}
        """The connections to each origin, such as https://ims.aliyuncs.com, that wait for a request."""

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        deadline: Deadline,
        body: bytes = b"",
    ) -> HttpResponse:
        """Send a request. A redirect is returned like any other answer, never followed.

        Raises:
            TransportError: There is no answer.
            BodyError: The body is too large, or cannot be decompressed.
        """
        address = urlsplit(url)
        parameters = urlencode(query) if query else address.query
        target = f"{address.path or '/'}{'?' if parameters else ''}{parameters}"
        fields = {"host": address.netloc.rpartition("@")[2], **headers}
        try:
            request = _request(method, target, fields, body)
            return self._exchange(f"{address.scheme}://{address.netloc}", request, deadline)
        except (exceptions.HTTPError, OSError, ValueError, ResponseError) as error:
            raise TransportError(_reason(error)) from None

    def _exchange(self, origin: str, request: bytes, deadline: Deadline) -> HttpResponse:
        """Send a request over a connection that is open, or a new one, and return the response."""
        idle = self._idle.setdefault(origin, [])
        connection = _take(idle) or self._connect(origin, deadline)
        reusable = False
        try:
            seconds = max(0.001, min(READ_TIMEOUT, deadline.remaining))
            if connection.sock.gettimeout() != seconds:
                connection.sock.settimeout(seconds)
            connection.sock.sendall(request)
            incoming = _Incoming(connection.sock)
            response = read_response(incoming, deadline)
            # What came too early would count as the response to the next request.
            reusable = not response.is_last and not incoming.rest and len(idle) < self._connections
        finally:
            if reusable:
                idle.append(connection)
            else:
                connection.close()
        return response

    def _connect(self, origin: str, deadline: Deadline) -> HTTPConnection:
        """Return a new connection: for https, through the proxy of HTTPS_PROXY, if it is set."""
        address = urlsplit(origin)
        timeout = max(0.001, min(CONNECT_TIMEOUT, deadline.remaining))
        host = str(address.hostname)
        connection: HTTPConnection
        if address.scheme == "http":
            connection = HTTPConnection(host, address.port, timeout=timeout)
        elif proxy := os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy"):
            connection = _through_proxy(proxy, host, address.port or 443, timeout, self._tls)
        else:
            connection = HTTPSConnection(host, address.port, timeout=timeout, ssl_context=self._tls)
        try:
            connection.connect()
        except (exceptions.HTTPError, OSError) as error:
            refused = connection.proxy and not connection.has_connected_to_proxy
            connection.close()
            if refused:
                raise exceptions.ProxyError("", error) from None
            raise
        return connection

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """What trusts the system's certificates (or SSL_CERT_FILE) and those of certifi. Loading them takes 30 ms."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


def _through_proxy(proxy: str, host: str, port: int, timeout: float, tls: ssl.SSLContext) -> HTTPSConnection:
    """Return a connection that a proxy tunnels. The proxy's address may have a user and a password."""
    address = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
    user = f"{unquote(address.username)}:{unquote(address.password or '')}" if address.username else None
    at = parse_url(f"{address.scheme}://{address.netloc.rpartition('@')[2]}")
    connection = HTTPSConnection(
        str(at.host),
        at.port or (443 if at.scheme == "https" else 80),
        timeout=timeout,
        ssl_context=tls,
        proxy=at,
        proxy_config=ProxyConfig(tls, False, None, None),
    )
    headers = make_headers(proxy_basic_auth=user)
    connection.set_tunnel(host, port, headers, "https" if at.scheme == "https" else "http")
    return connection


class _Incoming:
    """What a server sends over a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self.rest = b""
        """What has arrived and is not taken yet."""

    def peek(self, size: int, /) -> bytes:
        """See `Stream`."""
        if not self.rest:
            self.rest = self._connection.recv(_RECEIVED)
        return self.rest

    def read1(self, size: int, /) -> bytes:
        """See `Stream`."""
        found = self.peek(size)[:size]
        self.rest = self.rest[size:]
        return found


def _take(idle: list[HTTPConnection]) -> HTTPConnection | None:
    """Return a connection that is still open, None if there is none."""
    while idle:
        try:
            connection = idle.pop()
        except IndexError:  # another thread took it
            return None
        if connection.is_connected:
            return connection
        connection.close()
    return None


def _request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return a request as it is sent.

    Raises:
        ValueError: A line would end early, and the rest of it would be another header.
    """
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines.append("accept-encoding: identity")
    if body or method != "GET":
        lines.append(f"content-length: {len(body)}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a line break in a header")
    return "\r\n".join((*lines, "", "")).encode("latin-1") + body


_REFUSED: Final = "connection refused"
_EXHAUSTED: Final = (errno.EMFILE, errno.ENFILE)
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (exceptions.ProxyError, "the proxy refuses the connection"),
    (exceptions.NameResolutionError, "the name cannot be resolved"),
    (exceptions.NewConnectionError, _REFUSED),  # before its base class, a timeout
    (exceptions.TimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (ssl.SSLError, "TLS error"),
    (OSError, "the connection was closed"),
)


def _reason(error: Exception) -> str:
    """Return why there is no answer, without addresses."""
    if isinstance(error, ResponseError):
        return str(error)
    if isinstance(error, ssl.SSLCertVerificationError):
        return "the certificate is not trusted"
    if any(isinstance(each, OSError) and each.errno in _EXHAUSTED for each in (error, error.__cause__)):
        return "too many open files (see ulimit -n); make fewer calls at the same time"
    reason = next((reason for kind, reason in _REASONS if isinstance(error, kind)), type(error).__name__)
    return "cannot open a connection" if reason == _REFUSED and "refused" not in str(error) else reason
