"""The demo account behind a faulty connection: every fault of the wire, for selected operations."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple, Self
from urllib.parse import urlsplit

from acctgate.demo import DemoServer
from acctgate.demo.http_server import action_of
from acctgate.demo.signature import Request
from acctgate.sources.operations import BY_NAME

JSON_TYPE: Final = "application/json;charset=utf-8"
HTML: Final = b"<html><head><title>502 Bad Gateway</title></head><body><h1>Bad Gateway</h1></body></html>"
BOMB: Final = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    + b"]><Error><Code>&j;</Code></Error>"
)


class Reply(NamedTuple):
    """A response to send."""

    status: int
    body: bytes
    headers: dict[str, str] = {}  # noqa: RUF012 never changed


@dataclass
class FaultyServer:
    """Serves the demo account. The operations in `faulty` get the fault instead of their answer."""

    demo: DemoServer
    fault: str = ""
    faulty: set[str] = field(default_factory=set)
    calls: Counter[str] = field(default_factory=Counter)

    def __enter__(self) -> Self:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.faults = self
        self._released = threading.Event()
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._released.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def endpoint(self) -> str:
        """HOST:PORT."""
        return f"127.0.0.1:{self._http.server_address[1]}"

    def wait(self, seconds: float) -> None:
        """Wait, or until the test ends."""
        self._released.wait(seconds)


class _Server(ThreadingHTTPServer):
    faults: FaultyServer
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that close the connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536
    disable_nagle_algorithm = True
    timeout = 30
    server: _Server

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length") or 0))
        request = Request(self.command, url.path, url.query, headers, body)
        faults, name = self.server.faults, action_of(request)
        faults.calls[name] += 1
        fault = faults.fault if name in faults.faulty else ""
        now = datetime.now(UTC) + timedelta(hours=fault == "skewed-clock")
        status, answer = faults.demo.answer(request, now)
        if fault in _STREAMS:
            _STREAMS[fault](self, json.dumps(answer).encode())
        else:
            self.reply(
                _ANSWERS[fault](name, answer) if fault in _ANSWERS else Reply(status, json.dumps(answer).encode())
            )

    do_GET = do_POST

    def reply(self, reply: Reply, length: int | None = None) -> None:
        """Send a whole answer, whose length may be wrong."""
        self.send_response(reply.status)
        headers = {"Content-Type": JSON_TYPE, "Content-Length": str(length or len(reply.body)), **reply.headers}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def reset(self, sent: bytes = b"") -> None:
        """Send the beginning of an answer, then reset the connection."""
        if sent:
            self.reply(Reply(200, sent), length=len(sent) * 2)
            self.wfile.flush()
            time.sleep(0.02)  # so that it arrives before the reset does
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def drip(self, body: bytes) -> None:
        """Send one byte at a time, faster than any timeout of a socket."""
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        for index in range(len(body)):
            self.wfile.write(body[index : index + 1])
            self.wfile.flush()
            self.server.faults.wait(0.05)

    def cut(self, body: bytes) -> None:
        """End the connection before the announced length."""
        self.reply(Reply(200, body[: len(body) // 2]), length=len(body))
        self.close_connection = True

    def stay_silent(self, body: bytes) -> None:
        """Answer nothing for a long time."""
        self.server.faults.wait(20)
        self.close_connection = True

    def log_message(self, *args: object) -> None:
        """Write nothing."""


_STREAMS: Final[dict[str, Callable[[_Handler, bytes], None]]] = {
    "closed": lambda handler, body: handler.reset(),
    "reset": lambda handler, body: handler.reset(body[: len(body) // 2]),
    "timeout": _Handler.stay_silent,
    "drip": _Handler.drip,
    "cut-off": _Handler.cut,
}


def _error(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> Reply:
    body = {"RequestId": "5F2B7E3C", "Code": code, "Message": message}
    return Reply(status, json.dumps(body).encode(), headers or {})


def _changed(name: str, answer: dict[str, Any], change: Callable[[Any], Any]) -> Reply:
    """Answer with the operation's own key changed."""
    key = BY_NAME[name].answer_key
    return Reply(200, json.dumps({**answer, key: change(answer[key])}).encode())


