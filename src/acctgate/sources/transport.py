"""HTTP with limits: no redirects, a bounded body, and one explicit proxy.

Import this module only where a live call is made: it loads urllib3.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

import certifi
from urllib3 import BaseHTTPResponse, PoolManager, ProxyManager, Timeout, exceptions, make_headers

from acctgate.reading import LARGEST
from acctgate.sources.deadline import Deadline

CONNECT_TIMEOUT: Final = 5.0
"""Seconds to connect."""
READ_TIMEOUT: Final = 10.0
"""Seconds that a server may be silent."""
LARGEST_BODY: Final = LARGEST
"""The largest body, in bytes after decompression."""
_CHUNK: Final = 8192
"""Bytes to read at once."""


class TransportError(Exception):
    """There is no answer. The message says why."""


class BodyError(Exception):
    """There is an answer whose body cannot be used. The message says why."""


class HttpResponse(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names are in lower case."""
    body: bytes


class Transport:
    """Sends requests and reuses connections. Calls over http stay on this machine, so they never use a proxy."""

    def __init__(self, connections: int = 16) -> None:
        """Prepare to send. `connections` is how many connections to one host stay open."""
        self._connections = connections

    @cached_property
    def _local(self) -> PoolManager:
        """What sends requests over http, to this machine. It loads no certificates, which takes 30 ms."""
        return PoolManager(maxsize=self._connections)

    @cached_property
    def _secure(self) -> PoolManager:
        """What sends requests over https: through the proxy of HTTPS_PROXY, if it is set."""
        proxy = os.environ.get("HTTPS_PROXY") or os.environ.get("https_proxy")
        if not proxy:
            return PoolManager(maxsize=self._connections, ssl_context=_tls())
        address = urlsplit(proxy if "//" in proxy else f"http://{proxy}")
        user = f"{unquote(address.username)}:{unquote(address.password or '')}" if address.username else None
        host = address.netloc.rpartition("@")[2]
        headers = make_headers(proxy_basic_auth=user)
        return ProxyManager(
            f"{address.scheme}://{host}",
            maxsize=self._connections,
            ssl_context=_tls(),
            proxy_ssl_context=_tls(),
            proxy_headers=headers,
        )

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        query: Mapping[str, str],
        deadline: Deadline,
        body: bytes | None = None,
    ) -> HttpResponse:
        """Send a request. A redirect is returned like any other answer, never followed.

        Raises:
            TransportError: Nobody answered.
            BodyError: The body is too large, or cannot be decompressed.
        """
        timeout = Timeout(
            connect=max(0.001, min(CONNECT_TIMEOUT, deadline.remaining)),
            read=max(0.001, min(READ_TIMEOUT, deadline.remaining)),
        )
        try:
            manager = self._secure if url.startswith("https:") else self._local
            response = manager.request(
                method,
                f"{url}?{urlencode(query)}" if query else url,
                headers=dict(headers),
                body=body,
                redirect=False,
                retries=False,
                preload_content=False,
                timeout=timeout,
            )
            names = {name.lower(): value for name, value in response.headers.items()}
            return HttpResponse(response.status, names, _body(response, deadline))
        except exceptions.DecodeError:
            raise BodyError("the body cannot be decompressed") from None
        except (exceptions.HTTPError, OSError, ValueError) as error:
            raise TransportError(_reason(error)) from None


def _tls() -> ssl.SSLContext:
    """Return a context that trusts the system's certificates (or SSL_CERT_FILE) and those of certifi."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def _body(response: BaseHTTPResponse, deadline: Deadline) -> bytes:
    chunks: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK, decode_content=True):  # what has arrived: a trickle does not hold it
        chunks.append(chunk)
        size += len(chunk)
        if not deadline.remaining:
            raise TimeoutError
        if size > LARGEST_BODY:
            response.close()
            raise BodyError(f"the answer is larger than {LARGEST_BODY >> 20} MiB")
    response.release_conn()
    return b"".join(chunks)


_REFUSED: Final = "connection refused"
_REASONS: Final[tuple[tuple[type[Exception], str], ...]] = (
    (exceptions.ProxyError, "the proxy refuses the connection"),
    (exceptions.NameResolutionError, "the name cannot be resolved"),
    (exceptions.NewConnectionError, _REFUSED),  # before its base class, a timeout
    (exceptions.TimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (exceptions.ProtocolError, "the connection was closed"),
    (ConnectionResetError, "the connection was closed"),
)


def _reason(error: Exception) -> str:
    """Return why there is no answer, without addresses."""
    for kind, reason in _REASONS:
        if isinstance(error, kind):
            return "cannot open a connection" if reason == _REFUSED and "refused" not in str(error) else reason
    if isinstance(error, exceptions.SSLError | ssl.SSLError):
        return "the certificate is not trusted" if "CERTIFICATE" in str(error) else "TLS error"
    return type(error).__name__
