"""The release: one version everywhere, and notes from the changelog."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.support import ROOT
from tests.support.tools import load_tool

RELEASE: Final = load_tool("release")
WORKFLOWS: Final = sorted((ROOT / ".github/workflows").glob("*.yml"))


def test_every_file_states_the_same_version() -> None:
    found = RELEASE.versions()
    assert len(found) == 4
    assert set(found.values()) == {found["pyproject.toml"]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project at version 1.2.3, with release notes."""
    for name, text in {
        "pyproject.toml": '[project]\nversion = "1.2.3"\n',
        "src/acctgate/version.py": '__version__ = "1.2.3"\n',
        "src/acctgate/crossguard/bundled_pack/PulumiPolicy.yaml": "version: 1.2.3\n",
        "policies/PulumiPolicy.yaml": "version: 1.2.3\n",
        "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n## 1.2.3 - 2026-12-01\n\n### Added\n- A\n\n## 1.2.2 - 2026",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_a_release_with_one_version_has_no_problems(project: Path) -> None:
    assert RELEASE.problems("v1.2.3", project) == []
    assert RELEASE.notes("v1.2.3", project) == "### Added\n- A"


def test_another_tag_is_refused(project: Path) -> None:
    wrong = RELEASE.problems("v1.2.4", project)
    assert len(wrong) == 5
    assert wrong[-1] == "CHANGELOG.md: no section for 1.2.4"


def test_one_forgotten_file_is_named(project: Path) -> None:
    (project / "policies/PulumiPolicy.yaml").write_text("version: 1.2.2\n", encoding="utf-8")
    assert RELEASE.problems("v1.2.3", project) == ["policies/PulumiPolicy.yaml: version 1.2.2, not 1.2.3"]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_every_action_is_pinned_to_a_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", path.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        if action != "./":
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
            assert re.match(r" # v\d+\.\d+\.\d+", comment), f"{action}: no version in a comment"


def test_the_release_builds_once_and_stores_no_token() -> None:
    text = (ROOT / ".github/workflows/release.yml").read_text(encoding="utf-8")
    workflow = yaml.safe_load(text)
    assert text.count("python -m build") == 1
    assert "secrets." not in text
    assert workflow["permissions"] == {}
    writers = {name for name, job in workflow["jobs"].items() if "id-token" in job["permissions"]}
    assert writers == {"attest", "pypi"}
    assert workflow["jobs"]["pypi"]["environment"]["name"] == "pypi"
