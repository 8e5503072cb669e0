"""Check a release's version, and print its release notes.

Usage:
    release.py check vX.Y.Z    Exit 1 unless the tag, the packages and the changelog have the same version.
    release.py notes vX.Y.Z    Print the changelog's section for the version.

Needs only the standard library.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
VERSIONED: Final = {
    "src/acctgate/version.py": r'^__version__ = "(.+)"$',
    "src/acctgate/crossguard/bundled_pack/PulumiPolicy.yaml": r"^version: (.+)$",
    "policies/PulumiPolicy.yaml": r"^version: (.+)$",
}
"""Files that repeat the version of pyproject.toml, and how they write it."""


def versions(root: Path = ROOT) -> dict[str, str]:
    """Return the version that each file states."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    found = {"pyproject.toml": str(project["project"]["version"])}
    for name, pattern in VERSIONED.items():
        match = re.search(pattern, (root / name).read_text(encoding="utf-8"), re.MULTILINE)
        found[name] = match[1] if match else "(none)"
    return found


def problems(tag: str, root: Path = ROOT) -> list[str]:
    """Return why the tag cannot be released, one line for each reason."""
    version = tag.removeprefix("v")
    wrong = [f"{name}: version {found}, not {version}" for name, found in versions(root).items() if found != version]
    if not notes(tag, root):
        wrong.append(f"CHANGELOG.md: no section for {version}")
    return wrong


def notes(tag: str, root: Path = ROOT) -> str:
    """Return the changelog's section for the tag, without its heading; empty if there is none."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    heading = rf"^## \[?{re.escape(tag.removeprefix('v'))}\]? - \d{{4}}-\d\d-\d\d$"
    match = re.search(rf"{heading}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return match[1].strip() if match else ""


def main() -> int:
    """Run the command. Return the exit status."""
    match sys.argv[1:]:
        case ["check", tag]:
            wrong = problems(tag)
            print("\n".join(wrong), file=sys.stderr, end="\n" if wrong else "")
            return 1 if wrong else 0
        case ["notes", tag]:
            print(notes(tag))
            return 0
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main())
