"""Time adoptions: do what the tutorials say in a fresh virtual environment, and log each command with its seconds.

Run it as `python tools/adoption.py docs/adoption.md`; titles after the file select some. The commands are those of the
tutorials, run by a shell as typed, on the embedded demo account. What a machine lacks (Node.js, Terraform, a language
host) shows in the log.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from acctgate.demo import DemoOrganization, DemoServer
from acctgate.version import __version__

ROOT: Final = Path(__file__).resolve().parent.parent
TUTORIALS: Final = {
    "Pulumi in TypeScript": "docs/tutorials/pulumi-typescript.md",
    "Pulumi in Python": "docs/tutorials/pulumi-python.md",
    "Terraform": "docs/tutorials/terraform.md",
    "An organization": "docs/tutorials/organization.md",
}
GITLAB: Final = """\
$ git init --quiet && git remote add origin https://gitlab.example/infrastructure.git
$ python3 -m venv .venv && . .venv/bin/activate
$ pip install CHECKOUT
$ acctgate init --pipeline gitlab
$ git add policies .gitlab-ci.yml && git -c user.name=a -c user.email=a@example.org commit -qm "Set up acctgate"
$ acctgate check --format text --format junit=junit.xml --format gitlab=quality.json
"""
_PART: Final = re.compile(
    r"<!-- file: (?P<file>\S+) -->\n```\w*\n(?P<text>.*?)```|^ *```console\n(?P<block>.*?)^ *```",
    re.MULTILINE | re.DOTALL,
)
_HEAD: Final = """\
# Five adoptions, timed

How long each tutorial takes in an empty folder with a new virtual environment, and how long it takes to set up GitLab:
every command, its seconds, and the first lines of its output. `python tools/adoption.py FILE` measures again.

Measured on {day} on the demo account, with
{versions}.
The machine's {cores} cores were busy with other work, so commands took several times as long as on an idle machine; the
CPU time says what they took themselves. Packages came from a mirror nearby.

`CHECKOUT` is a checkout of acctgate's repository. acctgate's exit statuses 1 and 3 are verdicts. Another command that
fails needs something that the machine did not have; the log shows its error.
"""
_SKIPPED: Final = ("acctgate demo-account", ". .venv/bin/activate", "echo $?")
"""The script serves the demo account itself, and logs each exit status."""
_LINES: Final = 3
"""Lines of output in the log. Those of package installers and of `terraform plan` are left out."""
_VERSIONS: Final = ("python3 --version", "pulumi version", "node --version", "npm --version", "terraform version")


def steps(text: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a page with their content, and its commands after `$`, in their order."""
    for part in _PART.finditer(text):
        if part["file"]:
            yield part["file"], part["text"]
        else:
            for command in re.findall(r"^\$ (.*)$", part["block"], re.MULTILINE):
                if not command.startswith(_SKIPPED):
                    yield "$", command


def adopt(text: str) -> list[str]:
    """Do what a page says in an empty folder. Return the log."""
    organization = DemoOrganization(20) if "--organization" in text else None
    with DemoServer(organization=organization) as server, tempfile.TemporaryDirectory(prefix="adoption-") as name:
        folder = Path(name)
        environment = {**os.environ, **server.environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
        lines, seconds, before = [], 0.0, _cpu()
        for kind, content in steps(text):
            if kind == "$":
                taken, log = _run(content, folder, environment, server.endpoint)
                seconds += taken
                lines += log
            else:
                (folder / kind).parent.mkdir(parents=True, exist_ok=True)
                (folder / kind).write_text(content.replace("127.0.0.1:8080", server.endpoint), encoding="utf-8")
    took = f"{seconds:.0f} seconds, of which {_cpu() - before:.0f} seconds are CPU time of the commands."
    return [took, "", "```text", *lines, "```"]


def _cpu() -> float:
    """Return the CPU time of all commands so far, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _run(command: str, folder: Path, environment: Mapping[str, str], endpoint: str) -> tuple[float, list[str]]:
    """Run a command. Return its seconds and its log."""
    activate = ". .venv/bin/activate && " if (folder / ".venv").exists() else ""
    started = time.monotonic()
    done = subprocess.run(
        ["sh", "-c", activate + command.replace("CHECKOUT", str(ROOT))],
        cwd=folder,
        env={name: value for name, value in environment.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    taken = time.monotonic() - started
    status = f", exit status {done.returncode}" if done.returncode else ""
    output = re.sub(r"\x1b\[[\d;]*m", "", done.stdout + done.stderr).replace(endpoint, "127.0.0.1:8080")
    output = output.replace(str(ROOT), "CHECKOUT").replace(str(folder), ".")
    quiet = not done.returncode and command.startswith(("pip ", "npm ", "terraform plan "))
    wanted = "Error" if done.returncode and not command.startswith("acctgate") else ""
    shown = [] if quiet else [f"  {line[:110]}" for line in output.splitlines() if line.strip() and wanted in line]
    more = [f"  … {len(shown) - _LINES} more lines"] if len(shown) > _LINES else []
    print(f"{taken:6.1f} s  {command}{status}", file=sys.stderr, flush=True)
    return taken, [f"$ {command}", f"  [{taken:.1f} s{status}]", *shown[:_LINES], *more]


def _versions() -> str:
    """Return the versions of the programs that are on PATH."""
    found = [f"acctgate {__version__}"]
    for command in _VERSIONS:
        done = subprocess.run(["sh", "-c", command], capture_output=True, encoding="utf-8", check=False)
        if done.returncode == 0:
            found.append(f"{command.split()[0]} {re.sub(r'^[^0-9]*', '', done.stdout.split(chr(10))[0])}")
    return ", ".join(found)


def _source(title: str) -> str:
    """Return the sentence that says where the commands come from."""
    if title in TUTORIALS:
        return f"The [tutorial]({TUTORIALS[title].removeprefix('docs/')})."
    return "The pipeline itself needs a GitLab: the last command is what its job runs."


def main() -> None:
    """Write the log of all adoptions to the file that is named."""
    pages = {title: (ROOT / path).read_text(encoding="utf-8") for title, path in TUTORIALS.items()}
    pages["GitLab"] = f"```console\n{GITLAB}```\n"
    parts = [_HEAD.format(day=f"{datetime.now(UTC):%Y-%m-%d}", versions=_versions(), cores=os.cpu_count())]
    for title in sys.argv[2:] or pages:
        took, *log = adopt(pages[title])
        parts += [f"## {title}", "", f"{_source(title)} {took}", *log, ""]
    Path(sys.argv[1]).write_text("\n".join(parts[:-1]) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
