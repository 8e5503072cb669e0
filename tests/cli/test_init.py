"""`acctgate init`: what it writes, when it refuses, and what it tells."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.commands.init import fit
from acctgate.commands.init.pipelines import PIPELINES
from acctgate.crossguard.project import read_project
from acctgate.demo import DemoServer
from acctgate.installation import Installation
from acctgate.policy import load_policy
from tests.support import ROOT, one_line
from tests.support.accounts import GOOD
from tests.support.fitting import HOURS, changed
from tests.support.process import run_here

POLICY: Final = "policies/policy.yaml"
PACK: Final = {
    POLICY,
    "policies/PulumiPolicy.yaml",
    "policies/__main__.py",
    "policies/requirements.txt",
    "policies/.gitignore",
}
ENGINE: Final = ROOT / ".cache/pulumi/bin"
GITHUB: Final = ".github/workflows/acctgate.yml"


@pytest.fixture(autouse=True)
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Change to an empty repository, with a snapshot beside it."""
    (place := tmp_path / "repository").mkdir()
    subprocess.run(["git", "init", "--quiet", str(place)], check=True, timeout=60)
    monkeypatch.chdir(place)
    source = Installation("https://github.com/example/acctgate", "0123456789" * 4)
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: source)
    (tmp_path / "good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "worse.json").write_text(json.dumps(changed((HOURS, 12))), encoding="utf-8")
    return place


@pytest.fixture
def server() -> Iterator[DemoServer]:
    """Serve the demo account."""
    with DemoServer() as running:
        yield running


def init(*arguments: str | Path, snapshot: str = "../good.json") -> Result:
    """In this process, on a snapshot."""
    return CliRunner().invoke(group, ["init", "--snapshot", snapshot, *map(str, arguments)])


def written(place: Path) -> set[str]:
    """Return the files below a folder, without git's own."""
    files = (path for path in place.rglob("*") if path.is_file() or path.is_symlink())
    return {path.relative_to(place).as_posix() for path in files} - {
        path.relative_to(place).as_posix() for path in (place / ".git").rglob("*")
    }


def commands(output: str) -> list[str]:
    """Return the two next commands."""
    return [line.strip() for line in output.partition("\nNext:\n")[2].partition("\n\n")[0].splitlines()]


# What is written


def test_the_live_account(repository: Path, server: DemoServer) -> None:
    done = run_here("init", cwd=repository, environment=server.environment)
    assert (done.status, done.stderr) == (0, "")
    assert written(repository) == {*PACK, GITHUB}
    assert "account 1234567890123456: nothing blocks today" in done.stdout
    assert "acctgate-demo" not in done.stdout + "".join((repository / file).read_text() for file in written(repository))
    check = run_here("check", cwd=repository, environment=server.environment)
    assert (check.status, check.stderr) == (0, "")
    server.account.practice["AccountSecurityPracticeUserInfo"]["RootWithAccessKey"] += 1
    assert run_here("check", cwd=repository, environment=server.environment).status == 1, "it may not get worse"


def test_a_live_account_with_a_denied_call(repository: Path, server: DemoServer) -> None:
    server.denied.add("GetSecurityPreference")
    done = run_here("init", cwd=repository, environment=server.environment)
    assert done.status == 3, "written, but who reads it must know that rules are not asked for"
    one_line(done.stderr, "rules unknown and only advisory: GetSecurityPreference failed", "--force")
    policy = (repository / "policies/policy.yaml").read_text()
    assert policy.count("grant ram:GetSecurityPreference to the caller") == 1, "one denied call is listed once"
    assert " ".join(done.stdout.split()).count("grant ram:GetSecurityPreference to the caller") == 1
    assert run_here("check", cwd=repository, environment=server.environment).status == 0


@pytest.mark.parametrize("preset", ["strict", "baseline"])
def test_the_target(repository: Path, preset: str) -> None:
    assert init("--extends", preset).exit_code == 0
    assert yaml.safe_load((repository / "policies/policy.yaml").read_text()) == {"version": 1, "extends": preset}


def test_the_pack_is_this_repositorys_own(repository: Path) -> None:
    init()
    pack = repository / "policies"
    assert (pack / "__main__.py").read_text().startswith((ROOT / "policies/__main__.py").read_text())
    ours: dict[str, Any] = yaml.safe_load((ROOT / "policies/PulumiPolicy.yaml").read_text())
    assert yaml.safe_load((pack / "PulumiPolicy.yaml").read_text()) == {**ours, "runtime": "python"}
    load_policy(pack / "policy.yaml")


@pytest.mark.parametrize(
    ("runtime", "virtualenv"),
    [
        ("python", None),
        ("yaml", "venv"),
        ("nodejs", "venv"),
        ("{name: go}", "venv"),
        ("{name: python}", None),
        ("{name: python, options: {virtualenv: venv}}", "../venv"),
        ("{name: python, options: {virtualenv: ../shared/venv}}", "../../shared/venv"),
        ("{name: python, options: {virtualenv: /opt/venv}}", "/opt/venv"),
        ("{name: python, options: {toolchain: uv}}", "../.venv"),
        ("{name: python, options: {toolchain: poetry}}", None),
    ],
)
@pytest.mark.parametrize("name", ["Pulumi.yaml", "Pulumi.yml"])
def test_the_virtual_environment_of_the_project(
    repository: Path, name: str, runtime: str, virtualenv: str | None
) -> None:
    (repository / name).write_text(f"name: x\nruntime: {runtime}\n", encoding="utf-8")
    assert init().exit_code == 0
    found = yaml.safe_load((repository / "policies/PulumiPolicy.yaml").read_text())["runtime"]
    assert found == ({"name": "python", "options": {"virtualenv": virtualenv}} if virtualenv else "python")
    here = "policies/venv" if virtualenv == "venv" else (virtualenv or "../.acctgate/venv").removeprefix("../")
    assert f"python: {here}/bin/python\n" in (repository / GITHUB).read_text()


def test_a_pulumi_project_is_previewed_and_any_other_repository_checked(repository: Path) -> None:
    assert commands(init().stdout)[0] == "acctgate check --snapshot ../good.json"
    assert "command: check\n" in (repository / GITHUB).read_text()
    (repository / "Pulumi.yaml").write_text("name: x\nruntime: yaml\n", encoding="utf-8")
    init("--force")
    assert "command: preview\n" in (repository / GITHUB).read_text()


@pytest.mark.parametrize("virtualenv", ["", ", options: {virtualenv: venv}"])
def test_a_pipeline_installs_what_the_program_needs(repository: Path, virtualenv: str) -> None:
    (repository / "Pulumi.yaml").write_text(f"name: x\nruntime: {{name: python{virtualenv}}}\n", encoding="utf-8")
    place = "venv" if virtualenv else ".acctgate/venv"
    arguments = [f"--pipeline={name}" for name in PIPELINES]
    assert init(*arguments).exit_code == 0
    assert not any("requirements.txt" in (repository / each.file).read_text() for each in PIPELINES.values())
    (repository / "requirements.txt").touch()
    init(*arguments, "--force")
    github, *others = ((repository / pipeline.file).read_text() for pipeline in PIPELINES.values())
    assert re.search(rf"python3 -m venv {place}\n +{place}/bin/pip install --quiet -r requirements.txt\n", github)
    for text in others:
        assert f". {place}/bin/activate\n" in text
        assert re.search(r"pip install --quiet '[^']+' -r requirements.txt\n", text)


def test_the_region(repository: Path) -> None:
    init("--region", "ap-southeast-1", *(f"--pipeline={name}" for name in PIPELINES))
    for pipeline in PIPELINES.values():
        text = (repository / pipeline.file).read_text()
        assert re.search(r'(region|ACCTGATE_REGION)( =|[:=]) ?["\']?ap-southeast-1\b', text)


# Which pipeline


@pytest.mark.parametrize(
    ("files", "remote", "expected"),
    [
        ([], None, [GITHUB]),
        ([".github/dependabot.yml"], "https://gitlab.com/a/b.git", [GITHUB]),
        ([".gitlab-ci.yml"], None, [".gitlab/acctgate.gitlab-ci.yml"]),
        ([".gitlab/CODEOWNERS"], None, [".gitlab-ci.yml"]),
        ([".github/x", ".gitlab-ci.yml"], None, [GITHUB, ".gitlab/acctgate.gitlab-ci.yml"]),
        ([".flow/other.yaml"], None, [".flow/acctgate.yaml"]),
        (["Jenkinsfile"], None, ["Jenkinsfile.acctgate"]),
        ([], "git@github.com:a/b.git", [GITHUB]),
        ([], "https://user:hunter2@gitlab.example.com/a/b.git", [".gitlab-ci.yml"]),
        ([], "ssh://git@gitlab.example.com:2222/a/b.git", [".gitlab-ci.yml"]),
        ([], "https://codeup.aliyun.com/a/github.git", [".flow/acctgate.yaml"]),
        ([], "git@codeup.aliyun.com:a/b.git", [".flow/acctgate.yaml"]),
        ([], "/srv/gitlab/b.git", [GITHUB]),
        ([], "https://example.com/a.git", [GITHUB]),
    ],
)
def test_it_is_what_the_repository_shows(
    repository: Path, files: list[str], remote: str | None, expected: list[str]
) -> None:
    for file in files:
        (repository / file).parent.mkdir(exist_ok=True)
        (repository / file).write_text("x: {}\n", encoding="utf-8")
    if remote:
        subprocess.run(["git", "remote", "add", "origin", remote], cwd=repository, check=True, timeout=60)
    result = init()
    assert written(repository) == {*PACK, *files, *expected}
    assert "hunter2" not in result.output
    assert all((repository / file).read_text() == "x: {}\n" for file in files)


def test_what_is_asked_for_wins_and_several_may_be(repository: Path) -> None:
    (repository / ".github").mkdir()
    init("--pipeline", "gitlab", "--pipeline", "flow", "--pipeline", "gitlab")
    assert written(repository) == {*PACK, ".gitlab-ci.yml", ".flow/acctgate.yaml"}


def test_a_folder_without_git(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    result = init(tmp_path / "plain")
    assert result.exit_code == 0
    assert written(tmp_path / "plain") == {*PACK, GITHUB}


def test_a_pipeline_of_gitlab_says_how_it_is_included(repository: Path) -> None:
    (repository / ".gitlab-ci.yml").write_text("x: {}\n", encoding="utf-8")
    output = " ".join(init().stdout.split())
    [include] = re.findall(r"`(include: .*?)` to \.gitlab-ci\.yml", output)
    assert yaml.safe_load(include) == {"include": {"local": ".gitlab/acctgate.gitlab-ci.yml"}}


# When it refuses: one line, exit status 2, and nothing written


@pytest.mark.parametrize("there", [*sorted(PACK), GITHUB])
def test_a_file_that_is_there_is_not_overwritten(repository: Path, there: str) -> None:
    (repository / there).parent.mkdir(parents=True)
    (repository / there).write_text("mine\n", encoding="utf-8")
    done = run_here("init", "--snapshot", "../good.json", cwd=repository)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, f"acctgate: {there}: already exists; use --force")
    assert written(repository) == {there}
    assert (repository / there).read_text() == "mine\n"
    assert init("--force").exit_code == 0
    assert written(repository) == {*PACK, GITHUB}
    assert (repository / there).read_text() != "mine\n"


def test_conflicts_are_found_before_the_account_is_read(repository: Path, server: DemoServer) -> None:
    (repository / GITHUB).parent.mkdir(parents=True)
    (repository / GITHUB).symlink_to("nowhere")
    done = run_here("init", cwd=repository, environment=server.environment)
    one_line(done.stderr, f"{GITHUB}: already exists")
    assert not server.calls


def test_a_second_run_may_overwrite_its_own(repository: Path) -> None:
    for name in PIPELINES:
        first, before = init("--pipeline", name, "--force"), written(repository)
        assert first.exit_code == 0
        assert init("--pipeline", name, "--force").exit_code == 0
        assert written(repository) == before, "GitLab's own file is known again"


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["--snapshot", "nowhere.json"], ["nowhere.json: no such file"]),
        (["--snapshot", "../two.ndjson"], ["several accounts", "fitted to one"]),
        (["--snapshot", "../good.json", "nowhere"], ["nowhere: no such directory"]),
        (["--snapshot", "../good.json", "--region", "x\ny"], ["invalid region"]),
        (["--snapshot", "../good.json", "--pipeline", "travis"], ["travis", "github"]),
        (["--snapshot", "../good.json", "--pack-dir", "../x"], ["--pack-dir ../x", "below"]),
        (["--snapshot", "../good.json", "--pack-dir", "a b"], ["--pack-dir a b", "invalid path"]),
        (["--snapshot", "../good.json", "--extends", "mine"], ["mine", "strict"]),
        (["--endpoint", "127.0.0.1:9"], ["no credentials for Alibaba Cloud"]),
        (["--snapshot", "../empty"], ["empty"]),
    ],
)
def test_wrong_use(repository: Path, arguments: list[str], parts: list[str]) -> None:
    (repository.parent / "two.ndjson").write_text('{"version": 1}\n{"version": 1}\n', encoding="utf-8")
    (repository.parent / "empty").touch()
    done = run_here("init", *arguments, cwd=repository)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, *parts)
    assert not written(repository)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("{", "invalid YAML"),
        ("name: x\nruntime: {name: python, options: {virtualenv: 'a; rm -rf b'}}\n", "virtualenv"),
        ("name: x\nruntime: {name: python, options: {virtualenv: [a]}}\n", "virtualenv"),
    ],
)
def test_a_pulumi_project_that_cannot_be_read(repository: Path, text: str, part: str) -> None:
    (repository / "Pulumi.yaml").write_text(text, encoding="utf-8")
    done = run_here("init", "--snapshot", "../good.json", cwd=repository)
    assert done.status == 2
    one_line(done.stderr, "Pulumi.yaml", part)
    assert written(repository) == {"Pulumi.yaml"}


