"""The wheel: what is in it, and that it works where nothing else of the repository is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from acctgate.reference import schemas
from tests.support import ROOT, one_line, seed

pytestmark = pytest.mark.xdist_group("wheel")  # it is built and installed once
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    [path] = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def bin_(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel in a fresh environment, which sees this one's packages but not its acctgate. Return its bin."""
    place = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True, timeout=120)
    python = place / "bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    install = [*pip, "install", "--no-deps", "--no-index", str(wheel)]
    subprocess.run(install, check=True, capture_output=True, timeout=120)
    [packages] = (place / "lib").glob("python*/site-packages")
    # The .pth files in there, and so the editable acctgate, are not looked at.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return place / "bin"


def run(bin_: Path, cwd: Path, name: str, *arguments: str | Path) -> Done:
    """Run a script of the fresh environment, in a foreign working directory."""
    return subprocess.run(
        [bin_ / name, *arguments],
        cwd=cwd,
        env=_environment(),
        capture_output=True,
        timeout=120,
        check=False,
        encoding="utf-8",
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    wanted = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= names
    assert wanted >= {
        "acctgate/py.typed",
        "acctgate/policy/presets/baseline.yaml",
        "acctgate/policy/presets/strict.yaml",
        "acctgate/crossguard/bundled_pack/PulumiPolicy.yaml",
        "acctgate/crossguard/bundled_pack/__main__.py",
    }
    others = {name.partition("/")[0] for name in names - wanted}
    assert len(others) == 1 and others.pop().endswith(".dist-info")
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_the_wheels_own_code_is_what_runs(bin_: Path, tmp_path: Path) -> None:
    done = run(bin_, tmp_path, "python", "-c", "import acctgate; print(acctgate.__file__)")
    assert Path(done.stdout.strip()).is_relative_to(bin_.parent), done.stderr


def test_check(bin_: Path, tmp_path: Path) -> None:
    done = run(
        bin_, tmp_path, "acctgate", "check", "--policy", "baseline", "--response", seed("000-security-practice.json")
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.startswith("BLOCKED  account unknown: 2 violations and 2 unknown of 5 mandatory rules\n")


@pytest.mark.parametrize("name", schemas.NAMES)
def test_schema(bin_: Path, tmp_path: Path, name: str) -> None:
    done = run(bin_, tmp_path, "acctgate", "schema", name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == schemas.text(name)


@pytest.mark.parametrize(("flags", "code"), [([], 1), (["--compliant"], 0)])
def test_demo_account(bin_: Path, tmp_path: Path, flags: list[str], code: int) -> None:
    """Start it, set what it prints, read it with check, end it."""
    server = subprocess.Popen(
        [bin_ / "acctgate", "demo-account", *flags],
        cwd=tmp_path,
        env=_environment(),
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert server.stdout is not None
        first, *exports = [server.stdout.readline() for _ in range(5)]
        assert first.startswith("# demo account 1234567890123456 on 127.0.0.1:")
        script = (
            "".join(exports)
            + f'exec "{bin_}/acctgate" check --policy baseline --endpoint "$ACCTGATE_ENDPOINT" --format json\n'
        )
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=tmp_path,
            env=_environment(),
            capture_output=True,
            timeout=120,
            check=False,
            encoding="utf-8",
        )
        assert (done.returncode, done.stderr) == (code, "")
        assert [account["account"] for account in json.loads(done.stdout)["accounts"]] == ["1234567890123456"]
    finally:
        os.kill(server.pid, signal.SIGTERM)
        _, said = server.communicate(timeout=30)
    assert (server.returncode, said) == (0, "")


def test_wrong_use_is_one_line(bin_: Path, tmp_path: Path) -> None:
    done = run(bin_, tmp_path, "acctgate", "check", "--policy", "baseline", "--response", "nowhere.json")
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: nowhere.json: no such file")
