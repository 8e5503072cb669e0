"""Which policy counts without --policy: the repository's, or none."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from acctgate.policy import PolicyError
from acctgate.policy.find import find_policy, load_selected
from tests.support.process import run_here

TEXT = "version: 1\nrules: {root-mfa: {}}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Create a git repository with a subfolder."""
    (tmp_path / "r/.git").mkdir(parents=True)
    (tmp_path / "r/infra/prod").mkdir(parents=True)
    return tmp_path / "r"


def write(folder: Path, name: str = "policy.yaml") -> Path:
    """Write a policy to a folder."""
    (folder / "policies").mkdir(exist_ok=True)
    (folder / "policies" / name).write_text(TEXT)
    return folder / "policies" / name


@pytest.mark.parametrize("name", ["policy.yaml", "policy.yml"])
@pytest.mark.parametrize(("below", "up"), [(".", ""), ("infra", "../"), ("infra/prod", "../../")])
def test_it_is_found_up_to_the_root(repository: Path, name: str, below: str, up: str) -> None:
    write(repository, name)
    assert find_policy(repository / below) == Path(f"{up}policies/{name}")


def test_the_nearest_counts(repository: Path) -> None:
    write(repository)
    write(repository / "infra", "policy.yml")
    assert find_policy(repository / "infra/prod") == Path("../policies/policy.yml")


def test_nothing_above_the_root_counts(repository: Path) -> None:
    write(repository.parent)
    with pytest.raises(PolicyError, match="`acctgate init`, or use --policy baseline"):
        find_policy(repository / "infra")


def test_without_git_the_parents_count(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    write(tmp_path)
    assert find_policy(tmp_path / "a/b") == Path("../../policies/policy.yaml")
    assert find_policy(tmp_path) == Path("policies/policy.yaml")


def test_without_git_a_folder_that_any_user_can_write_to_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    write(tmp_path)
    (tmp_path / "a").chmod(0o777)
    with pytest.raises(PolicyError, match="no such file"):
        find_policy(tmp_path / "a/b")


def test_a_policy_above_is_named(repository: Path) -> None:
    (repository / "s.json").write_text('{"version": 1}')
    write(repository)
    above = run_here("check", "--snapshot", "../s.json", cwd=repository / "infra")
    here = run_here("check", "--snapshot", "s.json", cwd=repository)
    assert "acctgate: the policy is ../policies/policy.yaml\n" in above.stderr
    assert "the policy is" not in here.stderr


def test_two_are_ambiguous(repository: Path) -> None:
    write(repository)
    write(repository, "policy.yml")
    with pytest.raises(PolicyError, match="remove one of them"):
        find_policy(repository)


@pytest.mark.parametrize("kind", ["link", "directory", "policies", "loop"])
def test_what_cannot_be_read_is_never_passed_over(repository: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write(repository)
    folder = repository / "infra/policies"
    if kind == "policies":
        folder.symlink_to("nowhere")
    else:
        folder.mkdir()
    if kind == "link":
        (folder / "policy.yaml").symlink_to("nowhere")
    if kind == "loop":
        (folder / "policy.yaml").symlink_to("policy.yaml")
    if kind == "directory":
        (folder / "policy.yaml").mkdir()
    monkeypatch.chdir(repository / "infra")
    with pytest.raises(PolicyError, match=r"policies"):
        load_selected(None, Path.cwd())


def test_nobody_waits_for_a_pipe(repository: Path) -> None:
    (repository / "policies").mkdir()
    os.mkfifo(repository / "policies/policy.yaml")
    with pytest.raises(PolicyError, match=r"policies/policy\.yaml: not a regular file"):
        load_selected(None, repository)


def test_an_endless_file_ends(repository: Path) -> None:
    (repository / "policies").mkdir()
    (repository / "policies/policy.yaml").symlink_to("/dev/zero")
    for selected in (None, Path("/dev/zero")):
        with pytest.raises(PolicyError, match=r"not a regular file|larger than 1 MiB"):
            load_selected(selected, repository)


def test_a_preset_counts_only_where_it_is_named(tmp_path: Path) -> None:
    assert load_selected(Path("strict"), tmp_path).source == "strict"
    with pytest.raises(PolicyError):
        load_selected(None, tmp_path)


def test_every_command_takes_the_policy_of_the_repository(repository: Path) -> None:
    (repository / "s.json").write_text('{"version": 1}')
    (write(repository, "policy.yml")).write_text("version: 1\nrules: {root-mfa: {}}\n")
    done = run_here("check", "--snapshot", "../s.json", "--format", "json", cwd=repository / "infra")
    levels = {each["rule"]: each["level"] for each in json.loads(done.stdout)["accounts"][0]["outcomes"]}
    assert {rule for rule, level in levels.items() if level != "disabled"} == {"root-mfa"}


def test_the_option_names_a_preset(repository: Path) -> None:
    (repository / "s.json").write_text('{"version": 1}')
    write(repository)
    done = run_here("check", "--snapshot", "s.json", "--policy", "strict", "--format", "json", cwd=repository)
    mandatory = [each for each in json.loads(done.stdout)["accounts"][0]["outcomes"] if each["level"] == "mandatory"]
    assert len(mandatory) > 10
