"""The text of a Pulumi program is known only if all of its files are."""

from __future__ import annotations

from pathlib import Path

import pytest

from acctgate.plan.program_files import ProgramFiles


def test_the_text_is_that_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: demo\nruntime: nodejs\ndescription: replaceOnChanges\n")
    assert ProgramFiles(tmp_path).whole_text() == ""
    (tmp_path / "index.ts").write_text("export const a = 1;")
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "node_modules" / "other.js").write_text("replaceOnChanges")
    assert ProgramFiles(tmp_path).whole_text() == "export const a = 1;"


def _program(folder: Path, **files: str) -> str:
    """Write a project with these files, whose names have two underscores for a slash. Return its text."""
    for name, text in {"Pulumi.yaml": "name: demo\nruntime: nodejs\n", "index.ts": "const a = 1;", **files}.items():
        path = folder / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return ProgramFiles(folder).whole_text()


@pytest.mark.parametrize(
    "files",
    [
        {"lib__other.ts": "import { a } from '../index';", "assets.ts": 'new FileArchive("../app")'},
        {"Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: src/\n", "src__main.ts": "b"},
        {"Pulumi.yaml": "name: demo\nruntime: {name: nodejs, options: {typescript: true}}\n"},
        {"empty.ts": "", "bin__index.js": "b", "build.gradle.kts": "b"},
    ],
    ids=["import", "main", "runtime", "others"],
)
def test_the_text_of_a_whole_program(tmp_path: Path, files: dict[str, str]) -> None:
    assert "const a = 1;" in _program(tmp_path / "demo", **files)


def test_only_names_of_tests_are_left_out(tmp_path: Path) -> None:
    names = ("test_main.py", "main_test.py", "main_test.go", "index.test.ts", "latest_version.py", "index.testing.ts")
    text = _program(tmp_path, **{name: f"from {name}" for name in names})
    assert sorted(text.splitlines()) == ["const a = 1;", "from index.testing.ts", "from latest_version.py"]


def test_a_main_that_is_absolute(tmp_path: Path) -> None:
    assert _program(tmp_path, **{"Pulumi.yaml": f"name: demo\nruntime: nodejs\nmain: {tmp_path}\n"})


@pytest.mark.parametrize(
    "files",
    [
        {"index.ts": "import { a } from '../shared';"},
        {"lib__a.ts": "const a = require('../../shared');"},
        {"index.ts": "import { a } from './vendor/shared';"},
        {"Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: ../shared\n"},
        {"Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: /shared\n"},
        {"Pulumi.yaml": "name: demo\nruntime: nodejs\nmain: dist/index.js\n"},
        {"Pulumi.yaml": "name: demo\nruntime: hcl\n"},
        {"Pulumi.yaml": "name: demo\nruntime: {name: hcl}\n"},
        {"Pulumi.yaml": "name: demo\nruntime: yaml\n", "policies__main.py": "serve()"},
        {"Pulumi.yaml": "name: demo\nruntime: {name: go, options: {binary: bin/demo}}\n"},
        {"Pulumi.yaml": "name: demo\nruntime: {name: yaml, options: {compiler: cue export}}\nresources: {}\n"},
        {"Program.fs": "let a = 1"},
        {"App.kt": "val a = 1"},
        {"large.ts": "a" * ((1 << 20) + 1)},
    ],
    ids=[
        "import",
        "require",
        "vendored",
        "main",
        "absolute",
        "compiled",
        "runtime",
        "named-runtime",
        "yaml-missing",
        "binary",
        "compiler",
        "fsharp",
        "kotlin",
        "large",
    ],
)
def test_a_program_that_is_not_whole_has_no_text(tmp_path: Path, files: dict[str, str]) -> None:
    assert _program(tmp_path / "demo", **files) == ""


@pytest.mark.parametrize("link", ["shared.ts", "shared"])
def test_a_program_behind_a_link_has_no_text(tmp_path: Path, link: str) -> None:
    assert _program(tmp_path / "demo")
    (tmp_path / "other").mkdir()
    (tmp_path / "other.ts").write_text("replaceOnChanges")
    (tmp_path / "demo" / link).symlink_to(tmp_path / link.replace("shared", "other"))
    assert ProgramFiles(tmp_path / "demo").whole_text() == ""
