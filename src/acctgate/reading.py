"""Read files: bytes to text, text to JSON. All sources of accounts, plans and policies share these errors."""

from __future__ import annotations

import json
import math
import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any, BinaryIO, Final, NamedTuple, NoReturn

from acctgate.log import notice
from acctgate.redact import clean, one_line
from acctgate.text import os_reason

LARGEST: Final = 10 << 20
"""The largest document, in bytes. An answer or a snapshot has a few kilobytes."""
LARGEST_OF_MANY: Final = 1 << 30
"""The largest document about many accounts, in bytes: a report, or the record of a run."""
MAX_DEPTH: Final = 100
"""How deeply values may nest. Answers, snapshots, policies and plans nest less than 20 deep. The parser's own limit is
Python's for recursion, which is too late: what it accepts would end the functions that walk through the values."""
_NESTING: Final = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]+|[\]}]+', re.DOTALL)
_LONGEST_TEXT: Final = 900
_UTF16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
_UTF32: Final = (BOM_UTF32_LE, BOM_UTF32_BE)
_SAVE_AS_UTF8: Final = "save it as UTF-8 (in PowerShell: | Out-File -Encoding utf8 FILE)"


class SourceError(ValueError):
    """Nothing could be read. The message is one line: where, what, and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(clean(text, _LONGEST_TEXT))  # it may quote the file


class TooLargeError(SourceError):
    """The file is larger than a single document can be."""


def read_text(path: str, largest: int = LARGEST) -> str:
    """Return the text of a file, or of standard input for "-".

    Args:
        path: The file.
        largest: The largest size to accept, in bytes.

    Raises:
        SourceError: The file is missing, a directory, empty, too large, or not text.
    """
    return decode(read_bytes(path, largest), display_name(path), largest)


def parse_time(text: str) -> datetime:
    """Return a time (ISO 8601) with its time zone: UTC if it names none.

    Raises:
        ValueError: It is not a time.
    """
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_bytes(path: str, largest: int = LARGEST) -> bytes:
    """Return the content of a file, or of standard input for "-": at most one byte more than `largest`.

    Raises:
        SourceError: The file cannot be read.
    """
    try:
        with open_input(path) as file:
            return file.read(largest + 1)
    except OSError as error:
        raise SourceError(f"{display_name(path)}: {os_reason(error)}") from None


@contextmanager
def open_input(path: str) -> Iterator[BinaryIO]:
    """Open a file, or standard input for "-". What `remember` has read is not read again.

    Raises:
        OSError: The file cannot be opened.
    """
    known = _REMEMBERED.get(_key(path))
    if known is not None and known[0] == _stream(path):
        yield BytesIO(known[1])
    elif path == "-":
        yield sys.stdin.buffer
    else:
        with Path(path).open("rb") as file:
            yield file


def remember(path: str, largest: int = LARGEST) -> None:
    """Read a pipe, or standard input, whose content can be read only once: `<(command)` in a shell is a pipe.

    Afterwards it can be opened several times. Nothing happens to a file.

    Raises:
        SourceError: It cannot be read, or is larger than `largest` bytes.
    """
    try:
        stream = _stream(path)
    except OSError as error:
        raise SourceError(f"{display_name(path)}: {os_reason(error)}") from None
    if stream is None or _REMEMBERED.get(_key(path), (None,))[0] == stream:
        return
    raw = read_bytes(path, largest)
    if len(raw) > largest:
        raise TooLargeError(f"{display_name(path)}: larger than {_size(largest)}")
    _REMEMBERED[_key(path)] = (stream, raw)


_REMEMBERED: Final[dict[str, tuple[object, bytes]]] = {}
"""What `remember` has read from a stream: by absolute path, with the stream's identity."""


def _key(path: str) -> str:
    return path if path == "-" else str(Path(path).absolute())


def _stream(path: str) -> object | None:
    """Return the identity of what can be read only once; None for a file or a directory."""
    if path == "-":
        return sys.stdin
    found = Path(path).stat()
    return None if S_ISREG(found.st_mode) or S_ISDIR(found.st_mode) else (found.st_dev, found.st_ino)


def decode(raw: bytes, name: str, largest: int = LARGEST) -> str:
    """Decode UTF-8, or UTF-16 with a byte order mark, which PowerShell 5 writes.

    Raises:
        SourceError: The file is empty, too large, or in another encoding.
    """
    if len(raw) > largest:
        raise TooLargeError(f"{name}: larger than {_size(largest)}")
    encoding = encoding_of(raw, name)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        what = "UTF-16" if encoding == "utf-16" else "UTF-8"
        raise SourceError(f"{name}: not valid {what} (byte {error.start})") from None
    if not text.strip():
        raise SourceError(f"{name}: is empty")
    return text


