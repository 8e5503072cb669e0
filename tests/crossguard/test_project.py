"""Which policy pack judges a project."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from acctgate.crossguard.engine_run import RunResult
from acctgate.crossguard.preview import Job, PreviewError, preview
from acctgate.crossguard.project import PACK_MAIN, Project, ProjectError, read_project

VENV: Final = "runtime: {name: python, options: {virtualenv: venv}}\n"
CUSTOM: Final = f"{PACK_MAIN}print(1)\n"


@pytest.mark.parametrize(
    ("files", "own"),
    [
        ({}, False),
        ({"policy.yaml": "version: 1\n"}, False),
        ({"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": PACK_MAIN}, True),
        (
            {"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": "import own\n", "own.py": "import acctgate\n"},
            True,
        ),
        ({"PulumiPolicy.yaml": "runtime: [\n", "__main__.py": PACK_MAIN}, True),
        ({"PulumiPolicy.yaml": "runtime: nodejs\n", "index.ts": "// acctgate\n"}, False),
        ({"PulumiPolicy.yaml": "runtime: python\n", "__main__.py": "PolicyPack()\n"}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": f"{PACK_MAIN}# Written by `acctgate init`\n"}, False),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN, "venv/pyvenv.cfg": ""}, True),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": CUSTOM}, True),
        ({"PulumiPolicy.yaml": VENV, "__main__.py": PACK_MAIN, "rules.py": "x = 1\n"}, True),
    ],
)
def test_the_own_pack_or_the_bundled_one(tmp_path: Path, files: dict[str, str], own: bool) -> None:
    """The bundled one judges by the same policy, so it replaces only a pack that does nothing else."""
    project = write_project(tmp_path, files)
    assert project.has_pack is own
    assert project.pack.is_relative_to(tmp_path) is own


def write_project(folder: Path, files: dict[str, str]) -> Project:
    """Write a project with these files of a policy pack."""
    (folder / "Pulumi.yaml").write_text("name: x\nruntime: nodejs\n", encoding="utf-8")
    for name, text in files.items():
        path = folder / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(folder)


@pytest.mark.parametrize("main", [CUSTOM, PACK_MAIN])
@pytest.mark.parametrize("host", [True, False])
def test_a_pack_of_its_own_whose_environment_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, main: str, host: bool
) -> None:
    """An engine with a language host would wait for such a pack forever."""
    for name in ("pulumi", "pulumi-language-python")[: 1 + host]:
        (file := tmp_path / "bin" / name).parent.mkdir(exist_ok=True)
        file.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("acctgate.crossguard.preview.find_engine", lambda _: tmp_path / "bin/pulumi")

    def run_engine(*_: object) -> RunResult:
        return RunResult("the engine was started")

    monkeypatch.setattr("acctgate.crossguard.preview.run_engine", run_engine)
    write_project(tmp_path, {"PulumiPolicy.yaml": VENV, "__main__.py": main})
    with pytest.raises(PreviewError) as raised:
        preview(Job(tmp_path, stand_in=True), lambda _: None)
    pack = tmp_path / "policies"
    expected = "the engine was started"
    if host and main == CUSTOM:
        expected = (
            f"{pack}/venv: no such directory, the policy pack's virtual environment; run `pulumi install` in {pack}"
        )
    assert str(raised.value) == expected


@pytest.mark.parametrize("value", ["!!bool x", "!!timestamp x"])
def test_a_value_that_its_tag_cannot_have_is_invalid(tmp_path: Path, value: str) -> None:
    (tmp_path / "Pulumi.yaml").write_text(f"name: gate\nruntime: python\ndescription: {value}\n")
    with pytest.raises(ProjectError, match="invalid YAML"):
        read_project(tmp_path)
