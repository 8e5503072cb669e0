"""What is loaded at run time: judging a file loads neither Pulumi nor the SDK. `make lint` holds the imports."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile

from tests.support import seed

HEAVY = {"pulumi", "pulumi_policy", "alibabacloud_credentials", "alibabacloud_tea_openapi", "darabonba", "Tea", "grpc"}


def _loaded_by(*arguments: str) -> tuple[int, set[str]]:
    """Run a command in its own process. Return its exit status and the modules loaded at its end."""
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        f"sys.argv = {['acctgate', *arguments]!r}\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=tempfile.gettempdir(),
    )
    return done.returncode, set(json.loads(done.stderr.splitlines()[-1]))


def test_judging_a_file_loads_no_engine_and_no_sdk() -> None:
    response = str(seed("000-security-practice.json"))
    status, loaded = _loaded_by("check", "--policy", "baseline", "--response", response, "--format", "json")
    assert status == 1
    assert "yaml" in loaded, "the modules that were really loaded"
    assert not loaded & {*HEAVY, "rich", "defusedxml", "requests", "aiohttp", "jsonschema"}
    assert not loaded & {"acctgate.plan", "acctgate.diff"}, "without --plan and --baseline, nothing of them is needed"


def test_judging_a_file_as_text_loads_no_engine_and_no_sdk() -> None:
    status, loaded = _loaded_by("check", "--policy", "baseline", "--response", str(seed("003-security-preference.xml")))
    assert status == 3
    assert {"defusedxml", "rich"} <= loaded
    assert not loaded & HEAVY


def test_colour_loads_rich_and_nothing_heavier() -> None:
    status, loaded = _loaded_by(
        "check", "--policy", "baseline", "--response", str(seed("003-security-preference.json")), "--color", "always"
    )
    assert status == 3
    assert "rich" in loaded
    assert not loaded & HEAVY


def test_a_repair_loads_no_engine_and_no_sdk() -> None:
    status, loaded = _loaded_by("fix", "--policy", "baseline", "--response", str(seed("003-security-preference.json")))
    assert status == 0
    assert not loaded & {*HEAVY, "rich", "requests", "aiohttp"}


def test_the_package_itself_imports_only_its_version() -> None:
    program = "import sys; before = set(sys.modules); import acctgate; print(len(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "2"
