"""The documents for contributors: what they name exists."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest

from tests.support import ROOT

TEXT: Final = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SOURCE: Final = ROOT / "src/acctgate"
DECISIONS: Final = sorted((ROOT / "docs/decisions").glob("*.md"))


def test_every_path_exists() -> None:
    paths = [name for name in re.findall(r"`([\w./-]+(?:\.\w+|/))`", TEXT) if "/" in name or name.endswith(".py")]
    assert len(paths) > 25
    for name in paths:
        assert (ROOT / name).exists() or (SOURCE / name).exists() or "<" in name, name


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("Snapshot", "model/snapshot.py"),
        ("effects", "model/planned_change.py"),
        ("verdict_of", "model/outcome.py"),
        ("RULES", "rules/__init__.py"),
        ("FORMATS", "render/__init__.py"),
        ("Renderer", "render/base.py"),
    ],
)
def test_every_name_is_where_it_says(name: str, path: str) -> None:
    assert name in TEXT
    assert re.search(rf"\b{name}\b", (SOURCE / path).read_text(encoding="utf-8"))


def test_every_package_is_on_a_floor() -> None:
    floors = (ROOT / "docs/decisions/0007-floors.md").read_text(encoding="utf-8")
    for package in sorted(path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()):
        assert f"`{package}/`" in TEXT, package
        assert f"`{package}`" in floors, package


def test_every_make_command_exists() -> None:
    targets = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    named = {name for file in ("CONTRIBUTING.md", "RELEASING.md", "README.md") for name in _made(ROOT / file)}
    assert {"test", "lint", "coverage", "preview"} <= named <= set(targets)


def _made(path: Path) -> list[str]:
    return [
        name for words in re.findall(r"`make ([a-z ]+)`", path.read_text(encoding="utf-8")) for name in words.split()
    ]


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_a_status_and_its_parts(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.startswith(f"# {int(path.stem[:4])}. ")
    assert re.search(r"^Status: (accepted|superseded\. .+)$", text, re.MULTILINE)
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert [name for name in headings if name != "Why it was superseded"] == ["Context", "Decision", "Consequences"]


def test_the_changelog_has_the_headings_of_keep_a_changelog() -> None:
    headings = re.findall(r"^##+ (.+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    for name in headings[1:]:
        assert re.fullmatch(r"Added|Changed|Deprecated|Removed|Fixed|Security|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", name), (
            name
        )
