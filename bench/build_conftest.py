"""Find conftest, or build it with Go."""

from __future__ import annotations

import os
import shutil
import subprocess

from bench.measure import ROOT

VERSION = "v0.56.0"
_FOLDER = ROOT / ".cache" / "conftest"


def find_conftest() -> str | None:
    """Return the program: on PATH, built before, or built now. None without Go, or if Go cannot build it."""
    search = os.pathsep.join((os.environ.get("PATH", ""), str(_FOLDER)))
    if found := shutil.which("conftest", path=search):
        return found
    if not shutil.which("go"):
        return None
    print("     building conftest with Go (once, some minutes) …", flush=True)
    environment = {**os.environ, "GOBIN": str(_FOLDER), "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    build = ["go", "install", f"github.com/open-policy-agent/conftest@{VERSION}"]
    done = subprocess.run(build, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"     conftest cannot be built: {done.stderr.strip().splitlines()[-1:]}")
    return shutil.which("conftest", path=search)
