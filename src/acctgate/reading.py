"""Read files as text. All sources of accounts, plans and policies share these errors."""

from __future__ import annotations

import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, BOM_UTF32_BE, BOM_UTF32_LE
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import BinaryIO, Final

from acctgate.inert_text import clean
from acctgate.log import notice
from acctgate.text import os_reason

LARGEST: Final = 10 << 20
"""The largest document, in bytes. An answer or a snapshot has a few kilobytes."""
LARGEST_OF_MANY: Final = 1 << 30
"""The largest document about many accounts, in bytes: a report, or the record of a run."""
_LONGEST_TEXT: Final = 900
_UTF16: Final = (BOM_UTF16_LE, BOM_UTF16_BE)
_UTF32: Final = (BOM_UTF32_LE, BOM_UTF32_BE)
_COMPRESSED: Final = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
"""The first bytes of files that gzip, zip, bzip2, xz and zstd write."""
_SAVE_AS_UTF8: Final = "save it as UTF-8 (in PowerShell: | Out-File -Encoding utf8 FILE)"


class InputError(ValueError):
    """A file, or another input, cannot be used. The message is one line: where, what, and what to do."""

    def __init__(self, text: str) -> None:
        super().__init__(clean(text, _LONGEST_TEXT))  # it may quote the file


class SourceError(InputError):
    """Nothing could be read of an account, a plan or another file; see `InputError`."""


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


def text_or_empty(path: Path) -> str:
    """Return the text of a file that is only searched or compared; empty if it is no file or cannot be read.

    Bytes that are not UTF-8 are replaced.
    """
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""
    except OSError:
        return ""


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
    if not text or text.isspace():  # `strip` would copy a text of many megabytes
        raise SourceError(f"{name}: is empty")
    return text


def encoding_of(head: bytes, name: str) -> str:
    """Return the encoding of a file by its first bytes: utf-8, utf-8-sig or utf-16. Reading UTF-16 leaves a notice.

    Raises:
        SourceError: The file is UTF-16 without a byte order mark, UTF-32, or compressed.
    """
    if head.startswith(_COMPRESSED):
        raise SourceError(f"{name}: is compressed; unpack it first")
    if head.startswith(_UTF32):
        raise SourceError(f"{name}: is UTF-32; {_SAVE_AS_UTF8}")
    if head.startswith(_UTF16):
        notice(f"{name}: read as UTF-16")
        return "utf-16"
    if head.startswith(BOM_UTF8):
        return "utf-8-sig"
    if b"\0" in head[:4]:  # JSON, XML and YAML have no null character
        raise SourceError(f"{name}: looks like UTF-16 without a byte order mark; {_SAVE_AS_UTF8}")
    return "utf-8"


def _size(limit: int) -> str:
    return f"{limit >> 30} GiB" if limit >= 1 << 30 else f"{limit >> 20} MiB"


def display_name(path: str) -> str:
    """Return the name of a file in messages."""
    return "standard input" if path == "-" else path
