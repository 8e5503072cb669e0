"""Record the terminal sessions in the documentation: their commands run on the demo account, with their real output.

A session is a console block between `<!-- recorded: NAME -->` and `<!-- /recorded -->`. With
`<!-- recorded: NAME, 20 accounts -->`, the page's demo account is an organization. The commands are `acctgate …`,
`cat FILE` and `echo $?`. All sessions of a page share a folder: `<!-- file: NAME -->` before a code block creates a
file in it, and `<!-- file: NAME = PATH -->` copies one of this repository. tests/repository/test_record.py runs each
page again and compares. An output that is `…` stays so. Run by `make record`.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from acctgate.demo import DemoOrganization, DemoServer

ROOT: Final = Path(__file__).resolve().parent.parent
Run = Callable[[list[str], Path, Mapping[str, str]], tuple[int, str]]
"""Runs `acctgate` with these arguments in a folder and an environment; returns the exit status and the output."""
_PART: Final = re.compile(
    r"<!-- file: (?P<copy>\S+) = (?P<source>\S+) -->"
    r"|<!-- file: (?P<file>\S+) -->\n```\w*\n(?P<text>.*?)```"
    r"|<!-- recorded: (?P<name>[\w-]+)(?:, (?P<accounts>\d+) accounts)? -->\n(?P<block>.*?)<!-- /recorded -->",
    re.DOTALL,
)


def pages() -> list[Path]:
    """Return the pages with sessions."""
    return [path for path in sorted((ROOT / "docs").rglob("*.md")) if "<!-- recorded: " in path.read_text("utf-8")]


def record(text: str, run: Run) -> str:
    """Return a page with what its sessions print now."""
    accounts = next((int(part["accounts"]) for part in _PART.finditer(text) if part["accounts"]), 0)
    organization = DemoOrganization(accounts) if accounts else None
    with DemoServer(organization=organization) as server, tempfile.TemporaryDirectory(prefix="acctgate-") as name:
        return _PART.sub(lambda part: _play(part, Path(name), server.environment, run), text)


def _play(part: re.Match[str], folder: Path, environment: Mapping[str, str], run: Run) -> str:
    """Create a file, or return a session with its output."""
    if part["block"] is not None:
        session = "\n".join(_session(part["block"], folder, environment, run))
        return part[0].replace(part["block"], f"{session}\n")
    target = folder / (part["copy"] or part["file"])
    target.parent.mkdir(parents=True, exist_ok=True)
    if part["copy"]:
        shutil.copy(ROOT / part["source"], target)
    else:
        target.write_text(part["text"], encoding="utf-8")
    if target.name == "Pulumi.yaml" and not (folder / ".venv").exists():
        (folder / ".venv").symlink_to(sys.prefix)
    return part[0]


def _session(block: str, folder: Path, environment: Mapping[str, str], run: Run) -> list[str]:
    """Return the lines of a code block."""
    lines = ["```console"]
    status = 0
    for command, elided in re.findall(r"^\$ (.*)(\n…)?$", block, re.MULTILINE):
        lines.append(f"$ {command}")
        program, *arguments = shlex.split(command, comments=True)
        if program == "acctgate":
            status, output = run(arguments, folder, environment)
        else:
            output = f"{status}\n" if program == "echo" else (folder / arguments[0]).read_text(encoding="utf-8")
        lines += ["…"] if elided else [line for line in output.splitlines() if line]
    return [*lines, "```"]


def run_command(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `acctgate` in a process of its own."""
    path = os.pathsep.join((str(ROOT / ".cache/pulumi/bin"), os.environ["PATH"]))
    done = subprocess.run(
        [sys.executable, "-m", "acctgate", *arguments],
        cwd=folder,
        env={**os.environ, "PATH": path, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Record each page that is named, or all. Return the exit status."""
    for page in [Path(name).resolve() for name in sys.argv[1:]] or pages():
        text = record(page.read_text(encoding="utf-8"), run_command)
        page.write_text(text, encoding="utf-8", newline="\n")
        print(f"{page.relative_to(ROOT)}: recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
