"""`acctgate init` in a repository where it ran before: it updates its files, shows it, and keeps what users edited."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import yaml
from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.commands.init.files import mark
from acctgate.installation import Installation
from tests.support.accounts import GOOD
from tests.support.fitting import HOURS, changed

GITHUB: Final = ".github/workflows/acctgate.yml"
POLICY: Final = "policies/policy.yaml"
SOURCE: Final = Installation("https://github.com/example/acctgate", "0123456789" * 4)
LATER: Final = Installation("https://github.com/example/acctgate", "9876543210" * 4)


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to a repository where acctgate was set up, for an account whose sessions last 12 hours."""
    for hours in (6, 12, 20):
        document = changed((HOURS, hours)) if hours > 8 else GOOD
        (tmp_path / f"{hours}.json").write_text(json.dumps(document), encoding="utf-8")
    (place := tmp_path / "repository").mkdir()
    (place / ".git").mkdir()
    monkeypatch.chdir(place)
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: SOURCE)
    assert init().exit_code == 0
    return place


def init(*arguments: str, hours: int = 12) -> Result:
    """In this process, on a snapshot."""
    return CliRunner().invoke(group, ["init", "--snapshot", f"../{hours}.json", *arguments])


def actions(result: Result) -> dict[str, str]:
    """Return what was done to each file."""
    assert result.exit_code == 0, result.output
    found: dict[str, str] = {}
    action = ""
    for line in result.stdout.partition("\n\n")[0].splitlines():
        before, name = re.fullmatch(r"(Wrote|Updated|Unchanged|Kept| +) (\S+).*", line).groups()  # type: ignore[union-attr]
        action = before.strip() or action
        found[name] = action
    return found


def test_nothing_has_changed(repository: Path) -> None:
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    result = init()
    assert set(actions(result).values()) == {"Unchanged"}
    assert "git add" not in result.stdout
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before


def test_another_version_updates_its_files_and_shows_the_differences(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: LATER)
    result = init()
    done = actions(result)
    assert {name for name, action in done.items() if action == "Updated"} == {GITHUB, "policies/requirements.txt"}
    assert str(LATER.commit) in (repository / GITHUB).read_text()
    assert f"-acctgate[pulumi] @ git+{SOURCE.url}@{SOURCE.commit}\n" in result.stdout
    assert f"+acctgate[pulumi] @ git+{LATER.url}@{LATER.commit}\n" in result.stdout
    assert set(actions(init()).values()) == {"Unchanged"}, "an updated file is known again"


