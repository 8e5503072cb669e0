"""Chromium, controlled through DevTools: one process with one page, for benchmarks and for tests of the page."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any, Final, Self

import aiohttp

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
_PAGE_FLAGS: Final = ("--disable-dev-shm-usage", "--lang=en-US", "--remote-debugging-port=0")
_SECONDS: Final = 60
_RENDERED: Final = "new Promise(done => requestAnimationFrame(() => setTimeout(() => done(performance.now()))))"
"""Milliseconds from the navigation's start to the end of the frame that is drawn next."""


def find_chromium() -> str | None:
    """Return the browser, or None if there is none."""
    return next((found for name in _NAMES if (found := shutil.which(name))), None)


class Browser:
    """One Chromium with one page and an empty profile. `with` starts and ends it."""

    def __init__(self, program: str, folder: Path) -> None:
        """Prepare to start it.

        Args:
            program: The browser, as `find_chromium` returns it.
            folder: A folder for its profile, and for the pages that it opens.
        """
        self._program, self._folder = program, folder
        self._runner = asyncio.Runner()
        self._number = 0

    def __enter__(self) -> Self:
        profile = self._folder / "profile"
        command = [self._program, *FLAGS, *_PAGE_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._runner.run(self._connect(_port(profile / "DevToolsActivePort")))
        self._call("Page.enable")
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        self._runner.run(self._session.close())
        self._runner.close()

    def open(self, text: str, address: str = "") -> None:
        """Load a page, with an address such as #lang=zh."""
        self._number += 1
        file = self._folder / f"{self._number}.html"
        file.write_bytes(text.encode(errors="replace"))
        self._navigate(file.as_uri() + address)

    def seconds_to_open(self, page: Path, ready: str) -> float:
        """Return the seconds until a page is loaded, its script has run and a frame is drawn.

        Args:
            page: The file.
            ready: JavaScript that is true once the page's script has run.
        """
        self._navigate("about:blank")
        self._navigate(page.as_uri())
        rendered = self.run(_RENDERED)
        if self.run(ready) is not True:
            raise RuntimeError(f"{page}: its script has not run: {ready}")
        return float(rendered) / 1000

    def show(self, width: int = 1280, *, dark: bool = False, media: str = "screen") -> None:
        """Lay the page out in this width, these colours, and for the screen or for print."""
        self._call(
            "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def run(self, script: str) -> Any:
        """Return the value of a JavaScript expression."""
        found = self._call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def _navigate(self, address: str) -> None:
        self._call("Page.navigate", "Page.loadEventFired", url=address)

    async def _connect(self, port: int) -> None:
        self._session = aiohttp.ClientSession()
        async with self._session.get(f"http://127.0.0.1:{port}/json/list") as answer:
            [page] = [each for each in await answer.json() if each["type"] == "page"]
        self._socket = await self._session.ws_connect(page["webSocketDebuggerUrl"], max_msg_size=0)

    def _call(self, method: str, event: str | None = None, **parameters: Any) -> Any:
        """Return the result of a method, after an event if one is named."""
        return self._runner.run(asyncio.wait_for(self._answer(method, event, parameters), _SECONDS))

    async def _answer(self, method: str, event: str | None, parameters: dict[str, Any]) -> Any:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        result = None
        while result is None or event is not None:
            message = await self._socket.receive_json()
            if message.get("id") == self._number:
                assert "error" not in message, message
                result = message["result"]
            elif message.get("method") == event:
                event = None
        return result


def _port(file: Path) -> int:
    """Return the port that Chromium has chosen, once it listens."""
    end = time.monotonic() + _SECONDS
    while time.monotonic() < end:
        if file.exists() and len(lines := file.read_text().splitlines()) > 1:
            return int(lines[0])
        time.sleep(0.05)
    raise TimeoutError("Chromium does not start")