def test_a_folder_where_nothing_can_be_written(repository: Path) -> None:
    (repository / "policies").write_text("a file\n", encoding="utf-8")
    done = run_here("init", "--snapshot", "../good.json", cwd=repository)
    assert done.status == 2
    one_line(done.stderr, "policies: not a directory, so policies/policy.yaml cannot be created")
    assert written(repository) == {"policies"}


def test_nothing_is_written_where_one_file_has_no_place(repository: Path) -> None:
    (repository / ".github").write_text("a file\n", encoding="utf-8")
    done = run_here("init", "--snapshot", "../good.json", "--pipeline", "github", cwd=repository)
    assert done.status == 2
    one_line(done.stderr, ".github: not a directory, so .github/workflows/acctgate.yml cannot be created")
    assert written(repository) == {".github"}


def test_a_policy_that_would_block_is_not_written(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "_holds", lambda *_: True)  # whatever the ratchet
    monkeypatch.setattr(fit, "_ratchet", lambda rule, want, actual: want)
    result = init(snapshot="../worse.json")
    assert result.exit_code == 1 and "would block: session-duration" in result.output
    assert not written(repository)


# What it tells


def test_what_to_tighten(repository: Path) -> None:
    output = init(snapshot="../worse.json").stdout
    assert output.startswith("Wrote policies/policy.yaml\n      policies/PulumiPolicy.yaml\n")
    assert "What to tighten until it is strict:\n\n  session-duration: {level: mandatory, max_hours: 12}\n" in output
    text = " ".join(output.split())
    assert (
        "a console session lasts 12 hours; strict requires at most 8 hours; until then today's value is the limit"
        in text
    )
    assert "Set LoginSessionDuration to fewer hours" in text


