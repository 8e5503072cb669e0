"""Test how files are read."""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable
from pathlib import Path

import pytest

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