def _raw(name: str, raw: str) -> Reply:
    """Answer with raw JSON in place of the operation's own value."""
    return Reply(200, f'{{"RequestId": "1", "{BY_NAME[name].answer_key}": {raw}}}'.encode())


def _plain(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode()


_GZIP_BOMB: Final[bytes] = gzip.compress(b'{"a": "' + b" " * (64 << 20), compresslevel=9)
_ERROR: Final = {"Code": "InternalError", "Message": "x"}
_EXPIRED: Final = "The security token has expired."
_FLOW: Final = "Request was denied due to user flow control."
_ANSWERS: Final[dict[str, Callable[[str, dict[str, Any]], Reply]]] = {
    "client-error": lambda name, answer: _error(400, "InvalidParameter", "The parameter is invalid."),
    "client-error-html": lambda name, answer: Reply(404, HTML, {"Content-Type": "text/html"}),
    "server-error": lambda name, answer: _error(503, "ServiceUnavailable", "The request has failed."),
    "server-error-html": lambda name, answer: Reply(502, HTML, {"Content-Type": "text/html"}),
    "html": lambda name, answer: Reply(200, HTML, {"Content-Type": "text/html"}),
    "throttled": lambda name, answer: _error(400, "Throttling.User", _FLOW),
    "throttled-with-header": lambda name, answer: _error(429, "QpsLimit", _FLOW, {"x-acs-retry-after": "4000"}),
    "throttled-by-gateway": lambda name, answer: Reply(429, HTML, {"Content-Type": "text/html", "Retry-After": "4"}),
    "truncated": lambda name, answer: Reply(200, _plain(answer)[:-2]),
    "empty": lambda name, answer: Reply(200, b""),
    "oversized": lambda name, answer: Reply(200, _plain({**answer, "Padding": "x" * (11 << 20)})),
    "gzip-bomb": lambda name, answer: Reply(200, _GZIP_BOMB, {"Content-Encoding": "gzip"}),
    "wrong-compression": lambda name, answer: Reply(200, _plain(answer), {"Content-Encoding": "gzip"}),
    "wrong-content-type": lambda name, answer: Reply(200, _plain(answer), {"Content-Type": "image/png"}),
    "wrong-encoding": lambda name, answer: Reply(200, _plain(answer)[:-1] + ', "Note": "é"}'.encode("latin-1")),
    "utf-16": lambda name, answer: Reply(200, json.dumps(answer).encode("utf-16-le")),
    "duplicate-keys": lambda name, answer: Reply(200, b'{"RequestId": "1", "RequestId": "2", ' + _plain(answer)[1:]),
    "nan": lambda name, answer: _raw(name, "NaN"),
    "huge-number": lambda name, answer: _raw(name, "1e999"),
    "huge-integer": lambda name, answer: _raw(name, "9" * 5000),
    "deep-nesting": lambda name, answer: _raw(name, "[" * 100_000 + "]" * 100_000),
    "xml-bomb": lambda name, answer: Reply(200, BOMB, {"Content-Type": "text/xml"}),
    "xml-bomb-error": lambda name, answer: Reply(400, BOMB, {"Content-Type": "text/xml"}),
    "key-missing": lambda name, answer: Reply(200, b'{"RequestId": "1"}'),
    "key-of-another-type": lambda name, answer: _changed(name, answer, lambda value: [value]),
    "error-beside-answer": lambda name, answer: Reply(200, _plain({**answer, **_ERROR})),
    "expired-token": lambda name, answer: _error(400, "InvalidSecurityToken.Expired", _EXPIRED),
    "redirect": lambda name, answer: Reply(302, b"", {"Location": "http://127.0.0.1:9/"}),
}
FAULTS: Final = (*_STREAMS, *_ANSWERS, "skewed-clock")