def test_nothing_to_tighten() -> None:
    assert "The policy is strict: account (unnamed) satisfies all its mandatory rules.\n" in init().stdout


def test_the_next_commands_work(repository: Path, server: DemoServer) -> None:
    output = run_here("init", cwd=repository, environment=server.environment).stdout
    check, add = commands(output)
    assert shlex.split(check)[:2] == ["acctgate", "check"]
    assert run_here(*shlex.split(check)[1:], cwd=repository, environment=server.environment).status == 0
    subprocess.run(shlex.split(add), cwd=repository, check=True, timeout=60)
    staged = subprocess.run(["git", "diff", "--cached", "--name-only"], cwd=repository, capture_output=True, check=True)
    assert set(staged.stdout.decode().split()) == written(repository)


def test_the_next_commands_of_another_folder(repository: Path) -> None:
    (repository.parent / "an other").mkdir()
    check, add = commands(init("../an other").stdout)
    assert check == "acctgate check --snapshot ../good.json --policy '../an other/policies/policy.yaml'"
    assert run_here(*shlex.split(check)[1:], cwd=repository).status == 0
    assert add.startswith("git -C '../an other' add policies/policy.yaml ")
    (repository / "Pulumi.yaml").write_text("name: x\nruntime: yaml\n", encoding="utf-8")
    os.chdir(repository.parent)
    with DemoServer() as demo:
        done = run_here("init", "repository", "--region", "cn-shanghai", environment=demo.environment)
    preview, _ = commands(done.stdout)
    assert "`cd repository && pulumi -C policies install`" in done.stdout, "a program that is not Python needs it"
    assert preview.startswith("cd repository && acctgate preview --region cn-shanghai")


