"""Read an HTTP/1.1 response from a connection, with limits (RFC 9112).

The readers of http.client and urllib3 parse a head as an e-mail, which takes as long as the rest of a call.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, Protocol

from acctgate.reading import LARGEST
from acctgate.sources.deadline import Deadline

LARGEST_BODY: Final = LARGEST
"""The largest body, in bytes, before and after decompression."""
_CHUNK: Final = 8192
"""Bytes to read at once."""
_LONGEST_LINE: Final = 65536
_MOST_HEADERS: Final = 200
_STATUS: Final = re.compile(r"HTTP/1\.([01]) ([1-9]\d\d)\b", re.ASCII)
_CHUNK_SIZE: Final = re.compile(r"[0-9a-fA-F]{1,12}")
_LENGTH: Final = re.compile(r"[0-9]{1,15}")
_NO_BODY: Final = (204, 304)
_COMPRESSIONS: Final = ("gzip", "x-gzip", "deflate")


class Stream(Protocol):
    """What a server sends, buffered. Each method reads at most once from the connection."""

    def peek(self, size: int, /) -> bytes:
        """Return what is buffered, without taking it."""

    def read1(self, size: int, /) -> bytes:
        """Return at most `size` bytes of what has arrived. Empty at the end."""


class ResponseError(Exception):
    """The response is incomplete or malformed. The message says which."""


class BodyError(Exception):
    """There is an answer whose body cannot be used. The message says why."""


class HttpResponse(NamedTuple):
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    """Names are in lower case."""
    body: bytes
    is_last: bool
    """Whether its connection ends with it."""


def read_response(file: Stream, deadline: Deadline) -> HttpResponse:
    """Return the next response. Interim ones (1xx) are skipped.

    Args:
        file: What the server sends.
        deadline: When to give up. It is checked after each piece, so that a server cannot trickle for ever.

    Raises:
        ResponseError: The response is incomplete or malformed.
        BodyError: The body is too large, or cannot be decompressed.
        OSError: The connection failed, or the socket's timeout or the deadline passed.
    """
    reader = _Reader(file, deadline)
    is_last, status, headers = reader.read_head()
    while status < 200:
        is_last, status, headers = reader.read_head()
    chunks, size = [], 0
    for chunk in reader.read_body(status, headers):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_BODY:
            raise _too_large()
    body = _decompress(b"".join(chunks), headers.get("content-encoding", "identity").lower())
    return HttpResponse(status, headers, body, is_last)


class _Reader:
    """Reads a response piece by piece."""

    def __init__(self, file: Stream, deadline: Deadline) -> None:
        self._file, self._deadline = file, deadline

    def read_head(self) -> tuple[bool, int, dict[str, str]]:
        """Return whether the connection ends with this response, its status, and its headers."""
        if (found := _STATUS.match(self._line())) is None:
            raise _malformed()
        status, headers = int(found[2]), self._read_headers()
        lengths = _is_chunked(headers) + ("content-length" in headers)
        framed = lengths == 1 or (not lengths and status in _NO_BODY)  # with two, a gateway may see another end
        is_last = found[1] == "0" or "close" in headers.get("connection", "").lower() or not framed
        return is_last, status, headers

    def read_body(self, status: int, headers: Mapping[str, str]) -> Iterator[bytes]:
        """Yield the pieces of the body that follows a head."""
        if status in _NO_BODY:
            return
        if _is_chunked(headers):
            while size := int(_require(_CHUNK_SIZE, self._line().partition(";")[0]), 16):
                yield from self._exactly(size)
                if self._line():
                    raise _malformed()
            self._read_headers()
        elif "content-length" in headers:
            yield from self._exactly(int(_require(_LENGTH, headers["content-length"])))
        else:
            while chunk := self._piece(_CHUNK):
                yield chunk

    def _read_headers(self) -> dict[str, str]:
        headers: dict[str, str] = {}
        for _ in range(_MOST_HEADERS):
            if not (line := self._line()):
                return headers
            name, _, value = line.partition(":")
            name, value = name.lower(), value.strip()
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
        raise _malformed()

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size:
            if not (chunk := self._piece(min(size, _CHUNK))):
                raise _closed()
            yield chunk
            size -= len(chunk)

    def _line(self) -> str:
        line = b""
        while not line.endswith(b"\n"):
            end = self._file.peek(1).find(b"\n") + 1
            if not (piece := self._piece(end or _CHUNK)):
                raise _closed()
            line += piece
            if len(line) > _LONGEST_LINE:
                raise _malformed()
        return line.decode("latin-1").rstrip("\r\n")

    def _piece(self, size: int) -> bytes:
        piece = self._file.read1(size)  # what has arrived: `read` and `readline` would wait for all of it
        if not self._deadline.remaining:
            raise TimeoutError
        return piece


def _is_chunked(headers: Mapping[str, str]) -> bool:
    coding = headers.get("transfer-encoding", "").lower()
    if coding not in ("", "chunked"):  # acctgate asks for no other one, and the end would not be certain
        raise _malformed()
    return bool(coding)


def _require(pattern: re.Pattern[str], text: str) -> str:
    """Return a number's text. `int` alone accepts signs, blanks and underscores."""
    if not pattern.fullmatch(text.strip()):
        raise _malformed()
    return text


def _decompress(body: bytes, encoding: str) -> bytes:
    """Return a body without its compression. acctgate asks for none, but a gateway may compress all the same."""
    if encoding == "identity":
        return body
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its head says
    try:
        found = decompressor.decompress(body, LARGEST_BODY + 1) if encoding in _COMPRESSIONS else b""
    except zlib.error:
        found = b""
    if len(found) > LARGEST_BODY:
        raise _too_large()
    if not decompressor.eof or decompressor.unused_data:
        raise BodyError("the body cannot be decompressed")
    return found


def _too_large() -> BodyError:
    return BodyError(f"the answer is larger than {LARGEST_BODY >> 20} MiB")


def _closed() -> ResponseError:
    return ResponseError("the connection was closed")


def _malformed() -> ResponseError:
    return ResponseError("the answer is not valid HTTP")
