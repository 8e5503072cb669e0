"""Downloads: whole or not at all, resumed where the connection breaks, only from hosts that serve reports."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from acctgate.sources.compliance.download import DownloadError, download

BODY = bytes(range(256)) * 1000
Answer = Callable[[BaseHTTPRequestHandler], None]


class Store:
    """Serves one object on this machine; each request takes the next answer of the script."""

    def __init__(self) -> None:
        self.script: list[Answer] = []
        self.ranges: list[str | None] = []
        store = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                store.ranges.append(self.headers.get("Range"))
                (store.script.pop(0) if store.script else whole)(self)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.endpoint}/report.xls?Expires=1&OSSAccessKeyId=KEY&Signature=SECRET"


def whole(handler: BaseHTTPRequestHandler) -> None:
    """Send everything, or the range that is asked for."""
    start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
    handler.send_response(206 if start else 200)
    if start:
        handler.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
    handler.send_header("Content-Length", str(len(BODY) - start))
    handler.end_headers()
    handler.wfile.write(BODY[start:])


def breaks_after(count: int) -> Answer:
    """Announce everything and send a part."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        start = int((handler.headers.get("Range") or "bytes=0-")[6:-1])
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range", f"bytes {start}-{len(BODY) - 1}/{len(BODY)}")
        handler.send_header("Content-Length", str(len(BODY) - start))
        handler.end_headers()
        handler.wfile.write(BODY[start : start + count])
        handler.close_connection = True

    return answer


def status(code: int, **headers: str) -> Answer:
    """Answer with a status and no body."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


@pytest.fixture
def store() -> Iterator[Store]:
    """Serve an object store on this machine."""
    running = Store()
    thread = threading.Thread(target=running.server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield running
    running.server.shutdown()
    running.server.server_close()
    thread.join()


def fetch(store: Store, output: Path, **options: Any) -> int:
    """Download the store's object."""
    return download(store.url, output, endpoint=store.endpoint, **options)


def test_a_report_arrives_whole(store: Store, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    size = download(store.url, tmp_path / "r.xls", endpoint=store.endpoint, progress=lambda *at: seen.append(at))
    assert (size, (tmp_path / "r.xls").read_bytes()) == (len(BODY), BODY)
    assert seen[-1] == (len(BODY), len(BODY)) and seen == sorted(seen)
    assert [path.name for path in tmp_path.iterdir()] == ["r.xls"]


def test_a_broken_download_is_resumed_where_it_broke(store: Store, tmp_path: Path) -> None:
    store.script = [breaks_after(100_000), breaks_after(50_000)]
    assert fetch(store, tmp_path / "r.xls") == len(BODY)
    assert (tmp_path / "r.xls").read_bytes() == BODY
    assert store.ranges[0] is None and None not in store.ranges[1:]


def test_a_server_without_ranges_begins_again(store: Store, tmp_path: Path) -> None:
    def from_the_start(handler: BaseHTTPRequestHandler) -> None:
        del handler.headers["Range"]
        whole(handler)

    store.script = [breaks_after(100_000), from_the_start]
    assert fetch(store, tmp_path / "r.xls") == len(BODY)
    assert (tmp_path / "r.xls").read_bytes() == BODY


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([breaks_after(10)] * 5, "broke off 5 times"),
        ([status(503)] * 5, "broke off 5 times"),
        ([status(403)], "expired"),
        ([status(404)], "HTTP 404"),
        ([status(302, Location="http://127.0.0.1:1/elsewhere")], "HTTP 302"),
        ([status(206, Content_Range="bytes 7-9/10")], "HTTP 206"),
    ],
)
def test_what_is_not_whole_leaves_no_file(store: Store, tmp_path: Path, script: list[Answer], message: str) -> None:
    store.script = script
    with pytest.raises(DownloadError, match=message) as caught:
        fetch(store, tmp_path / "r.xls")
    assert [*tmp_path.iterdir()] == []
    assert "SECRET" not in str(caught.value) and "Signature" not in str(caught.value)


def test_a_report_that_is_too_large_is_refused(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("acctgate.sources.compliance.download.MAX_BYTES", 1000)
    with pytest.raises(DownloadError, match="larger than"):
        fetch(store, tmp_path / "r.xls")
    assert [*tmp_path.iterdir()] == []


def test_a_server_that_drips_does_not_hold_a_download_up(store: Store, tmp_path: Path) -> None:
    released = threading.Event()

    def drips(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(BODY)))
        handler.end_headers()
        for byte in BODY:
            handler.wfile.write(bytes([byte]))
            if released.wait(0.05):
                return

    store.script = [drips]
    with pytest.raises(DownloadError, match=r"not complete within 0\.3 seconds; try again, or allow more") as raised:
        fetch(store, tmp_path / "r.xls", timeout=0.3)
    assert "SECRET" not in str(raised.value)
    assert list(tmp_path.iterdir()) == [], "nothing is left, not even the draft"
    released.set()


def test_an_existing_file_is_kept(store: Store, tmp_path: Path) -> None:
    (file := tmp_path / "r.xls").write_text("mine")
    with pytest.raises(DownloadError, match="already exists; use --force"):
        fetch(store, file)
    assert file.read_text() == "mine" and store.ranges == []
    store.script = [status(404)]
    with pytest.raises(DownloadError):
        fetch(store, file, force=True)
    assert file.read_text() == "mine", "what fails replaces nothing"
    assert fetch(store, file, force=True) == len(BODY)


@pytest.mark.parametrize(
    "url",
    [
        "http://b.oss-cn-shanghai.aliyuncs.com/x",
        "https://b.oss-cn-shanghai.aliyuncs.com.evil.example/x",
        "https://evil.example/b.oss-cn-shanghai.aliyuncs.com",
        "https://user@b.oss-cn-shanghai.aliyuncs.com/x",
        "https://b.oss-cn-shanghai.aliyuncs.com:8443/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
def test_other_hosts_are_never_asked(tmp_path: Path, url: str) -> None:
    with pytest.raises(DownloadError, match="URL"):
        download(url, tmp_path / "r.xls")
    assert [*tmp_path.iterdir()] == []


def test_an_empty_report_is_an_error_and_leaves_no_file(store: Store, tmp_path: Path) -> None:
    store.script = [status(200)]
    with pytest.raises(DownloadError, match="the report is empty; download it again"):
        download(store.url, tmp_path / "report.xls", endpoint=store.endpoint)
    assert [*tmp_path.iterdir()] == []
