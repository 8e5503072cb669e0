"""The container image: the command line with the engine. It is built where a builder can."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
from collections.abc import Iterator
from typing import Final

import pytest

from tests.support import ROOT

FILE: Final = (ROOT / "Containerfile").read_text(encoding="utf-8")
IMAGE: Final = "localhost/acctgate-test"
_UNREACHABLE: Final = re.compile(
    r"(?i)dial tcp|no such host|i/o timeout|connection refused|TLS|pinging container registry"
)
_NO_RUNTIME: Final = re.compile("OCI runtime error|OCI permission denied")
"""What podman says if this machine can build images, but lets nobody run a container."""


def run(*words: str, timeout: int = 120) -> subprocess.CompletedProcess[str]:
    """Run a command of the builder."""
    return subprocess.run(words, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=timeout, check=False)


@pytest.fixture(scope="module")
def builder() -> Iterator[str]:
    """Build the image, and return the program that runs it."""
    found = [name for name in ("podman", "docker") if shutil.which(name)]
    if not found:
        pytest.skip("there is no podman or docker to build the image")
    usable = next((name for name in found if run(name, "info").returncode == 0), None)
    if usable is None:
        pytest.skip(f"{found[0]} is on PATH, but cannot be used: {run(found[0], 'info').stderr.strip()[-200:]}")
    built = run(usable, "build", "--file", "Containerfile", "--tag", IMAGE, ".", timeout=1800)
    if built.returncode != 0 and _UNREACHABLE.search(built.stderr):
        pytest.skip(f"the base images cannot be reached: {built.stderr.strip().splitlines()[-1]}")
    assert built.returncode == 0, built.stderr
    try:
        started = run(usable, "run", "--rm", IMAGE, "--version")
        if _NO_RUNTIME.search(started.stderr):
            pytest.skip(f"the image was built, but cannot be run: {started.stderr.strip().splitlines()[-1]}")
        yield usable
    finally:
        run(usable, "rmi", IMAGE)


def test_the_engine_is_the_one_that_is_tested() -> None:
    version = runpy.run_path(str(ROOT / "tools/engine.py"))["VERSION"]
    assert re.findall(r"^FROM \S+/pulumi-python:(\S+) AS engine$", FILE, re.MULTILINE) == [version.removeprefix("v")]


def test_the_image_is_built_from_files_that_exist_and_are_sent() -> None:
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        words for line in re.findall(r"^COPY (?!--from)(.*)$", FILE, re.MULTILINE) if (words := line.split()[:-1])
    ]
    assert copied
    for name in (name for words in copied for name in words):
        assert (ROOT / name).exists(), name
        assert name.split("/")[0] in sent, name


def test_what_is_installed_has_a_hash() -> None:
    locked = (ROOT / "requirements/pulumi.txt").read_text(encoding="utf-8")
    names = re.findall(r"^([a-z0-9][a-z0-9.-]*)==", locked, re.MULTILINE)
    assert {"click", "pulumi", "pulumi-policy", "alibabacloud-credentials"} <= set(names)
    assert len(re.findall(r"^\S+==\S+ \\\n    --hash=sha256:", locked, re.MULTILINE)) == len(names)
    assert "--require-hashes -r /src/requirements/pulumi.txt" in FILE
    for line in re.findall(r"pip (?:install|wheel) .*", FILE):
        assert any(option in line for option in ("--require-hashes", "--no-build-isolation", "--no-index")), line


@pytest.mark.parametrize("user", [(), ("--user", "12345", "--env", "HOME=/tmp")], ids=["its own", "another"])
def test_the_image_judges_the_demo_account(builder: str, user: tuple[str, ...]) -> None:
    assert run(builder, "run", "--rm", IMAGE, "--version").stdout.startswith("acctgate")
    options = ("--rm", *user, "--volume", f"{ROOT}:/work:ro")
    done = run(builder, "run", *options, IMAGE, "preview", "--demo", "--format", "json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["verdict"] == "fail"
