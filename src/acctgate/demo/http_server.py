"""HTTP for the demo account: connections, requests, and answers in JSON or XML."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, Protocol
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from acctgate.demo.compliance import sheet
from acctgate.demo.faults import DroppedConnectionError
from acctgate.demo.signature import Request
from acctgate.demo.tls import accept_tls
from acctgate.sources.signature import ALGORITHM

_MOST_HEADERS: Final = 200
_LONGEST_LINE: Final = 65536


class Service(Protocol):
    """What answers the requests."""

    clock_skew: timedelta
    latency: timedelta

    def answer(self, request: Request, now: datetime) -> tuple[int, dict[str, Any]]:
        """Return the HTTP status and body of the response to a request."""


class HttpServer(ThreadingHTTPServer):
    """Serves each connection in a thread of its own, on this machine only."""

    request_queue_size = 1024
    daemon_threads = True

    def __init__(self, port: int, service: Service, context: ssl.SSLContext | None = None) -> None:
        """Listen on a port, 0 for a free one. With a context, accept TLS too."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.service, self.context = service, context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection, in TLS if the client starts a handshake."""
        if self.context is None:
            super().finish_request(request, client_address)
            return
        with accept_tls(request, self.context) as connection:
            super().finish_request(connection, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection or do not trust the certificate. They report it themselves."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Without these two each call takes 44 ms: head and body go out as two small packets.
    wbufsize = 65536
    disable_nagle_algorithm = True
    timeout = 30

    server: HttpServer
    raw_requestline: bytes
    fields: Mapping[str, str]
    """The headers, with names in lower case."""

    def parse_request(self) -> bool:
        """Read the head of a request. The base class takes it for an e-mail, which is half the cost of an answer."""
        self.requestline = self.raw_requestline.decode("iso-8859-1").rstrip("\r\n")
        words = self.requestline.split()
        fields: dict[str, str] = {}
        for _ in range(_MOST_HEADERS):
            line = self.rfile.readline(_LONGEST_LINE).decode("iso-8859-1").strip()
            if not line:
                break
            name, _, value = line.partition(":")
            fields[name.strip().lower()] = value.strip()
        self.close_connection = True
        if len(words) != 3 or not words[2].startswith("HTTP/1."):
            self.command, self.request_version = "", "HTTP/1.1"
            self.send_error(400)
            return False
        self.command, self.path, self.request_version = words
        self.close_connection = words[2] == "HTTP/1.0" or fields.get("connection", "").lower() == "close"
        self.fields = fields
        return True

    def do_POST(self) -> None:
        due = time.monotonic() + self.server.service.latency.total_seconds()
        url = urlsplit(self.path)
        body = self.rfile.read(min(int(self.fields.get("content-length") or 0), 1 << 20))
        if (data := sheet(url.path, url.query)) is not None:
            self._send(200, "application/vnd.ms-excel", data)
            return
        request = Request(self.command, url.path, url.query, self.fields, body)
        try:
            status, answer = self.server.service.answer(request, datetime.now(UTC) + self.server.service.clock_skew)
        except DroppedConnectionError as fault:
            _sleep_until(due)
            self._drop(half=fault.half)
            return
        _sleep_until(due)
        if request.parameters.get("Format", "").upper() == "XML":
            name = f"{action_of(request)}Response" if status == 200 else "Error"
            self._send(status, "text/xml;charset=utf-8", to_xml(name, answer).encode())
        else:
            self._send(status, "application/json;charset=utf-8", json.dumps(answer).encode())

    do_GET = do_POST

    def _send(self, status: int, kind: str, data: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _drop(self, *, half: bool) -> None:
        """End the connection without a complete answer."""
        self.close_connection = True
        if half:
            self.send_response(200)
            self.send_header("Content-Length", "512")
            self.end_headers()
            self.wfile.write(b'{"RequestId": "')
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self.rfile.read(1)  # stays open until the client ends its side, too

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the Date header, from the demo account's clock."""
        now = datetime.now(UTC) if timestamp is None else datetime.fromtimestamp(timestamp, UTC)
        return super().date_time_string((now + self.server.service.clock_skew).timestamp())

    def log_message(self, *args: object) -> None:
        """Log nothing: the server runs beside a preview."""


def action_of(request: Request) -> str:
    """Return the operation that a request calls: from its headers (V3), or from its parameters (V1)."""
    if is_v3(request) or "x-acs-action" in request.headers:
        return request.headers.get("x-acs-action", "")
    return request.parameters.get("Action", "")


def is_v3(request: Request) -> bool:
    """Return whether a request is signed by its headers. The Terraform provider sends x-acs-action with V1, too."""
    authorization = request.headers.get("authorization", "")
    return authorization.startswith(ALGORITHM) or "Signature" not in request.parameters


def to_xml(name: str, value: Any) -> str:
    """Convert a JSON value to the APIs' XML."""
    if isinstance(value, list) and not name.endswith("s"):  # a list that its own element already contains
        return "".join(to_xml(name, item) for item in value)
    if isinstance(value, dict):
        inner = "".join(to_xml(key, item) for key, item in value.items())
    elif isinstance(value, list):
        inner = "".join(to_xml(name.removesuffix("s"), item) for item in value)
    else:
        inner = escape(value if isinstance(value, str) else json.dumps(value))
    return f"<{name}>{inner}</{name}>"


def _sleep_until(due: float) -> None:
    if (seconds := due - time.monotonic()) > 0:
        time.sleep(seconds)