EDITS: Final[dict[str, Callable[[str], str]]] = {
    "a line changed": lambda text: text.replace("17 2 * * *", "5 5 * * *"),
    "a line added": lambda text: text + "# mine\n",
    "a line removed": lambda text: text.replace("  workflow_dispatch:\n", ""),
    "a digest forged": lambda text: re.sub(r"(?<=sha256:)\w{16}$", "0" * 16, text),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_file_is_kept_and_the_difference_shown(repository: Path, edit: str) -> None:
    file = repository / GITHUB
    edited = EDITS[edit](file.read_text())
    file.write_text(edited, encoding="utf-8")
    result = init("--region", "ap-southeast-1")
    assert actions(result)[GITHUB] == "Kept"
    assert f"{GITHUB} (you edited it; --force overwrites it)" in result.stdout
    assert "+          region: ap-southeast-1\n" in result.stdout
    assert file.read_text() == edited
    assert actions(init("--region", "ap-southeast-1", "--force"))[GITHUB] == "Updated"
    assert "ap-southeast-1" in file.read_text()


def test_line_ends_are_no_edit(repository: Path) -> None:
    for name in (GITHUB, POLICY):
        file = repository / name
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert set(actions(init()).values()) == {"Unchanged"}
    assert actions(init("--region", "ap-southeast-1"))[GITHUB] == "Updated"


def test_a_deleted_file_is_written_again(repository: Path) -> None:
    (repository / GITHUB).unlink()
    assert {name for name, action in actions(init()).items() if action == "Wrote"} == {GITHUB}


def test_a_renamed_workflow_is_updated_where_it_is(repository: Path) -> None:
    renamed = (repository / GITHUB).rename(repository / ".github/workflows/security.yml")
    done = actions(init("--region", "ap-southeast-1"))
    assert done[".github/workflows/security.yml"] == "Updated"
    assert "ap-southeast-1" in renamed.read_text()
    assert not (repository / GITHUB).exists()


def test_a_renamed_pack_is_updated_where_it_is(repository: Path) -> None:
    (repository / "policies").rename(repository / "guard")
    done = actions(init())
    assert done["guard/policy.yaml"] == "Unchanged"
    assert done[GITHUB] == "Updated", "its commands name the policy"
    assert not (repository / "policies").exists()


def test_a_workflow_that_was_renamed_to_a_hostile_name(repository: Path) -> None:
    """Its name becomes part of workflows, and of a command to copy."""
    (repository / "infra").mkdir()
    assert init("infra").exit_code == 0
    workflows = repository / ".github/workflows"
    (workflows / "acctgate-infra.yml").rename(workflows / 'a"\n  push: # $(x).yml')
    before = {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()}
    result = init("infra")
    assert result.exit_code != 0
    assert "invalid path; a pipeline can use letters, digits and ._-/" in result.output
    assert {path: path.read_bytes() for path in repository.rglob("*") if path.is_file()} == before


def test_a_copy_of_a_workflow_is_left_alone(repository: Path) -> None:
    copy = repository / ".github/workflows/copy.yml"
    copy.write_text((repository / GITHUB).read_text(), encoding="utf-8")
    before = copy.read_text()
    assert actions(init("--region", "ap-southeast-1"))[GITHUB] == "Updated"
    assert copy.read_text() == before


def test_a_file_of_the_users_own_at_the_same_path(repository: Path) -> None:
    (repository / GITHUB).write_text("on: push\n", encoding="utf-8")
    result = init()
    assert result.exit_code != 0
    assert f"{GITHUB}: already exists; use --force" in result.output
    assert (repository / GITHUB).read_text() == "on: push\n"
    link = repository / "mine.yml"
    (repository / GITHUB).unlink()
    link.write_text("on: push\n", encoding="utf-8")
    (repository / GITHUB).symlink_to(link)
    assert init().exit_code != 0, "a link leads to a file of somebody else"
    assert link.read_text() == "on: push\n"


def test_a_further_pipeline(repository: Path) -> None:
    done = actions(init("--pipeline", "jenkins"))
    assert done["Jenkinsfile"] == "Wrote" and GITHUB not in done
    assert set(actions(init("--pipeline", "jenkins")).values()) == {"Unchanged"}, "its own Jenkinsfile is known again"


def test_only_pipelines_of_earlier_runs_are_updated(repository: Path) -> None:
    """A folder that shows another CI system does not get a pipeline for that one, too."""
    (repository / GITHUB).unlink()
    assert actions(init("--pipeline", "gitlab"))[".gitlab-ci.yml"] == "Wrote"
    assert GITHUB not in actions(init()), "though there is a folder .github"
    (repository / "infra").mkdir()
    assert init("infra", "--pipeline", "jenkins").exit_code == 0
    assert set(actions(init("infra")).values()) == {"Unchanged"}


@pytest.mark.parametrize("system", ["github", "gitlab", "flow", "jenkins"])
@pytest.mark.parametrize("source", [SOURCE, Installation()])
def test_the_region_is_that_of_the_earlier_run(
    repository: Path, monkeypatch: pytest.MonkeyPatch, system: str, source: Installation
) -> None:
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: source)
    (repository / GITHUB).unlink()
    assert init("--pipeline", system, "--region", "ap-southeast-1").exit_code == 0
    assert set(actions(init()).values()) == {"Unchanged"}
    assert "Updated" in actions(init("--region", "cn-shanghai")).values()


@pytest.mark.parametrize("system", ["github", "gitlab", "flow", "jenkins"])
@pytest.mark.parametrize("source", [SOURCE, Installation()])
def test_the_role_is_that_of_the_earlier_run(
    repository: Path, monkeypatch: pytest.MonkeyPatch, system: str, source: Installation
) -> None:
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: source)
    (repository / GITHUB).unlink()
    role = "acs:ram::1500000000000001:role/acctgate"
    assert init("--pipeline", system, "--role-arn", role).exit_code == 0
    assert set(actions(init()).values()) == {"Unchanged"}
    (repository / ".aliyun").mkdir()
    profile = {"name": "prod", "mode": "EcsRamRole", "region_id": "cn-shanghai"}
    (repository / ".aliyun/config.json").write_text(json.dumps({"profiles": [profile]}))
    monkeypatch.setenv("HOME", str(repository))
    monkeypatch.setenv("ACCTGATE_PROFILE", "prod")
    assert set(actions(init()).values()) == {"Unchanged"}, "a profile is for this machine"
    assert "Updated" in actions(init("--role-arn", f"{role}-2")).values()


def test_the_folder_of_the_pack_is_that_of_the_earlier_run(repository: Path) -> None:
    shutil.rmtree(repository / "policies")
    assert actions(init("--pack-dir", "security/guard"))["security/guard/policy.yaml"] == "Wrote"
    assert set(actions(init()).values()) == {"Unchanged"}, "also if it is not directly below"
    (repository / "infra").mkdir()
    assert init("infra").exit_code == 0
    assert set(actions(init()).values()) == {"Unchanged"}, "the pack of another folder is not that of this one"


