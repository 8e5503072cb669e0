"""Reading responses: where each ends, what is too much, and what is not HTTP."""

from __future__ import annotations

import gzip
import time
import zlib
from io import BufferedReader, BytesIO, RawIOBase
from typing import Any

import pytest

from acctgate.sources import http_response
from acctgate.sources.deadline import Deadline
from acctgate.sources.http_response import BodyError, HttpResponse, ResponseError, read_response

HEAD = b"HTTP/1.1 200 OK\r\n"
CLOSED = "the connection was closed"
MALFORMED = "the answer is not valid HTTP"


def _read(raw: bytes, seconds: float = 30) -> tuple[HttpResponse, bytes]:
    """Return the first response, and what is left."""
    file = BufferedReader(BytesIO(raw))
    return read_response(file, Deadline.after(seconds)), file.read()


LENGTH = b"Content-Length: 2\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
INTERIM = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (HEAD + LENGTH + b"\r\n{}", b"{}"),
        (b"HTTP/1.1 200 OK\ncontent-length:2\n\n{}", b"{}"),
        (HEAD + b"Content-Length: 0\r\n\r\n", b""),
        (HEAD + CHUNKED + b"\r\n1\r\n{\r\n00A;x=y\r\n          \r\n1\r\n}\r\n0\r\n\r\n", b"{          }"),
        (HEAD + CHUNKED + b"\r\n3\r\n{ }\r\n0\r\nTrailer: x\r\n\r\n", b"{ }"),
        (b"HTTP/1.1 204\r\n\r\n", b""),
        (b"HTTP/1.1 304 Not Modified\r\n" + LENGTH + b"\r\n", b""),
        (INTERIM + HEAD + LENGTH + b"\r\n{}", b"{}"),
    ],
)
def test_where_a_response_ends(raw: bytes, body: bytes) -> None:
    found, rest = _read(raw + b"HTTP/1.1 500 the next one")
    assert (found.body, found.is_last, rest) == (body, False, b"HTTP/1.1 500 the next one")


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + b"Connection: Close\r\n" + LENGTH + b"\r\n{}",
        b"HTTP/1.0 200 OK\r\n" + LENGTH + b"\r\n{}",
        HEAD + CHUNKED + LENGTH + b"\r\n2\r\n{}\r\n0\r\nTrailer: x\r\n\r\n",
    ],
)
def test_the_last_response_of_a_connection(raw: bytes) -> None:
    assert _read(raw)[0] == (200, _read(raw)[0].headers, b"{}", True)


def test_a_body_without_a_length_ends_with_its_connection() -> None:
    found, _ = _read(HEAD + b"\r\n" + b"x" * 20_000)
    assert (found.body, found.is_last) == (b"x" * 20_000, True)


def test_names_of_headers_are_in_lower_case_and_repeated_ones_are_joined() -> None:
    found, _ = _read(HEAD + b"X-Acs-Retry-After:  1000 \r\nVia: a\r\nVIA: b\r\nContent-Length: 0\r\n\r\n")
    assert found.headers == {"x-acs-retry-after": "1000", "via": "a, b", "content-length": "0"}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", CLOSED),
        (b"HTTP/1.1 200", CLOSED),
        (HEAD + b"Content-Length: 2", CLOSED),
        (HEAD + b"Content-Length: 2\r\n", CLOSED),
        (HEAD + b"Content-Length: 3\r\n\r\n{}", CLOSED),
        (HEAD + CHUNKED + b"\r\n", CLOSED),
        (HEAD + CHUNKED + b"\r\n5\r\n{}", CLOSED),
        (HEAD + CHUNKED + b"\r\n2\r\n{}\r\n", CLOSED),
        (HEAD + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n", CLOSED),
        (HEAD + CHUNKED + b"\r\n-2\r\n{}\r\n", MALFORMED),
        (HEAD + CHUNKED + b"\r\n0x2\r\n{}\r\n0\r\n\r\n", MALFORMED),
        (HEAD + CHUNKED + b"\r\n\r\n", MALFORMED),
        (HEAD + CHUNKED + b"\r\n1\r\n{}\r\n0\r\n\r\n", MALFORMED),
        (HEAD + CHUNKED + CHUNKED + b"\r\n2\r\n{}\r\n0\r\n\r\n", MALFORMED),
        (HEAD + b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n", MALFORMED),
        (HEAD + b"Content-Length: -1\r\n\r\n{}", MALFORMED),
        (HEAD + b"Content-Length: 1_0\r\n\r\n" + b"x" * 10, MALFORMED),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", MALFORMED),
        (HEAD + b"x" * 70_000 + b"\r\n\r\n", MALFORMED),
        (HEAD + b"X: y\r\n" * 201 + b"\r\n", MALFORMED),
        (b"HTTP/2 200 OK\r\n\r\n", MALFORMED),
        (b"\x15\x03\x01\x00\x02\x02\n", MALFORMED),
        (b"220 smtp.example ready\r\n", MALFORMED),
    ],
)
def test_what_is_incomplete_or_malformed(raw: bytes, reason: str) -> None:
    with pytest.raises(ResponseError) as error:
        _read(raw)
    assert str(error.value) == reason


