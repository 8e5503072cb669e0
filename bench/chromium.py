"""Open a page in a real headless Chromium, controlled through DevTools over a pair of pipes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, Final

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
FLAGS: Final = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Headless, and without anything that reaches for the network."""
_RENDERED: Final = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
"""Milliseconds from the navigation's start to the end of the frame that is drawn next."""


def find_chromium() -> str | None:
    """Return the browser, or None if there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


@contextmanager
def chromium(program: str, profile: Path) -> Iterator[Chromium]:
    """Run a browser with an empty profile in its own folder until the block ends."""
    commands_read, commands_write = os.pipe()
    answers_read, answers_write = os.pipe()
    # Chromium reads file descriptor 3 and writes 4. Only a shell can assign these numbers.
    shell = ["sh", "-c", f'exec "$@" 3<&{commands_read} 4>&{answers_write}', "sh"]
    command = [*shell, program, *FLAGS, "--remote-debugging-pipe", f"--user-data-dir={profile}"]
    with os.fdopen(commands_write, "wb", buffering=0) as write, os.fdopen(answers_read, "rb") as read:
        browser = subprocess.Popen(
            command, pass_fds=(commands_read, answers_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        os.close(commands_read)
        os.close(answers_write)
        try:
            yield Chromium(write, read)
        finally:
            with suppress(OSError):
                write.write(b'{"id": 0, "method": "Browser.close"}\0')
            try:
                browser.wait(timeout=10)
            except subprocess.TimeoutExpired:
                browser.kill()
                browser.wait()


class Chromium:
    """A browser that is running."""

    def __init__(self, write: Any, read: BinaryIO) -> None:
        self._write, self._read, self._numbers = write, read, count(1)

    def seconds_to_open(self, page: Path, ready: str) -> float:
        """Seconds from the start of the navigation until the page is loaded, its script has run and a frame is drawn.

        Args:
            page: The file.
            ready: JavaScript that is true where the page's script has run.
        """
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        session = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        self._call("Page.enable", session=session)
        self._send("Page.navigate", {"url": page.as_uri()}, session)
        self._event("Page.loadEventFired")
        rendered = self._evaluate(_RENDERED, session)
        if self._evaluate(ready, session) is not True:
            raise SystemExit(f"{page}: its script has not run: {ready}")
        self._call("Target.closeTarget", {"targetId": target})
        return float(rendered) / 1000

    def _evaluate(self, script: str, session: str) -> Any:
        asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
        return self._call("Runtime.evaluate", asked, session)["result"].get("value")

    def _call(self, method: str, parameters: dict[str, Any] | None = None, session: str | None = None) -> Any:
        number = self._send(method, parameters, session)
        answer = next(message for message in self._messages() if message.get("id") == number)
        if "error" in answer:
            raise SystemExit(f"Chromium: {method}: {answer['error']}")
        return answer["result"]

    def _send(self, method: str, parameters: dict[str, Any] | None, session: str | None) -> int:
        message: dict[str, Any] = {"id": next(self._numbers), "method": method, "params": parameters or {}}
        if session is not None:
            message["sessionId"] = session
        self._write.write(json.dumps(message).encode() + b"\0")
        return int(message["id"])

    def _event(self, name: str) -> None:
        next(message for message in self._messages() if message.get("method") == name)

    def _messages(self) -> Iterator[dict[str, Any]]:
        """Yield the messages of the browser as they arrive; each ends with a zero byte."""
        message = bytearray()
        while byte := self._read.read(1):
            if byte != b"\0":
                message += byte
                continue
            yield json.loads(message)
            message.clear()
        raise SystemExit("Chromium ended before its time")
