"""The root of the repository, which code scanners take file names from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from acctgate.cli.support.repository_root import repository_root
from tests.support.process import run_here


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Create a folder in a repository."""
    (tmp_path / "repo/.git").mkdir(parents=True)
    (below := tmp_path / "repo/infra/prod").mkdir(parents=True)
    return below


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_the_pipeline_s_checkout_comes_first(folder: Path, variable: str) -> None:
    assert repository_root(folder, {variable: str(folder.parent)}) == folder.parent


def test_a_checkout_elsewhere_does_not_count(folder: Path, tmp_path: Path) -> None:
    (other := tmp_path / "other").mkdir()
    assert repository_root(folder, {"GITHUB_WORKSPACE": str(other)}) == folder.parent.parent
    assert repository_root(folder, {"GITHUB_WORKSPACE": str(other), "CI_PROJECT_DIR": str(folder)}) == folder


def test_links_to_the_checkout_are_followed(folder: Path, tmp_path: Path) -> None:
    (link := tmp_path / "link").symlink_to(tmp_path / "repo")
    assert repository_root(folder, {"GITHUB_WORKSPACE": str(link)}) == folder.parent.parent


def test_git_is_enough_and_may_be_a_file(folder: Path) -> None:
    (folder.parent / ".git").write_text("gitdir: ../.git/worktrees/infra\n")
    assert repository_root(folder, {}) == folder.parent


def test_outside_of_a_repository_there_is_none(tmp_path: Path) -> None:
    assert repository_root(tmp_path, {}) is None


@pytest.mark.parametrize("form", ["sarif", "gitlab", "github"])
def test_reports_name_files_from_the_root(form: str, folder: Path) -> None:
    (folder / "policies").mkdir()
    (folder / "policies/policy.yaml").write_text("version: 1\nextends: strict\n")
    (folder / "s.json").write_text(json.dumps({"version": 1, "account_id": "1"}))
    done = run_here("check", "--snapshot", "s.json", "--format", form, cwd=folder)
    assert done.status == 3, done.stderr
    assert "infra/prod/policies/policy.yaml" in done.stdout
