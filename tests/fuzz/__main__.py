"""Fuzz the targets with atheris, which is guided by coverage: python -m tests.fuzz [SECONDS [TARGET...]].

Each target runs in a process of its own and gets an equal part of the time (default: 300 seconds in all). Input that a
target fails on is left in .cache/fuzz. Exit status: 0 no fault; 1 some; 2 atheris is not installed here.
"""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parents[2] / ".cache/fuzz"
LONGEST: Final = 1 << 14
"""Bytes of an input."""


def main(arguments: list[str]) -> int:
    """Run the command. Return the exit status."""
    if find_spec("atheris") is None:
        sys.stdout.write("atheris is not installed (it needs CPython on Linux): nothing is fuzzed by coverage\n")
        return 2
    if arguments[:1] == ["--one"]:
        fuzz(arguments[1], int(arguments[2]))
        return 0
    names = arguments[1:] or list(import_module("tests.fuzz.targets").TARGETS)
    each = str(max(1, int((arguments or ["300"])[0]) // len(names)))
    commands = {name: [sys.executable, "-m", "tests.fuzz", "--one", name, each] for name in names}
    failed = [name for name, command in commands.items() if subprocess.run(command, check=False).returncode]
    sys.stdout.write(f"fuzzed {len(names)} targets for {each} s each; faults in: {', '.join(failed) or 'none'}\n")
    return 1 if failed else 0


def fuzz(name: str, seconds: int) -> None:
    """Fuzz one target in this process, which ends with it."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["acctgate"]):
        targets = import_module("tests.fuzz.targets")
    corpus = FOLDER / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(targets.examples(name)):
        (corpus / f"example-{number}").write_bytes(data)
    options = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", "-timeout=20", "-verbosity=0"]
    atheris.Setup([name, *options, f"-artifact_prefix={FOLDER}/{name}-", str(corpus)], targets.TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
