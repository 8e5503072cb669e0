"""Look for known vulnerabilities in the locked dependencies, and list what an installation contains (SBOM).

Usage:
    audit.py              Write the SBOM to .cache/sbom/acctgate.cdx.json, and ask PyPI's advisory service about each
                          version in requirements/*.txt.
    audit.py --sbom FILE  Write the SBOM to FILE, which takes no network.

The SBOM is a CycloneDX document of requirements/runtime.txt.

Exit status: 0 no vulnerabilities; 1 some; 2 something could not be audited, which counts as a failure.
Runs in a virtual environment with requirements/audit.txt, such as that of `make audit`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent
LOCKS: Final = ROOT / "requirements"
SBOM: Final = ROOT / ".cache/sbom/acctgate.cdx.json"
BIN: Final = Path(sys.executable).parent
SHOWN: Final = 3
"""Packages that a message names."""


def main() -> int:
    """Run the command. Return the exit status."""
    match sys.argv[1:]:
        case ["--sbom", target]:
            write_sbom(Path(target))
            return 0
        case []:
            write_sbom(SBOM)
            return max([audit(lock) for lock in sorted(LOCKS.glob("*.txt"))], default=2)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def write_sbom(target: Path) -> None:
    """Write a reproducible CycloneDX document of what acctgate needs, from the lock."""
    target.parent.mkdir(parents=True, exist_ok=True)
    command = [str(BIN / "cyclonedx-py"), "requirements", str(LOCKS / "runtime.txt")]
    project = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}  # it warns that a lock has no graph of dependencies
    output = ["--output-reproducible", "--of", "JSON", "-o", str(target)]
    subprocess.run([*command, *project, *output], check=True, env=environment)
    count = len(json.loads(target.read_text(encoding="utf-8"))["components"])
    print(f"SBOM: {target}: {count} components", flush=True)


def audit(lock: Path) -> int:
    """Print the known vulnerabilities of the packages in a lock file. Return the exit status."""
    command = [str(BIN / "pip-audit"), "--disable-pip", "--require-hashes", "--progress-spinner", "off"]
    done = subprocess.run([*command, "--format", "json", "-r", str(lock)], capture_output=True, text=True, check=False)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = (done.stderr.strip().splitlines() or [f"pip-audit exited with {done.returncode}"])[-1]
        print(f"{lock.name}: not audited: the advisory service gives no answer: {reason}", file=sys.stderr)
        return 2
    return _report(lock.name, packages)


def _report(name: str, packages: list[dict[str, Any]]) -> int:
    skipped = [package["name"] for package in packages if "vulns" not in package]
    found = [(package, vulnerability) for package in packages for vulnerability in package.get("vulns", ())]
    for package, vulnerability in found:
        fixed = ", ".join(vulnerability.get("fix_versions", ())) or "no version"
        print(f"{name}: {package['name']} {package['version']}: {vulnerability['id']} (fixed in: {fixed})")
    if skipped or not packages:
        more = f" (and {len(skipped) - SHOWN} more)" if len(skipped) > SHOWN else ""
        about = f"{', '.join(skipped[:SHOWN]) or 'any package'}{more}"
        print(f"{name}: not audited: the advisory service knows nothing about {about}", file=sys.stderr)
    if not found and not skipped and packages:
        print(f"{name}: {len(packages)} packages, no known vulnerabilities")
    return 1 if found else 2 if skipped or not packages else 0


if __name__ == "__main__":
    sys.exit(main())
