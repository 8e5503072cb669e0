"""What is imported: the core knows neither Pulumi nor a cloud SDK, and a file is judged without loading either."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import ROOT, seed

PACKAGE = ROOT / "src" / "acctgate"
HEAVY = {"pulumi", "pulumi_policy", "alibabacloud_credentials", "alibabacloud_tea_openapi", "darabonba", "Tea", "grpc"}
ADAPTERS = (
    "cli", "crossguard", "demo", "doctor", "__main__.py", "sources/live.py", "sources/calls.py", "sources/sdk.py",
    "sources/call_error.py",
)  # fmt: skip
"""What may know Pulumi, the SDK, the network or the command line. All else is the core."""


_ADAPTER_MODULES = ("acctgate.crossguard", "acctgate.cli", "acctgate.demo", "acctgate.doctor", "acctgate.sources.live",
                    "acctgate.sources.calls", "acctgate.sources.sdk")  # fmt: skip


def _imported(path: Path) -> set[str]:
    """The modules that a file names in an import, wherever it stands."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(f"{'.' * node.level}{node.module or ''}")
    return found


def _core_files() -> list[Path]:
    adapters = {PACKAGE / name for name in ADAPTERS}
    assert all(path.exists() for path in adapters)
    return [file for file in sorted(PACKAGE.rglob("*.py")) if not adapters & {file, *file.parents}]


@pytest.mark.parametrize("path", _core_files(), ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_the_core_imports_no_engine_and_no_sdk(path: Path) -> None:
    imported = _imported(path)
    assert not {name.split(".")[0] for name in imported} & HEAVY
    assert not {name for name in imported if name.startswith(_ADAPTER_MODULES)}


def _loaded_by(*arguments: str) -> tuple[int, set[str]]:
    """The exit status of a command in a process of its own, and the top-level modules that it had loaded at its end."""
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted({n.split('.')[0] for n in sys.modules})), file=sys.stderr))\n"
        f"sys.argv = {['acctgate', *arguments]!r}\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False, cwd=ROOT / "tests"
    )
    return done.returncode, set(json.loads(done.stderr.splitlines()[-1]))


def test_judging_a_file_loads_no_engine_and_no_sdk() -> None:
    response = str(seed("000-security-practice.json"))
    status, loaded = _loaded_by("check", "--response", response, "--format", "json")
    assert status == 1
    assert "yaml" in loaded, "the modules that were really loaded"
    assert not loaded & {*HEAVY, "rich", "pydantic", "defusedxml", "asyncio", "requests", "aiohttp", "jsonschema"}


def test_judging_a_file_as_text_loads_no_engine_and_no_sdk() -> None:
    status, loaded = _loaded_by("check", "--response", str(seed("003-security-preference.xml")))
    assert status == 3
    assert "defusedxml" in loaded
    assert not loaded & {*HEAVY, "rich"}


def test_colour_loads_rich_and_nothing_heavier() -> None:
    status, loaded = _loaded_by("check", "--response", str(seed("003-security-preference.json")), "--color", "always")
    assert status == 3
    assert "rich" in loaded
    assert not loaded & HEAVY


def test_a_repair_loads_no_engine_and_no_sdk() -> None:
    status, loaded = _loaded_by("fix", "--response", str(seed("003-security-preference.json")))
    assert status == 0
    assert not loaded & {*HEAVY, "rich", "pydantic", "asyncio", "requests", "aiohttp"}


def test_the_package_itself_imports_nothing() -> None:
    program = "import sys; before = set(sys.modules); import acctgate; print(len(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "1"
