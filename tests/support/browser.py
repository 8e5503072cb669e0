"""Chromium, driven through its DevTools protocol: one process shows a page in several widths, colours and languages."""

from __future__ import annotations

import asyncio
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
from bench.chromium import FLAGS, find_chromium

CHROMIUM: Final = find_chromium()
_FLAGS: Final = (*FLAGS, "--disable-dev-shm-usage", "--lang=en-US", "--remote-debugging-port=0")
_SECONDS: Final = 60


class Browser:
    """One Chromium with one page. `with` starts and ends it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runner = asyncio.Runner()
        self._number = 0

    def __enter__(self) -> Self:
        assert CHROMIUM is not None
        profile = self._folder / "profile"
        command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self._runner.run(self._connect(self._port(profile / "DevToolsActivePort")))
        self._call("Page.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._runner.run(self._session.close())
        self._runner.close()

    def _port(self, file: Path) -> int:
        """Return the port that Chromium has chosen, once it listens."""
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            if file.exists() and len(lines := file.read_text().splitlines()) > 1:
                return int(lines[0])
            time.sleep(0.05)
        raise TimeoutError("Chromium does not start")

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

    def open(self, text: str, address: str = "") -> None:
        """Load a page, with an address such as #lang=zh."""
        self._number += 1
        file = self._folder / f"{self._number}.html"
        file.write_bytes(text.encode(errors="replace"))
        self._call("Page.navigate", "Page.loadEventFired", url=file.as_uri() + address)

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
