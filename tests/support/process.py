"""Run a command in this process, which is ten times as fast as a process of its own."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from acctgate.cli import main


class Done(NamedTuple):
    """The result of a command."""

    status: int
    stdout: str
    stderr: str


def run_here(*arguments: str | Path) -> Done:
    """Run `acctgate` with these arguments, and what is patched."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    status: object = None
    with patch.object(sys, "argv", ["acctgate"]), redirect_stdout(streams[0]), redirect_stderr(streams[1]):
        sys.argv += map(str, arguments)
        try:
            main()
        except SystemExit as end:
            status = end.code
        printed = []
        for stream in streams:
            stream.flush()
            printed.append(stream.buffer.getvalue().decode())
    assert isinstance(status, int)
    return Done(status, *printed)


def run_alone(*arguments: str | Path) -> Done:
    """Run `acctgate` as a process of its own."""
    command = [sys.executable, "-m", "acctgate", *map(str, arguments)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