def _compressed(encoding: bytes, body: bytes) -> bytes:
    return HEAD + b"Content-Encoding: %s\r\nContent-Length: %d\r\n\r\n" % (encoding, len(body)) + body


@pytest.mark.parametrize(
    "raw",
    [
        _compressed(b"gzip", gzip.compress(b"{}")),
        _compressed(b"GZIP", gzip.compress(b"{}")),
        _compressed(b"deflate", zlib.compress(b"{}")),
        _compressed(b"identity", b"{}"),
    ],
    ids=["gzip", "upper case", "deflate", "identity"],
)
def test_a_body_is_decompressed(raw: bytes) -> None:
    assert _read(raw)[0].body == b"{}"


@pytest.mark.parametrize(
    "raw",
    [
        _compressed(b"gzip", b"{}"),
        _compressed(b"gzip", b""),
        _compressed(b"gzip", gzip.compress(b"{}")[:-1]),
        _compressed(b"gzip", gzip.compress(b"{") + gzip.compress(b"}")),
        _compressed(b"br", b"{}"),
        _compressed(b"gzip, gzip", gzip.compress(gzip.compress(b"{}"))),
    ],
    ids=["not compressed", "empty", "cut short", "two members", "unknown encoding", "compressed twice"],
)
def test_a_body_that_cannot_be_decompressed(raw: bytes) -> None:
    with pytest.raises(BodyError, match="cannot be decompressed"):
        _read(raw)


def test_the_largest_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_response, "LARGEST_BODY", 100)
    whole, bomb = b"x" * 100, gzip.compress(b"x" * 101)
    assert _read(HEAD + b"\r\n" + whole)[0].body == _read(_compressed(b"gzip", gzip.compress(whole)))[0].body == whole
    for raw in (HEAD + b"\r\n" + whole + b"x", _compressed(b"gzip", bomb), _compressed(b"identity", whole + b"x")):
        with pytest.raises(BodyError, match="larger than"):
            _read(raw)


@pytest.mark.parametrize("raw", [HEAD, HEAD + b"Content-Length: 2\r\n\r\n{}"])
def test_a_deadline_that_has_passed(raw: bytes) -> None:
    with pytest.raises(TimeoutError):
        _read(raw, seconds=0)


class _Trickle(RawIOBase):
    """A server that sends a byte at a time, for ever."""

    def __init__(self, start: bytes) -> None:
        self._start = iter(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        time.sleep(0.001)
        buffer[0] = next(self._start, ord("x"))
        return 1


@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"Via: a\r\n", HEAD + CHUNKED + b"\r\n", HEAD + b"\r\n"])
def test_a_server_cannot_trickle_longer_than_the_deadline(start: bytes) -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        read_response(BufferedReader(_Trickle(start)), Deadline.after(0.2))
    assert time.monotonic() - began < 30
