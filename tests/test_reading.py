"""Test how files are read."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from acctgate.reading import SourceError, decode, text_or_empty
from tests.support import one_line
from tests.support.process import run_here


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("option", [(), ("--snapshot",), ("--plan",), ("--response",)])
def test_a_compressed_file_is_refused_by_name(
    tmp_path: Path, pack: Callable[[bytes], bytes], option: tuple[str, ...]
) -> None:
    file = tmp_path / "accounts.ndjson.gz"
    file.write_bytes(pack(b'{"version": 1, "account_id": "1"}\n'))
    done = run_here("check", *option, file)
    assert done.status == 2
    one_line(done.stderr, "accounts.ndjson.gz: is compressed; unpack it first")


def test_a_large_text_is_not_copied_to_see_that_it_is_not_empty() -> None:
    """A plan may be a gigabyte large, and Terraform ends it with a line break."""
    raw = b'{"a": "' + b"x" * 5_000_000 + b'"}\n'
    tracemalloc.start()
    try:
        text = decode(raw, "plan.json")
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 1.5 * len(text)


@pytest.mark.parametrize("text", ["", "\n", " \t\r\n", "\u2003"])
def test_nothing_but_blanks_is_empty(text: str) -> None:
    with pytest.raises(SourceError, match="x: is empty"):
        decode(text.encode(), "x")


def test_text_that_is_only_searched_is_empty_if_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "latin").write_bytes(b"caf\xe9")
    os.mkfifo(tmp_path / "pipe")
    assert text_or_empty(tmp_path / "latin") == "caf\ufffd"
    assert [text_or_empty(tmp_path / name) for name in ("missing", "pipe", ".")] == ["", "", ""]