def test_of_several_packs_none_is_taken(repository: Path) -> None:
    """The pipeline would use another policy than before, which may be looser."""
    assert actions(init("--pack-dir", "guard"))["guard/policy.yaml"] == "Wrote"
    before = (repository / GITHUB).read_text()
    result = init()
    assert result.exit_code != 0
    assert ".: policies of earlier runs in guard and policies; use --pack-dir to select one" in result.output
    assert (repository / GITHUB).read_text() == before
    assert set(actions(init("--pack-dir", "guard")).values()) == {"Unchanged"}


def test_folders_whose_names_differ_by_a_slash(repository: Path) -> None:
    """The second one would take the first one's pipeline for its own."""
    for name in ("a/b", "a-b"):
        (repository / name).mkdir(parents=True)
    arguments = ("--pipeline=github", "--pipeline=gitlab")
    init("a-b", *arguments)
    first = (repository / ".github/workflows/acctgate-a-b.yml").read_text()
    done = actions(init("a/b", *arguments))
    assert done[".github/workflows/acctgate-a--b.yml"] == "Wrote"
    assert (repository / ".github/workflows/acctgate-a-b.yml").read_text() == first
    jobs = [set(yaml.safe_load(path.read_text())) for path in (repository / ".gitlab").iterdir()]
    assert not jobs[0] & jobs[1], "GitLab merges jobs of one name"
    for name in ("a/b", "a-b"):
        assert set(actions(init(name)).values()) == {"Unchanged"}


@pytest.mark.parametrize("name", [".github", ".github/workflows", GITHUB, "policies/__main__.py"])
@pytest.mark.parametrize("target", ["../elsewhere", "loop"])
def test_nothing_is_written_if_a_link_leads_out(repository: Path, name: str, target: str) -> None:
    """Status 2 says that nothing was written."""
    (repository / POLICY).unlink()
    path = repository / name
    path.rename(repository.parent / "moved")
    (repository.parent / "elsewhere").mkdir()
    path.symlink_to(path if target == "loop" else repository.parent / "elsewhere/x")
    result = init("--force")
    assert result.exit_code != 0
    assert "leads out of" in result.output or "links form a loop" in result.output
    assert not (repository / POLICY).exists()


def test_nothing_is_written_if_a_folder_is_not_writable(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / POLICY).unlink()
    monkeypatch.setattr("acctgate.writing.os.access", lambda path, _: Path(path).name != "workflows")
    result = init()
    assert result.exit_code != 0
    assert "workflows is not writable" in result.output
    assert not (repository / POLICY).exists()


def test_force_replaces_a_policy_that_cannot_be_loaded(repository: Path) -> None:
    """A later version may know a rule no longer."""
    text = (repository / POLICY).read_text().partition("# Written by")[0]
    (repository / POLICY).write_text(mark(POLICY, text + "  no-such-rule: {level: advisory}\n"), encoding="utf-8")
    assert init().exit_code != 0
    assert actions(init("--force"))[POLICY] == "Updated"


# The policy


def test_a_better_account_tightens_the_policy(repository: Path) -> None:
    result = init(hours=6)
    assert actions(result)[POLICY] == "Updated"
    assert "-  session-duration: {level: mandatory, max_hours: 12}\n" in result.stdout
    assert yaml.safe_load((repository / POLICY).read_text()) == {"version": 1, "extends": "strict"}


def test_a_worse_account_does_not_loosen_the_policy(repository: Path) -> None:
    before = (repository / POLICY).read_text()
    result = init(hours=20)
    assert actions(result)[POLICY] == "Kept"
    assert "the account now needs a looser policy: session-duration; --force overwrites it" in result.stdout
    assert "max_hours: 20" in result.stdout, "the difference is shown"
    assert (repository / POLICY).read_text() == before
    assert actions(init("--force", hours=20))[POLICY] == "Updated"
    assert "max_hours: 20" in (repository / POLICY).read_text()


def test_an_edited_policy_is_kept(repository: Path) -> None:
    policy = (repository / POLICY).read_text() + "  security-score: {minimum: 70}\n"
    (repository / POLICY).write_text(policy, encoding="utf-8")
    assert actions(init(hours=6))[POLICY] == "Kept"
    assert (repository / POLICY).read_text() == policy


def test_the_preset_is_that_of_the_earlier_run(repository: Path) -> None:
    assert actions(init("--extends", "baseline"))[POLICY] == "Kept", "baseline is looser than strict"
    assert actions(init("--extends", "baseline", "--force"))[POLICY] == "Updated"
    assert actions(init())[POLICY] == "Unchanged"
    assert "extends: baseline\n" in (repository / POLICY).read_text()
