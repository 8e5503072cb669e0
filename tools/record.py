"""Record the terminal sessions in the documentation: commands on the demo account with their real output.

A session stands between `<!-- recorded: NAME -->` and `<!-- /recorded -->`. tests/repository/test_record.py runs each
again and compares. Run by `make record`.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from acctgate.demo import DemoServer

ROOT: Final = Path(__file__).resolve().parent.parent
PACK: Final = "cp-fdc8626622af00f9****"
Run = Callable[[list[str], Path, Mapping[str, str]], tuple[int, str]]
"""Runs `acctgate` with these arguments in a folder and an environment; returns the exit status and the output."""


class Session(NamedTuple):
    """Commands on the demo account: `acctgate …`, `cat FILE` and `echo $?`."""

    document: str
    commands: tuple[str, ...]
    files: Mapping[str, str]


SESSIONS: Final = {
    "frameworks": Session(
        "docs/frameworks.md",
        (
            "cat policy.yaml",
            "acctgate check --policy policy.yaml --framework cis-2.0",
            "echo $?",
        ),
        {
            "policy.yaml": "version: 1\nrules:\n  root-access-keys: {maximum: 0}\n  root-mfa:\n"
            "  user-mfa: {minimum_ratio: 1.0}\n  old-access-keys: {maximum: 0}\n  old-root-access-keys: {maximum: 0}\n"
            "  password-length: {minimum: 8}\n  password-reuse: {minimum: 5}\n  password-attempts: {maximum: 5}\n"
        },
    ),
    "compliance": Session(
        "docs/demo-account.md",
        (
            "acctgate compliance list",
            f"acctgate compliance generate '{PACK}'",
            f"acctgate compliance status '{PACK}'",
            "echo $?",
            f"acctgate compliance wait '{PACK}'",
            f"acctgate compliance download '{PACK}' --output report.xlsx --rows rows.json",
            "cat rows.json",
            "cat policy.yaml",
            "acctgate check --policy policy.yaml",
            "echo $?",
        ),
        {
            "policy.yaml": "version: 1\nrules:\n  compliance-report: {max_age_days: 7}\n"
            "  compliance-rules: {max_high: 0}\n"
        },
    ),
}


def record(session: Session, run: Run) -> str:
    """Return the session as a Markdown code block."""
    lines = ["```console"]
    status = 0
    with DemoServer() as server, tempfile.TemporaryDirectory(prefix="acctgate-record-") as name:
        folder = Path(name)
        for file, text in session.files.items():
            (folder / file).write_text(text, encoding="utf-8")
        for command in session.commands:
            lines.append(f"$ {command}")
            program, *arguments = shlex.split(command)
            if program == "acctgate":
                status, output = run(arguments, folder, server.environment)
            else:
                output = f"{status}\n" if program == "echo" else (folder / arguments[0]).read_text(encoding="utf-8")
            lines += [line for line in output.splitlines() if line]
    return "\n".join([*lines, "```"]) + "\n"


def recorded(name: str, text: str) -> re.Match[str]:
    """Return where a session stands in the text of its document; the group is its code block."""
    found = re.search(rf"<!-- recorded: {name} -->\n(.*?)<!-- /recorded -->", text, re.DOTALL)
    assert found is not None, f"there is no session {name}"
    return found


def run_command(arguments: list[str], folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    """Run `acctgate` in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "acctgate", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    """Record each session that is named, or all. Return the exit status."""
    for name in sys.argv[1:] or SESSIONS:
        document = ROOT / SESSIONS[name].document
        text = document.read_text(encoding="utf-8")
        place = recorded(name, text).span(1)
        block = record(SESSIONS[name], run_command)
        document.write_text(text[: place[0]] + block + text[place[1] :], encoding="utf-8", newline="\n")
        print(f"{document.relative_to(ROOT)}: {name} recorded")
    return 0


if __name__ == "__main__":
    sys.exit(main())
