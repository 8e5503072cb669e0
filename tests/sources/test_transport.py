"""Sending requests: which target they name, which connections they use, and the way through a proxy."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from acctgate.demo import DemoServer
from acctgate.sources.deadline import Deadline
from acctgate.sources.http_response import HttpResponse
from acctgate.sources.transport import Transport, TransportError

EXHAUSTED = """
import resource, socket, sys
from acctgate.sources.deadline import Deadline
from acctgate.sources.transport import Transport, TransportError
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
held = []
try:
    while True:
        held.append(socket.socket())
except OSError:
    pass
try:
    Transport().send("GET", sys.argv[1], {}, {}, Deadline.after(5))
except TransportError as error:
    print(error)
"""


class _Recorder(ThreadingHTTPServer):
    """Records requests, and passes tunnels on."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = f"127.0.0.1:{self.server_address[1]}"
        self.lines: list[str] = []
        self.credentials: list[str | None] = []
        self.connections: set[int] = set()
        """The ports from which requests came."""
        self.closes = False
        """Whether it ends a connection after a response, without saying so."""
        self.refuses = False
        """Whether it refuses to be a proxy."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Recorder

    def do_POST(self) -> None:
        self._record()
        self.send_response(302)
        self.send_header("Location", "/elsewhere")
        self.send_header("X-Acs-Retry-After", "1000")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")
        self.close_connection = self.server.closes

    def do_CONNECT(self) -> None:
        if self.server.refuses:
            self.send_error(407)
            return
        self._record()
        host, port = self.path.split(":")
        with socket.create_connection((host, int(port))) as upstream:
            self.send_response(200)
            self.end_headers()
            threading.Thread(target=_pass_on, args=(upstream, self.connection), daemon=True).start()
            _pass_on(self.connection, upstream)
        self.close_connection = True

    def _record(self) -> None:
        self.server.lines.append(self.requestline)
        self.server.credentials.append(self.headers["proxy-authorization"])
        self.server.connections.add(self.client_address[1])

    def log_message(self, *args: object) -> None:
        """Write nothing."""


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:  # one side closed its connection
        return


@pytest.fixture
def recorder() -> Iterator[_Recorder]:
    """Serve, and record."""
    with _Recorder() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def _send(transport: Transport, url: str, query: dict[str, str] | None = None) -> HttpResponse:
    return transport.send("POST", url, {}, query or {}, Deadline.after(30))


def test_requests_share_a_connection_and_follow_no_redirect(recorder: _Recorder) -> None:
    transport, origin = Transport(), f"http://{recorder.endpoint}"
    found = [
        _send(transport, f"{origin}/", {"Name": "a b&c", "Page": "1"}),
        _send(transport, f"{origin}/robot/send?access_token=x%2F1"),
        _send(transport, origin),
    ]
    assert [(each.status, each.body, each.headers["x-acs-retry-after"]) for each in found] == [(302, b"{}", "1000")] * 3
    targets = ["/?Name=a+b%26c&Page=1", "/robot/send?access_token=x%2F1", "/"]
    assert recorder.lines == [f"POST {target} HTTP/1.1" for target in targets]
    assert len(recorder.connections) == 1


def test_a_connection_that_the_server_closed_is_not_used_again(recorder: _Recorder) -> None:
    transport = Transport()
    recorder.closes = True
    for _ in range(2):
        assert _send(transport, f"http://{recorder.endpoint}/").status == 302
        (connection,) = transport._idle[f"http://{recorder.endpoint}"]
        while connection.is_connected:
            time.sleep(0.001)
    assert len(recorder.connections) == 2


@pytest.mark.parametrize("surplus", [b"HTTP/1.1 200 OK\r\n", b"x" * 40_000], ids=["a part of a response", "much"])
def test_a_connection_with_more_than_the_response_is_not_used_again(surplus: bytes) -> None:
    """It would be taken for the response to the next request."""
    transport = Transport()
    with socket.create_server(("127.0.0.1", 0)) as server, ThreadPoolExecutor(1) as pool:
        origin = f"http://127.0.0.1:{server.getsockname()[1]}"
        found = pool.submit(_send, transport, origin)
        with server.accept()[0] as connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}" + surplus)
            assert found.result(20).body == b"{}"
            assert transport._idle == {origin: []}


def test_no_more_connections_stay_open_than_allowed(recorder: _Recorder) -> None:
    transport = Transport(connections=1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: _send(transport, f"http://{recorder.endpoint}/").status, range(64)))
    assert found == [302] * 64
    assert [len(idle) for idle in transport._idle.values()] == [1]


@pytest.mark.parametrize("value", ["a\r\nx-acs-action: SetSecurityPreference", "a\nb", "a\rb"])
def test_no_header_begins_in_the_value_of_another(recorder: _Recorder, value: str) -> None:
    with pytest.raises(TransportError):
        Transport().send("POST", f"http://{recorder.endpoint}/", {"x": value}, {}, Deadline.after(30))
    assert recorder.lines == []


def test_addresses_are_not_logged(recorder: _Recorder) -> None:
    """They may have a token. A program that uses acctgate may log everything."""
    script = f"""
import logging
from acctgate.sources.deadline import Deadline
from acctgate.sources.transport import Transport
logging.basicConfig(level=logging.DEBUG)
Transport().send("POST", "http://{recorder.endpoint}/?access_token=x", {{}}, {{}}, Deadline.after(30))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr, len(recorder.lines)) == ("", "", 1)


def test_https_goes_through_the_proxy_in_a_tunnel(
    recorder: _Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with DemoServer(tls=tmp_path) as demo:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:s%40fe@{recorder.endpoint}")
        monkeypatch.setenv("SSL_CERT_FILE", str(demo.certificate))
        transport = Transport()
        found = [_send(transport, f"https://{demo.endpoint}/") for _ in range(2)]
    assert [each.status for each in found] == [404, 404], "the demo account knows no such operation"
    assert [line.rpartition(" ")[0] for line in recorder.lines] == [f"CONNECT {demo.endpoint}"], "both use one tunnel"
    assert recorder.credentials == [f"Basic {b64encode(b'me:s@fe').decode()}"]


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_refuses(recorder: _Recorder, monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    recorder.refuses = True
    monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://me:s%40fe@{recorder.endpoint}")
    with pytest.raises(TransportError, match=r"^the proxy refuses the connection$"):
        _send(Transport(), "https://ims.aliyuncs.com/")


def test_too_many_open_files_are_named(recorder: _Recorder) -> None:
    command = [sys.executable, "-c", EXHAUSTED, f"http://{recorder.endpoint}/"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "too many open files (see ulimit -n); make fewer calls at the same time\n"
