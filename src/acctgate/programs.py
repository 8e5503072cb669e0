"""Ask other programs, such as git, for what they print."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


def output_of(command: Sequence[str], seconds: float, environment: Mapping[str, str] | None = None) -> str:
    """Return what a program prints, empty if it is missing, fails, or takes longer. It gets no input.

    Args:
        command: The program and its arguments.
        seconds: How long it may take.
        environment: Its environment variables; None for those of this process.
    """
    try:
        done = subprocess.run(
            command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def git_output(folder: Path, *arguments: str) -> str:
    """Return what a git command prints in a folder, empty if git fails or is missing."""
    return output_of(["git", "-C", str(folder), *arguments], 10)