def encoding_of(head: bytes, name: str) -> str:
    """Return the encoding of a file by its first bytes: utf-8-sig or utf-16. Reading UTF-16 leaves a notice.

    Raises:
        SourceError: The file is UTF-16 without a byte order mark, or UTF-32.
    """
    if head.startswith(_UTF32):
        raise SourceError(f"{name}: is UTF-32; {_SAVE_AS_UTF8}")
    if head.startswith(_UTF16):
        notice(f"{name}: read as UTF-16")
        return "utf-16"
    if b"\0" in head[:4] and not head.startswith(BOM_UTF8):  # JSON, XML and YAML have no null character
        raise SourceError(f"{name}: looks like UTF-16 without a byte order mark; {_SAVE_AS_UTF8}")
    return "utf-8-sig"


def _size(limit: int) -> str:
    return f"{limit >> 30} GiB" if limit >= 1 << 30 else f"{limit >> 20} MiB"


def display_name(path: str) -> str:
    """Return the name of a file in messages."""
    return "standard input" if path == "-" else path


def read_json(text: str, name: str, first_line: int = 1) -> Any:
    """Parse JSON strictly: no NaN, no infinite number, no duplicate key, at most `MAX_DEPTH` levels.

    Args:
        text: The JSON.
        name: The file's name in messages.
        first_line: The number of the text's first line in the file.

    Raises:
        SourceError: It is not such JSON.
    """
    if nests_too_deeply(text):
        raise invalid_json(name, first_line, "nested too deeply")
    try:
        return _STRICT.decode(text)
    except json.JSONDecodeError as error:
        reason = f"{error.msg} (column {error.colno})"
        raise invalid_json(name, first_line + error.lineno - 1, reason) from None
    except ValueError as error:
        reason = "a number has too many digits" if "integer string conversion" in str(error) else one_line(error)
        raise invalid_json(name, first_line, reason) from None


def nests_too_deeply(text: str) -> bool:
    """Return whether the brackets in a JSON text nest more than `MAX_DEPTH` deep, without recursion."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return False
    depth = 0
    for token in _NESTING.finditer(text):
        if token[0][0] in "[{":
            depth += len(token[0])
            if depth > MAX_DEPTH:
                return True
        elif token[0][0] in "]}":
            depth -= len(token[0])
    return False


def is_too_deep(value: object) -> bool:
    """Return whether a JSON value nests more than `MAX_DEPTH` deep, without recursion."""
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        containers = [each for each in level if isinstance(each, (dict, list))]
        level = [item for each in containers for item in (each.values() if isinstance(each, dict) else each)]
        if not level:
            return False
    return any(isinstance(each, (dict, list)) for each in level)


def invalid_json(name: str, line: int, reason: str) -> SourceError:
    """Return the error for a file that is not JSON."""
    return SourceError(f"{name}:{line}: invalid JSON: {reason}; no JSON could be read")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        keys = [key for key, _ in pairs]
        duplicate = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"duplicate key {duplicate}")
    return result


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is too large a number")
    return number


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


_STRICT: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_no_constant, parse_float=_finite)
"""Created once: `json.loads` would create a decoder for each of many small documents."""

_HEADER: Final = re.compile(r"[A-Za-z0-9_-]+:.*")
_STATUS: Final = re.compile(r"HTTP/[\d.]+\s+(\d{3})\b")


class HttpAnswer(NamedTuple):
    """An answer, split into its HTTP preamble and its body."""

    status: int | None
    """The HTTP status, None without a preamble, or if it has no readable status."""
    body: str
    """The body. Empty lines replace the preamble, so that line numbers stay true."""
    has_preamble: bool = False


def split_preamble(text: str) -> HttpAnswer:
    """Split an HTTP answer. Of several preambles (100 Continue, a proxy's) the last one counts."""
    if not text.lstrip().startswith("HTTP/"):
        return HttpAnswer(None, text)
    lines = text.split("\n")  # JSON may contain the other characters at which `splitlines` splits
    start = next(index for index, line in enumerate(lines) if line.strip())
    body = start + 1
    while body < len(lines) and (_HEADER.fullmatch(lines[body].strip()) or lines[body].startswith((" ", "\t"))):
        body += 1
    rest = split_preamble("\n".join(lines[body:]))
    found = _STATUS.match(lines[start].strip())
    status = rest.status if rest.has_preamble else int(found[1]) if found else None
    return HttpAnswer(status, "\n" * body + rest.body, True)