def test_a_folder_below_the_root_of_the_repository(repository: Path) -> None:
    (repository / "infra/app").mkdir(parents=True)
    result = init("infra/app", *(f"--pipeline={name}" for name in PIPELINES))
    pack = {f"infra/app/{name}" for name in PACK}
    pipelines = {
        ".github/workflows/acctgate-infra-app.yml",
        ".gitlab/acctgate-infra-app.gitlab-ci.yml",
        ".flow/acctgate-infra-app.yaml",
        "Jenkinsfile.acctgate-infra-app",
    }
    assert written(repository) == pack | pipelines
    workflow = yaml.safe_load((repository / ".github/workflows/acctgate-infra-app.yml").read_text())
    assert workflow["defaults"]["run"]["working-directory"] == "infra/app"
    assert workflow[True]["pull_request"]["paths"] == ["infra/app/**", ".github/workflows/acctgate-infra-app.yml"]
    gate = next(step for step in workflow["jobs"]["gate"]["steps"] if "/acctgate@" in step.get("uses", ""))
    assert gate["with"]["working-directory"] == "infra/app"
    gitlab = yaml.safe_load((repository / ".gitlab/acctgate-infra-app.gitlab-ci.yml").read_text())
    assert [job["script"][0] for job in gitlab.values()] == ["cd infra/app"] * 2
    assert "include: {local: .gitlab/acctgate-infra-app.gitlab-ci.yml}" in result.stdout
    *_, add = commands(result.stdout)
    subprocess.run(shlex.split(add), cwd=repository, check=True, timeout=60)
    assert "  /infra/app/policies/ @ORGANIZATION/security\n" in result.stdout


