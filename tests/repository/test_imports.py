"""What is loaded at run time: judging a file loads neither Pulumi nor the SDK. `make lint` holds the imports.

Without the extra `pulumi`, everything works but a preview, the pack and the data sources; without `parquet`, but that
format.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest

from tests.support import ROOT, one_line, seed
from tests.support.accounts import GOOD
from tests.support.demo import demo_server

HEAVY = {"pulumi", "pulumi_policy", "alibabacloud_credentials", "alibabacloud_tea_openapi", "darabonba", "Tea", "grpc"}

OPTIONAL = {
    "acctgate.evaluate.baseline",
    "acctgate.frameworks.framework",
    "acctgate.model.control_result",
    "acctgate.model.diff_document",
    "acctgate.model.other_change",
    "acctgate.model.planned_change",
    "acctgate.model.report_document",
    "acctgate.model.since",
    "acctgate.sources.target",
}
"""Modules that only an option needs."""


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
    assert not loaded & OPTIONAL, "each takes a hundredth of the time of a small check"


@pytest.mark.parametrize("indent", [None, 1])
def test_judging_a_snapshot_by_its_content_loads_no_reader_of_plans(tmp_path: Path, indent: int | None) -> None:
    (tmp_path / "good.json").write_text(json.dumps(GOOD, indent=indent), encoding="utf-8")
    file = str(tmp_path / "good.json")
    status, loaded = _loaded_by("check", "--policy", "baseline", file, "--format", "json")
    assert status == 0
    plan = {name for name in loaded if name.startswith("acctgate.plan.")}
    assert plan == {f"acctgate.plan.{name}" for name in ("documents", "kinds", "resource_types")}
    assert not loaded & {*HEAVY, *OPTIONAL, "rich", "subprocess"}


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


def test_reading_an_account_with_keys_of_the_environment_loads_no_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    with demo_server(monkeypatch):
        status, loaded = _loaded_by("snapshot")
    assert status == 0
    assert "urllib3" in loaded
    assert not loaded & {*HEAVY, "requests", "aiohttp"}, "a preview waits for what is imported here"


def test_the_package_itself_imports_only_its_version() -> None:
    program = "import sys; before = set(sys.modules); import acctgate; print(len(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "2"


# Without the extras


WITHOUT_EXTRA: Final = """
import importlib.abc, json, sys

BLOCKED = ("pulumi", "pulumi_policy", "pulumi_alicloud", "grpc", "opentelemetry", "dill", "pyarrow")

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in BLOCKED:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        if name.startswith("google.protobuf"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""
MAIN: Final = """
from acctgate.cli import main
for arguments in json.loads(sys.argv[1]):
    sys.argv = ["acctgate", *arguments]
    try:
        main()
    except SystemExit as end:
        print(">>>", end.code)
"""


def _without_extra(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a process that cannot import the extra's packages."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_EXTRA + program, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
    )


def _statuses(commands: Sequence[str], folder: Path) -> tuple[list[int], str]:
    """Run commands one after the other. Return their exit statuses, and what they write to standard error."""
    done = _without_extra(MAIN, json.dumps([command.split() for command in commands]), folder=folder)
    assert done.returncode == 0, done.stderr
    return [int(line[4:]) for line in done.stdout.splitlines() if line.startswith(">>> ")], done.stderr


def test_all_commands_but_preview_work_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("good.json", "monday.json"):
        (tmp_path / name).write_text(json.dumps(GOOD), encoding="utf-8")
    commands = {
        "demo": 0,
        "check --policy baseline --snapshot good.json": 0,
        "diff good.json monday.json --policy baseline": 0,
        "fix --policy baseline --snapshot good.json": 0,
        "init --snapshot good.json": 0,
        "snapshot --output live.json": 0,
        "policy lint": 0,
        "doctor": 0,
        "rules": 0,
    }
    with demo_server(monkeypatch):
        statuses, errors = _statuses(list(commands), tmp_path)
    assert (dict(zip(commands, statuses, strict=True)), errors) == (commands, "")
    assert json.loads((tmp_path / "live.json").read_text(encoding="utf-8"))["account_id"] == "1234567890123456"


def test_a_preview_without_the_extra_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: yaml\nresources: {}\n", encoding="utf-8")
    statuses, error = _statuses(["preview --demo --policy baseline"], tmp_path)
    assert statuses == [2]
    one_line(error, "acctgate: acctgate preview needs pulumi, which is not installed: pip install ", "[pulumi]")


def test_parquet_without_its_extra_says_how_to_install_it(tmp_path: Path) -> None:
    (tmp_path / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    check = "check --policy baseline --snapshot good.json --format parquet=report.parquet"
    statuses, error = _statuses([check], tmp_path)
    assert (statuses, (tmp_path / "report.parquet").exists()) == ([2], False)
    one_line(error, "acctgate: --format parquet needs pyarrow, which is not installed: pip install ", "[parquet]")


def test_parquet_needs_a_file(tmp_path: Path) -> None:
    statuses, error = _statuses(["check --policy baseline --format parquet"], tmp_path)
    assert statuses == [2]
    one_line(error, "acctgate: --format parquet needs a file; use parquet=FILE")


def test_the_pack_without_the_extra_says_how_to_install_it(tmp_path: Path) -> None:
    done = _without_extra("from acctgate.crossguard.pack import serve; serve('baseline')", folder=tmp_path)
    assert done.returncode == 1
    one_line(done.stderr, "acctgate: the policy pack needs pulumi, which is not installed: pip install ", "[pulumi]")


def test_a_data_source_without_the_extra_says_how_to_install_it(tmp_path: Path) -> None:
    done = _without_extra("from acctgate.crossguard import SecurityPreference", folder=tmp_path)
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert "MissingExtraError: acctgate.crossguard.SecurityPreference needs pulumi, which is not installed" in last


def test_the_extra_is_part_of_the_development_set_up() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    assert len(extras["pulumi"]) == 2 and {*extras["pulumi"], *extras["parquet"]} <= set(extras["dev"])
    assert set(extras["parquet"]) < set(extras["ray"]) and "==" in extras["ray"][-1]
    assert not any("pulumi" in each for each in project["dependencies"])
    lock = (ROOT / "requirements/runtime.txt").read_text(encoding="utf-8")
    assert "\npulumi" not in lock and "\ngrpcio" not in lock and "\npyarrow" not in lock
