"""Download a compliance pack's report: streamed, resumed after a break, whole or not at all."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final
from urllib.parse import urlsplit

import requests

from acctgate.redact import one_line
from acctgate.sources.deadline import Deadline, DeadlineError
from acctgate.text import os_reason

MAX_BYTES: Final = 64 << 20
"""The largest sheet, in bytes. Reports of real packs have a few hundred kilobytes."""
SECONDS: Final = 900.0
"""How long a download may take as a whole."""
ATTEMPTS: Final = 5
_HOSTS: Final = re.compile(r"[a-z0-9][a-z0-9.-]*\.oss-[a-z0-9-]+\.aliyuncs\.com", re.ASCII)
_TIMEOUT: Final = (5, 30)
"""Seconds to connect, and between two pieces."""
_PIECE: Final = 1 << 16
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)", re.ASCII)


class DownloadError(Exception):
    """The report was not downloaded. The text is one line, without the signed URL."""


def download(
    url: str,
    output: Path,
    *,
    endpoint: str | None = None,
    force: bool = False,
    timeout: float = SECONDS,
    progress: Callable[[int, int | None], None] = lambda done, total: None,
) -> int:
    """Download a report to a file.

    Args:
        url: The signed ReportUrl. It is a secret: no message contains it.
        output: The file. It is replaced in one step, when all of it has arrived.
        endpoint: HOST:PORT of the demo account, the only other server that may serve a report (over http).
        force: Whether an existing file may be replaced.
        timeout: Seconds that the download may take as a whole, however the server sends it.
        progress: Receives the bytes so far and the total, None if the server does not send it.

    Returns:
        The size in bytes.

    Raises:
        DownloadError: The URL names a host that serves no reports, the file exists, is empty, too large or incomplete,
            or the time is over.
    """
    host = _allowed_host(url, endpoint)
    if output.exists() and not force:
        raise DownloadError(f"{output}: already exists; use --force")
    try:
        with NamedTemporaryFile(dir=output.parent, prefix=".acctgate-", delete=False) as draft:
            try:
                transfer = _Transfer(url, host, os.dup(draft.fileno()), progress)
                size = Deadline.after(timeout).run(transfer.run)
                Path(draft.name).replace(output)
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    except DeadlineError:
        late = f"the download was not complete within {timeout:g} seconds"
        raise DownloadError(f"{host}: {late}; try again, or allow more with --timeout") from None
    except OSError as error:
        raise DownloadError(f"{output}: {os_reason(error)}") from None
    return size


def _allowed_host(url: str, endpoint: str | None) -> str:
    """Return the host that a signed URL names, if it may serve reports."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise DownloadError("the report's URL is not valid") from None
    if endpoint is not None and parts.scheme == "http" and parts.netloc == endpoint:
        return endpoint
    if parts.scheme != "https" or port not in (None, 443) or parts.username or not _HOSTS.fullmatch(host):
        raise DownloadError(f"the report's URL names {one_line(host) or 'no host'}, which does not serve reports")
    return host


class _Transfer:
    """One download, over several connections where they break. It may outlive its deadline in its thread."""

    def __init__(self, url: str, host: str, file: int, progress: Callable[[int, int | None], None]) -> None:
        """Prepare a download.

        Args:
            url: The signed URL.
            host: Its host, for messages.
            file: The file descriptor to write to. `run` closes it.
            progress: Receives the bytes so far and the total.
        """
        self._url, self._host, self._file, self._progress = url, host, file, progress
        self._done = 0
        self._total: int | None = None
        self._etag: str | None = None

    def run(self) -> int:
        """Return the size once everything has arrived, and close the file."""
        try:
            return self._run()
        finally:
            os.close(self._file)

    def _run(self) -> int:
        reason = "no connection"
        for _ in range(ATTEMPTS):
            try:
                self._receive()
            except requests.RequestException as error:
                reason = type(error).__name__
                continue
            if not self._done and not self._total:
                raise DownloadError(f"{self._host}: the report is empty; download it again")
            if self._total is None or self._done == self._total:
                return self._done
            reason = f"{self._done} of {self._total} bytes arrived"
        raise DownloadError(f"{self._host}: the download broke off {ATTEMPTS} times ({reason}); try again")

    def _receive(self) -> None:
        headers = {"Range": f"bytes={self._done}-", "If-Range": self._etag or ""} if self._done else {}
        headers = {name: value for name, value in headers.items() if value} | {"Accept-Encoding": "identity"}
        with requests.get(self._url, headers=headers, stream=True, timeout=_TIMEOUT, allow_redirects=False) as answer:
            self._check(answer.status_code, answer.headers)
            for piece in answer.iter_content(_PIECE):
                self._done += len(piece)
                if self._done > MAX_BYTES:
                    raise DownloadError(f"{self._host}: the report is larger than {MAX_BYTES >> 20} MiB")
                os.write(self._file, piece)
                self._progress(self._done, self._total)

    def _check(self, status: int, headers: Mapping[str, str]) -> None:
        """Prepare for the body: from the beginning, or where the connection broke."""
        if status in (403, 410):
            raise DownloadError(f"{self._host}: the signed URL has expired (HTTP {status}); download again")
        if status >= 500:
            raise requests.ConnectionError(f"HTTP {status}")
        begins = _RANGE.fullmatch(headers.get("Content-Range", ""))
        if status == 206 and begins is not None and int(begins[1]) == self._done and self._done:
            return
        if status != 200:
            raise DownloadError(f"{self._host}: HTTP {status} instead of the report")
        self._done, self._etag = 0, headers.get("ETag")
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        length = headers.get("Content-Length", "")
        self._total = int(length) if length.isascii() and length.isdigit() else None
        if self._total is not None and self._total > MAX_BYTES:
            raise DownloadError(f"{self._host}: the report is larger than {MAX_BYTES >> 20} MiB")