def test_a_folder_below_is_set_up_from_itself(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "infra").mkdir()
    monkeypatch.chdir(repository / "infra")
    first = init(snapshot="../../good.json")
    check, add = commands(first.stdout)
    assert check == "acctgate check --snapshot ../../good.json"
    assert add.startswith("git -C .. add infra/policies/policy.yaml ")
    assert run_here(*shlex.split(check)[1:], cwd=repository / "infra").status == 0
    again = init(snapshot="../../good.json")
    assert again.exit_code == 0 and "Wrote" not in again.stdout and "Updated" not in again.stdout


def test_two_folders_of_one_repository(repository: Path) -> None:
    for folder in ("a", "b"):
        (repository / folder).mkdir()
        assert init(folder, "--pipeline=github", "--pipeline=gitlab").exit_code == 0
    assert len(list((repository / ".github/workflows").iterdir())) == 2
    names = [set(yaml.safe_load(path.read_text())) for path in (repository / ".gitlab").iterdir()]
    assert not names[0] & names[1], "GitLab merges jobs of one name"


def test_the_owners_are_suggested(repository: Path) -> None:
    lines = init().stdout.partition("Suggested for .github/CODEOWNERS")[2].splitlines()[1:]
    assert [line.split()[0] for line in lines] == ["/policies/", f"/{GITHUB}", "/.github/CODEOWNERS"]
    assert not (repository / ".github/CODEOWNERS").exists()


