"""Find conftest, or build the version that tools/conftest/go.mod pins."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import Final

from bench.measure import ROOT

_BUILT: Final = ROOT / ".cache/conftest/conftest"


def find_conftest() -> str | None:
    """Return the program: on PATH, built before, or built now. None without Go, or if Go cannot build it."""
    search = os.pathsep.join((os.environ.get("PATH", ""), str(_BUILT.parent)))
    if found := shutil.which("conftest", path=search):
        return found
    if not shutil.which("go"):
        return None
    print("     building conftest with Go (once, one to five minutes) …", flush=True)
    environment = {**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"}
    build = ["go", "build", "-mod=readonly", "-trimpath", "-o", str(_BUILT), "github.com/open-policy-agent/conftest"]
    done = subprocess.run(
        build, cwd=ROOT / "tools/conftest", env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"     conftest cannot be built: {done.stderr.strip().splitlines()[-1:]}")
        return None
    return str(_BUILT)
