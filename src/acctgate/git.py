"""Ask git about a folder."""

from __future__ import annotations

import subprocess
from pathlib import Path


def git_output(folder: Path, *arguments: str) -> str:
    """Return what a git command prints, empty if git is missing, fails, or takes longer than ten seconds."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=10,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