# Which stack


@pytest.mark.parametrize(
    ("files", "stack", "told"),
    [
        ([], "prod", "replace it if yours has another name"),
        (["Pulumi.dev.yaml"], "dev", "Pulumi.dev.yaml configures"),
        (["Pulumi.dev.yaml", "Pulumi.production.yaml"], "production", "Pulumi.production.yaml configures"),
        (["stacks/Pulumi.live.yaml"], "live", "stacks/Pulumi.live.yaml configures"),
    ],
)
def test_the_stack_is_found_and_named(repository: Path, files: list[str], stack: str, told: str) -> None:
    folder = "stacks" if any("/" in name for name in files) else "."
    (repository / "stacks").mkdir()
    (repository / "Pulumi.yaml").write_text(f"name: x\nruntime: nodejs\nstackConfigDir: {folder}\n", encoding="utf-8")
    for name in files:
        (repository / name).touch()
    output = " ".join(init().stdout.split())
    assert f"the pipeline previews the stack {stack}" in output and told in output
    assert f"stack: {stack}\n" in (repository / GITHUB).read_text()


# Terraform


def test_terraform_needs_no_pack(repository: Path) -> None:
    (repository / "main.tf").write_text('provider "alicloud" {}\n', encoding="utf-8")
    output = init("--pipeline=github").stdout
    assert written(repository) == {"main.tf", POLICY, GITHUB}
    assert "commit .terraform.lock.hcl: without the version of the provider" in " ".join(output.split())
    steps = yaml.safe_load((repository / GITHUB).read_text())["jobs"]["gate"]["steps"]
    assert {"terraform_wrapper": False} in [step.get("with") for step in steps]
    plan, gate = (
        next(step for step in steps if name in (step.get("name"), step.get("uses", "")[:16]))
        for name in ("Plan", "example/acctgate")
    )
    assert plan["run"].splitlines()[-1] == "terraform show -json tfplan > tfplan.json"
    assert gate["with"]["plan"].split() == ["tfplan.json"]


def test_a_project_below_is_not_previewed_and_the_summary_says_so(repository: Path) -> None:
    """A pipeline that judges the live account alone would pass each pull request to the project."""
    for name in ("infra", "node_modules/x"):
        (repository / name).mkdir(parents=True)
        (repository / name / "Pulumi.yaml").write_text("name: x\nruntime: yaml\n", encoding="utf-8")
    output = " ".join(init().stdout.split())
    step = "infra is a Pulumi project, which this pipeline does not preview: run `acctgate init infra`"
    assert step in output and "node_modules" not in output
    assert "is a Pulumi project" not in init("infra").stdout


def test_the_units_of_terragrunt_are_one_account(repository: Path) -> None:
    (repository / "terragrunt.hcl").write_text("", encoding="utf-8")
    output = " ".join(init("--pipeline=github").stdout.split())
    assert "the plans of all units together, as those of one account: " in output
    assert "add the step that installs it" in output


def test_several_root_modules_are_one_account_with_one_step_for_the_lock_files(repository: Path) -> None:
    for folder in (repository / "prod", repository / "test-1"):
        folder.mkdir()
        (folder / "main.tf").write_text('provider "alicloud" {}\n', encoding="utf-8")
    output = " ".join(init("--pipeline=github").stdout.split())
    assert "commit prod/.terraform.lock.hcl, test-1/.terraform.lock.hcl: without the version" in output
    assert "the plans of prod, test-1 together, as those of one account: " in output
    assert "by themselves, for example with `acctgate init prod`" in output


