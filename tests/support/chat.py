"""A chat service on this machine: it records the messages that it gets, and answers as it should."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final, NamedTuple, Self

OK: Final = {
    "dingtalk": b'{"errcode":0,"errmsg":"ok"}',
    "feishu": b'{"code":0,"msg":"success","data":{}}',
    "wecom": b'{"errcode":0,"errmsg":"ok"}',
    "slack": b"ok",
}
"""What each service answers to a message that it takes."""
NO_LINK: Final = dict.fromkeys(("GITHUB_RUN_ID", "CI_JOB_URL", "BUILD_URL"), "")
"""Variables without which a run has no address, wherever the tests run."""


class Received(NamedTuple):
    """A message that arrived."""

    path: str
    kind: str | None
    """Its Content-Type."""
    body: Any


@dataclass
class Chat:
    """Listens while it is entered."""

    answer: bytes = b"ok"
    status: int = 200
    silent: bool = False
    """Whether it never answers."""
    location: str | None = None
    """Where it redirects to."""
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.chat, self.released = self, threading.Event()
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.released.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def address(self) -> str:
        """Its address, without a path."""
        return f"http://127.0.0.1:{self._http.server_port}"


class _Server(ThreadingHTTPServer):
    chat: Chat
    daemon_threads = True


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        """Record the message, and answer."""
        chat = self.server.chat
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        chat.received.append(Received(self.path, self.headers["Content-Type"], body))
        if chat.silent:
            chat.released.wait(30)
            return
        self.send_response(chat.status)
        if chat.location:
            self.send_header("Location", chat.location)
        self.send_header("Content-Length", str(len(chat.answer)))
        self.end_headers()
        self.wfile.write(chat.answer)

    def log_message(self, *args: object) -> None:
        """Log nothing."""