# A pack of the user's own


def test_another_folder_for_the_pack(repository: Path) -> None:
    (repository / "Pulumi.yaml").write_text("name: x\nruntime: nodejs\n", encoding="utf-8")
    (repository / "policies").mkdir()
    (repository / "policies/PulumiPolicy.yaml").write_text("runtime: nodejs\n", encoding="utf-8")
    done = run_here("init", "--snapshot", "../good.json", cwd=repository)
    one_line(done.stderr, "policies/PulumiPolicy.yaml: already exists; use --force", "--pack-dir")
    result = init("--pack-dir", "guard", "--pipeline=gitlab")
    pack = {name.replace("policies/", "guard/") for name in PACK}
    assert written(repository) == {"Pulumi.yaml", "policies/PulumiPolicy.yaml", ".gitlab-ci.yml", *pack}
    assert commands(result.stdout)[0] == "acctgate check --snapshot ../good.json --policy guard/policy.yaml"
    script = yaml.safe_load((repository / ".gitlab-ci.yml").read_text())["acctgate"]["script"]
    assert "acctgate preview --stack prod --policy guard/policy.yaml" in script[-1]
    assert "python3 -m venv guard/venv" in script
    assert not read_project(repository).has_pack, "acctgate preview leaves the other pack alone"
    again = init("--pipeline=gitlab")
    assert again.exit_code == 0 and "Wrote" not in again.stdout, "the folder is known again"


def test_the_pack_installs_what_the_user_installed(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    init()
    commit = "0123456789" * 4
    requirements = (repository / "policies/requirements.txt").read_text().splitlines()
    assert f"acctgate[pulumi] @ git+https://github.com/example/acctgate@{commit}" in requirements
    wheel = Installation(sha256="ab" * 32, path=Path("/srv/acctgate-0.1.0-py3-none-any.whl"))
    monkeypatch.setattr("acctgate.cli.init.find_installation", lambda: wheel)
    (repository / "Pulumi.yaml").write_text("name: x\nruntime: go\n", encoding="utf-8")
    output = init().stdout
    requirements = (repository / "policies/requirements.txt").read_text().splitlines()
    assert "./acctgate-0.1.0-py3-none-any.whl[pulumi]" in requirements, "pulumi install runs pip in the pack"
    assert f"commit {wheel.path} as policies/acctgate-0.1.0-py3-none-any.whl" in " ".join(output.split())
    monkeypatch.chdir(repository.parent)
    output = init("repository", snapshot="good.json").stdout
    assert "as repository/policies/acctgate-0.1.0-py3-none-any.whl" in " ".join(output.split()), "where it is read"


# Under the real engine


@pytest.mark.engine
@pytest.mark.parametrize("virtualenv", ["", ", options: {virtualenv: venv}"])
def test_a_pulumi_project_passes_its_first_preview(repository: Path, server: DemoServer, virtualenv: str) -> None:
    (repository / "Pulumi.yaml").write_text(f"name: x\nruntime: {{name: python{virtualenv}}}\n", encoding="utf-8")
    (repository / "venv").symlink_to(sys.prefix)
    shutil.copy(ROOT / "__main__.py", repository)
    environment = {**server.environment, "PATH": os.pathsep.join((str(ENGINE), os.environ["PATH"]))}
    preview, _ = commands(run_here("init", cwd=repository, environment=environment).stdout)
    assert shlex.split(preview)[:2] == ["acctgate", "preview"]
    done = run_here(*shlex.split(preview)[1:], "--format", "json", cwd=repository, environment=environment)
    assert (done.status, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "pass"
    server.account.practice["Score"] -= 1
    done = run_here("preview", "--format", "json", cwd=repository, environment=environment)
    assert done.status == 1, "the pack enforces the policy that was written"
