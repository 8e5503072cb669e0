"""The pipelines: this repository's own, those that `acctgate init` writes, those in the docs; the action, the hooks."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest
import yaml

from acctgate.cli import group
from acctgate.commands.init.pipelines import PIPELINES
from acctgate.commands.init.render import ACTIONS, UNRECORDED, install_step, render
from acctgate.commands.init.repository import Repository
from acctgate.commands.init.terraform import Module, Terraform
from acctgate.demo.faults import permission
from acctgate.installation import Installation
from tests.support import ROOT, one_line
from tests.support.accounts import READS
from tests.support.fitting import HOURS, changed, fitted

DOCS: Final = (ROOT / "docs/pipelines.md").read_text(encoding="utf-8")
LINTER: Final = ROOT / ".cache/actionlint/actionlint"
COMMAND: Final = "github.com/rhysd/actionlint/cmd/actionlint"
TERRAFORM: Final = Terraform("terraform", False, (Module(".", True),))
REPOSITORIES: Final = {
    "check": Repository(ROOT),
    "python": Repository(ROOT, "python"),
    "python-venv": Repository(ROOT, "python", "venv"),
    "nodejs": Repository(ROOT, "nodejs", stack="live", pack="guard"),
    "terraform": Repository(ROOT, terraform=TERRAFORM),
    "modules": Repository(ROOT, terraform=Terraform("tofu", False, (Module("app", True), Module("network", False)))),
    "terragrunt": Repository(ROOT, terraform=Terraform("tofu", True, ())),
    "below-nodejs": Repository(ROOT / "infra/app", "nodejs", prefix="infra/app", top=ROOT),
    "below-terraform": Repository(ROOT / "infra", terraform=TERRAFORM, prefix="infra", top=ROOT),
}
TEMPLATES: Final = [(name, kind) for name in PIPELINES for kind in REPOSITORIES]
OWN: Final = sorted((ROOT / ".github/workflows").glob("*.yml"))
# Whether tests build actionlint at the same time does not matter; whether they run it, neither.
pytestmark = pytest.mark.xdist_group("actionlint")


@pytest.fixture(scope="session")
def actionlint() -> str:
    """Find the real actionlint on PATH or from an earlier run, or build it from the Go module in tools/actionlint."""
    found = shutil.which("actionlint") or (str(LINTER) if LINTER.is_file() else None)
    if found:
        return found
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is neither actionlint nor Go to build it")
    LINTER.parent.mkdir(parents=True, exist_ok=True)
    draft = LINTER.with_name(f"draft-{os.getpid()}")
    built = subprocess.run(
        [go, "build", "-mod=readonly", "-trimpath", "-o", str(draft), COMMAND],
        cwd=ROOT / "tools/actionlint",
        env={**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local"},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
        check=False,
    )
    if built.returncode != 0:
        pytest.skip(f"actionlint cannot be built: {built.stderr.strip().splitlines()[-1]}")
    draft.replace(LINTER)
    return str(LINTER)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Create a repository that contains our action, so that actionlint knows the action's inputs."""
    (tmp_path / ".github/workflows").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    shutil.copy(ROOT / "action.yml", tmp_path)
    return tmp_path


def lint(actionlint: str, project: Path, *workflows: str) -> str:
    """Return actionlint's messages for workflows."""
    for number, workflow in enumerate(workflows):
        text = re.sub(r"uses: \w+/acctgate@\S+", "uses: ./", workflow)
        (project / f".github/workflows/{number}.yml").write_text(text, encoding="utf-8")
    done = subprocess.run(
        [actionlint, "-no-color"], cwd=project, capture_output=True, encoding="utf-8", timeout=120, check=False
    )
    return done.stdout + done.stderr


COMMIT: Final = "0123456789" * 4
ROLE: Final = "acs:ram::1500000000000001:role/acctgate"
GITHUB: Final = Installation("https://github.com/example/acctgate", COMMIT)
WHEEL: Final = Installation(sha256="ab" * 32, path=Path("/home/me/acctgate-0.1.0-py3-none-any.whl"))
INSTALLATIONS: Final = {
    "action": GITHUB,
    "git": Installation("https://git.example.com/acctgate.git", COMMIT),
    "archive": Installation("https://files.example.com/acctgate-0.1.0.tar.gz", sha256="cd" * 32),
    "wheel": WHEEL,
    "unrecorded": UNRECORDED,
}


def rendered(name: str, kind: str, installation: Installation = GITHUB) -> str:
    """Return a pipeline as `acctgate init` writes it."""
    return render(name, REPOSITORIES[kind], "cn-shanghai", (), installation)


def parsed(name: str, kind: str, installation: Installation = GITHUB) -> Any:
    """Return the pipeline as YAML. Of Jenkins, only the scripts: Groovy is no YAML."""
    text = rendered(name, kind, installation)
    if name == "jenkins":
        return [{"run": textwrap.dedent(script)} for script in re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)]
    return yaml.safe_load(text)


def commands(text: str) -> Iterator[list[str]]:
    """Return the words of each acctgate command in scripts, consoles, lists, loops and code spans."""
    beginning = r"(?:^ *(?:\$ |- (?:run: )?)?|; do |`)"
    for line in re.findall(rf"{beginning}(acctgate [a-z][^;|>`\n]*)", text, re.MULTILINE):
        yield shlex.split(line, comments=True)


def understood(words: list[str]) -> None:
    """Hold that the command line takes these words."""
    command: click.Command | None = group
    ctx: click.Context = click.Context(group, info_name="acctgate")
    rest = words[1:]
    while isinstance(command, click.Group):
        command, name, rest = command.get_command(ctx, rest[0]), rest[0], rest[1:]
        assert command is not None, words
        ctx = click.Context(command, info_name=name, parent=ctx)
    assert command is not None
    command.make_context(words[1], list(rest))


# actionlint


def test_actionlint_finds_what_is_wrong(actionlint: str, project: Path) -> None:
    """Else the tests below could not fail."""
    workflow = rendered("github", "check")
    assert "region" in lint(actionlint, project, workflow.replace("region:", "regoin:"))
    assert "permission" in lint(actionlint, project, workflow.replace("id-token: write", "id-tokens: write"))
    assert "undefined" in lint(actionlint, project, workflow.replace("vars.ALI", "nothing.ALI"))


def test_the_workflows_of_this_repository(actionlint: str) -> None:
    assert OWN
    done = subprocess.run(
        [actionlint, "-no-color", *map(str, OWN)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("source", INSTALLATIONS)
def test_the_workflows_that_init_writes(actionlint: str, project: Path, source: str) -> None:
    workflows = (rendered("github", kind, INSTALLATIONS[source]) for kind in REPOSITORIES)
    assert lint(actionlint, project, *workflows) == ""


def test_the_workflows_in_the_docs(actionlint: str, project: Path) -> None:
    blocks = [block for block in re.findall(r"```yaml\n(.*?)```", DOCS, re.DOTALL) if "runs-on:" in block]
    assert blocks
    assert lint(actionlint, project, *blocks) == ""


def test_the_action_itself(actionlint: str, project: Path) -> None:
    """Check the action's steps as those of a workflow with its inputs: actionlint reads only workflows."""
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    inputs = {name: {"type": "string", "description": known["description"]} for name, known in action["inputs"].items()}
    outputs = {name: known["value"] for name, known in action["outputs"].items()}
    job = {"runs-on": "ubuntu-latest", "outputs": outputs, "steps": action["runs"]["steps"]}
    workflow = {"on": {"workflow_call": {"inputs": inputs}}, "permissions": {}, "jobs": {"gate": job}}
    assert lint(actionlint, project, yaml.safe_dump(workflow, sort_keys=False)) == ""
    assert action["runs"]["using"] == "composite"


# What every pipeline does


@pytest.mark.parametrize("source", INSTALLATIONS)
@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_a_pipeline_runs_the_gate(name: str, kind: str, source: str) -> None:
    repository = REPOSITORIES[kind]
    text = rendered(name, kind, INSTALLATIONS[source])
    assert text.lstrip("#/").startswith(" Written by `acctgate init`: ")
    assert not re.search(r"@[{%#]|[%#]@", text)
    _, compare, *gate = commands(text)  # the head says that init wrote it
    assert compare[1:-1] == (["diff", "guard/policy.yaml", "--base"] if kind == "nodejs" else ["diff", "--base"])
    understood(compare)
    assert len(gate) == (name != "github" or source != "action")  # the action has the gate's command
    for words in gate:
        assert words[1] == ("preview" if repository.pulumi else "check")
        understood(words)
        plans = [words[number + 1] for number, word in enumerate(words) if word == "--plan"]
        assert tuple(plans) == (repository.terraform.plans if repository.terraform else ())


INSTALLED: Final = {
    "git": f"'acctgate[pulumi] @ git+https://git.example.com/acctgate.git@{COMMIT}'",
    "archive": f"'acctgate[pulumi] @ https://files.example.com/acctgate-0.1.0.tar.gz#sha256={'cd' * 32}'",
    "wheel": f'"acctgate[pulumi] @ file://$PWD/.acctgate/acctgate-0.1.0-py3-none-any.whl#sha256={"ab" * 32}"',
    "unrecorded": "'<acctgate @ git+URL@COMMIT>'",
}


@pytest.mark.parametrize("source", INSTALLED)
@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_a_pipeline_installs_what_the_user_installed(name: str, kind: str, source: str) -> None:
    text = "\n".join(scripts(parsed(name, kind, INSTALLATIONS[source])))
    found = re.findall(r"install --quiet (?:--root-user-action ignore )?(?!-r)(.*)", text)
    repository = REPOSITORIES[kind]
    # The pack, if there is one, needs the wheel, too.
    wanted = INSTALLED[source].replace(".acctgate/", f"{'.acctgate' if repository.terraform else repository.pack}/")
    without_extra = wanted.replace("[pulumi]", "")
    assert found == [without_extra, wanted if repository.pulumi else without_extra]


def test_a_workflow_uses_the_action_of_the_commit_that_the_user_installed() -> None:
    for kind in REPOSITORIES:
        text = rendered("github", kind)
        assert f"uses: example/acctgate@{COMMIT} # acctgate 0.1.0\n" in text
        assert f"'acctgate @ git+https://github.com/example/acctgate@{COMMIT}'" in text


def test_the_manual_step_of_each_installation() -> None:
    assert f"'acctgate @ git+https://git.example.com/acctgate.git@{COMMIT}'" in install_step(INSTALLATIONS["git"])
    assert install_step(WHEEL).startswith(f"commit {WHEEL.path} as .acctgate/acctgate-0.1.0-py3-none-any.whl: ")
    assert install_step(UNRECORDED).startswith("replace '<acctgate @ git+URL@COMMIT>': ")
    assert "/srv/acctgate, which only this machine has" in install_step(Installation(path=Path("/srv/acctgate")))


@pytest.mark.parametrize(
    "file", ["README.md", "README.zh-CN.md", "docs/pipelines.md", "action.yml", "tools/action/gate.sh"]
)
def test_nothing_installs_acctgate_by_its_name_alone(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"pip (install|wheel) [^\n]*\bacctgate(\[\w+\])?['\"]?(==\S*)?\s*$", text, re.MULTILINE)
    assert "acctgate/acctgate" not in text


@pytest.mark.parametrize(("name", "pulumi"), [(name, pulumi) for name in PIPELINES for pulumi in (False, True)])
def test_a_pipeline_names_the_account_and_the_stack(name: str, pulumi: bool) -> None:
    accounts = ("1500000000000001", "1600000000000002")
    with_stack = Repository(ROOT, "python" if pulumi else None, None, "live")
    one, two = (render(name, with_stack, "cn-shanghai", accounts[:number], GITHUB) for number in (1, 2))
    if name == "github":
        inputs = [yaml.safe_load(text)["jobs"]["gate"]["steps"] for text in (one, two)]
        given = [
            next(step["with"] for step in steps if "/acctgate@" in step["uses"]) for steps in map(_actions, inputs)
        ]
        assert [each["account"].split() for each in given] == [[accounts[0]], list(accounts)]
        assert [each.get("stack") for each in given] == ["live" if pulumi else None] * 2
    else:
        gate = list(commands(two))[-1]
        assert [gate[number + 1] for number, word in enumerate(gate) if word == "--account"] == list(accounts)
        assert ("--stack live" in one) == pulumi


def _actions(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [step for step in steps if "uses" in step]


@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_a_pipeline_stores_no_key(name: str, kind: str) -> None:
    text = rendered(name, kind)
    assert not re.search(r"(?i)access_?key|secrets\.|password", text)
    assert "OIDC" in text or "RAM role" in text


@pytest.mark.parametrize(("name", "kind"), TEMPLATES)
def test_the_shell_of_a_pipeline_can_be_read(name: str, kind: str) -> None:
    found = [script for each in INSTALLATIONS.values() for script in scripts(parsed(name, kind, each))]
    assert found
    subprocess.run([shutil.which("bash") or "sh", "-n", "-c", "\n".join(found)], check=True, timeout=60)


def scripts(node: Any) -> Iterator[str]:
    """Return what a shell runs."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "run" and isinstance(value, str):
                yield value
            elif key == "script":
                yield "\n".join(value)
            else:
                yield from scripts(value)
    elif isinstance(node, list):
        for value in node:
            yield from scripts(value)


def test_nothing_lets_a_gate_pass_that_has_not() -> None:
    for name, kind in TEMPLATES:
        text = "".join(rendered(name, kind, each) for each in INSTALLATIONS.values())
        assert not re.search(r"allow_failure|\|\| *true|set \+e|catchError|returnStatus", text)
        jobs = parsed(name, kind).get("jobs", {}) if name == "github" else {}
        steps = [step for job in jobs.values() for step in job["steps"]]
        lenient = [step["uses"] for step in steps if "continue-on-error" in step]
        assert lenient == ([ACTIONS["upload"].partition(" ")[0]] if name == "github" else [])


STUBS: Final = {
    **dict.fromkeys(("pip", "pulumi", "apk", "terraform", "tofu"), 'exit "$PREPARED"'),
    "terragrunt": 'mkdir -p .acctgate/plans && echo {} > .acctgate/plans/a.json; exit "$PREPARED"',
    "python3": 'mkdir -p "$3/bin" && : > "$3/bin/activate" && ln -sf "$STUBS/pip" "$3/bin/pip"',
    "acctgate": 'printf "%s\\n" "$*" >> "$STUBS/calls"; exit "$JUDGED"',
}
"""The commands of a job: what prepares it ends with one exit status, the gate with another."""
SHELLS: Final = {
    "github": ("bash", "-e"),
    "gitlab": ("bash", "-eo", "pipefail"),
    "flow": ("bash",),
    "jenkins": ("sh", "-xe"),
}


@pytest.mark.parametrize("kind", ["nodejs", "modules", "terragrunt", "below-terraform"])
@pytest.mark.parametrize("name", PIPELINES)
def test_a_job_ends_as_its_gate_does(name: str, kind: str, tmp_path: Path) -> None:
    for command, text in STUBS.items():
        (tmp_path / command).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / command).chmod(0o755)
    repository = REPOSITORIES[kind]
    every = scripts(parsed(name, kind, INSTALLATIONS["git"]))
    found = [script for script in every if "acctgate diff" not in script and "gh api" not in script]
    (folder := tmp_path / "repository" / repository.prefix).mkdir(parents=True)
    for module in repository.terraform.modules if repository.terraform else ():
        (folder / module.path).mkdir(exist_ok=True)
    start = tmp_path / "repository" if name in ("gitlab", "flow") else folder  # the others begin in the folder
    variables = {"STUBS": str(tmp_path), "RUNNER_TEMP": str(tmp_path / "runner"), "ACCTGATE_OIDC_TOKEN": "x"}
    for prepared, judged in ((0, 0), (0, 1), (0, 2), (0, 3), (7, 0)):
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "PREPARED": str(prepared), "JUDGED": str(judged)}
        (tmp_path / "calls").unlink(missing_ok=True)
        for script in found:
            shell = [*SHELLS[name], "-c", script]
            done = subprocess.run(
                shell, cwd=start, env=environment | variables, capture_output=True, timeout=60, check=False
            )
            if done.returncode:
                break
        assert done.returncode == (prepared or judged), done.stderr.decode()
        assert (tmp_path / "calls").exists() is (prepared == 0)


def test_actions_and_images_are_pinned() -> None:
    """A tag of an action can be moved by others. The docs show the same as init writes."""
    texts = [rendered(name, kind, each) for name, kind in TEMPLATES for each in INSTALLATIONS.values()]
    used = {line for text in (*texts, DOCS) for line in re.findall(r"uses: (.*)", text)} - {"OWNER/acctgate@COMMIT"}
    assert used == {*ACTIONS.values(), f"example/acctgate@{COMMIT} # acctgate 0.1.0"}
    assert all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each) for each in ACTIONS.values())
    images = {image for text in (*texts, DOCS) for image in re.findall(r"(?:image|  name): ([\w./-]+:\S*)", text)}
    assert len(images) == 4
    assert all(re.fullmatch(r"[\w./-]+:\d+\.\d+(\.\d+)?", image) for image in images), images


def test_actions_are_those_of_the_workflows_here() -> None:
    """Dependabot updates these."""
    here = "".join(path.read_text(encoding="utf-8") for path in OWN)
    for name in ("checkout", "setup_python", "pulumi"):
        assert f"uses: {ACTIONS[name]}\n" in here


def test_zizmor_finds_nothing(tmp_path: Path) -> None:
    zizmor = shutil.which("zizmor") or pytest.skip("zizmor is not installed")
    for kind in REPOSITORIES:
        for source in INSTALLATIONS:
            text = render("github", REPOSITORIES[kind], "x", ("1",), INSTALLATIONS[source], role=ROLE)
            (tmp_path / f"{kind}-{source}.yml").write_text(text, encoding="utf-8")
    found = subprocess.run(
        [zizmor, "--offline", "--quiet", "--no-config", *map(str, tmp_path.glob("*.yml"))],
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("source", ["action", "git"])
@pytest.mark.parametrize("name", PIPELINES)
def test_the_role_reaches_the_pipeline(name: str, source: str) -> None:
    repository, installation = REPOSITORIES["check"], INSTALLATIONS[source]
    text = render(name, repository, "cn-shanghai", (), installation, role=ROLE)
    form = {"gitlab": "ACCTGATE_ROLE_ARN: %s", "flow": "export ACCTGATE_ROLE_ARN=%s", "github": "ACCTGATE_ROLE_ARN: %s"}
    expected = "role-arn: %s" if (name, source) == ("github", "action") else form.get(name, "ACCTGATE_ROLE_ARN = '%s'")
    assert re.search(rf"^ +{re.escape(expected % ROLE)}$", text, re.MULTILINE)
    without = render(name, repository, "cn-shanghai", (), installation)
    assert [line for line in text.splitlines() if ROLE not in line] == without.splitlines()


@pytest.mark.parametrize("variables", [{}, {"ALIBABA_CLOUD_ROLE_ARN": ROLE, "ALIBABA_CLOUD_OIDC_PROVIDER_ARN": "p"}])
def test_an_empty_token_passes_nothing(tmp_path: Path, variables: dict[str, str]) -> None:
    """As in a merge request from a fork, whose project has no variables; a role of the runner does not count."""
    *_, script = scripts(parsed("gitlab", "check"))
    for name, text in {"pip": "exit 0", "acctgate": f'exec "{sys.executable}" -m acctgate "$@"'}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies/policy.yaml").write_text("version: 1\nextends: baseline\n")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ALIBABA_CLOUD_")}
    environment = {**inherited, "PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path), **variables}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={**environment, "ACCTGATE_OIDC_TOKEN": ""},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: no credentials for Alibaba Cloud: OIDC", "is empty" if variables else "is not set")


@pytest.mark.parametrize("name", ["jenkins", "flow"])
def test_a_workspace_that_stays(name: str) -> None:
    """Pip keeps an installed package of the same version, and a removed unit's plan stays where it was written."""
    for kind in REPOSITORIES:
        for script in scripts(parsed(name, kind)):
            installs = script.partition("pip install")[0]
            assert "pip uninstall -qq --yes acctgate" in installs
    *_, gate = scripts(parsed(name, "terragrunt"))
    assert "rm -rf .acctgate/plans\nterragrunt run --all " in gate


def test_jenkins_compares_each_policy() -> None:
    """`changeset` sees only what is new since the last build, and nothing in the first one of a change request."""
    for kind in REPOSITORIES:
        assert "changeset" not in rendered("jenkins", kind)


# GitHub


@pytest.mark.parametrize("name", ["1.10", "on", "0x1", "1e3"])
def test_names_that_yaml_reads_as_something_else(name: str) -> None:
    text = render("github", Repository(ROOT / name, "go", stack=name, prefix=name, top=ROOT), "x", (), GITHUB)
    workflow = yaml.safe_load(text)
    *_, gate = (step["with"] for step in workflow["jobs"]["gate"]["steps"] if "/acctgate@" in step.get("uses", ""))
    found = (gate["stack"], gate["working-directory"], workflow["defaults"]["run"]["working-directory"])
    assert found == (name,) * 3


@pytest.mark.parametrize("verdict", ["PASSED", None])
@pytest.mark.parametrize(("comments", "call"), [("12\n13\n", "PATCH x/comments/12"), ("", "POST x/7/comments")])
def test_the_comment_of_a_workflow_without_the_action(
    tmp_path: Path, comments: str, call: str, verdict: str | None
) -> None:
    """Another workflow's comment is not overwritten, though the same bot wrote it last.

    A run without a verdict does not leave the verdict on an earlier commit.
    """
    text = render("github", REPOSITORIES["check"], "x", (), INSTALLATIONS["git"], ".github/workflows/gate.yml")
    *_, script = scripts(yaml.safe_load(text))
    if verdict:
        (tmp_path / "acctgate.md").write_text(f"## acctgate: {verdict}\n", encoding="utf-8")
    (tmp_path / "comments").write_text(comments, encoding="utf-8")
    (gh := tmp_path / "gh").write_text('#!/bin/sh\necho "$*" >> calls\ncase "$*" in *--jq*) cat comments;; esac\n')
    gh.chmod(0o755)
    environment = {"GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "7", "COMMIT": "0ab1"}
    environment["PATH"] = f"{tmp_path}:{os.environ['PATH']}"
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=environment, check=True, timeout=60)
    mark = "<!-- acctgate:.github/workflows/gate.yml -->"
    head, *_, commit, _, last = (tmp_path / "acctgate.md").read_text(encoding="utf-8").splitlines()
    assert head == f"## acctgate: {verdict or '❓ no verdict'}"
    assert (commit, last) == ("Commit 0ab1", mark)
    search, write = (tmp_path / "calls").read_text().splitlines()
    assert f'contains("{mark}")' in search
    assert write == f"api --silent --method {call.replace('x/', 'repos/o/r/issues/')} --field body=@acctgate.md"


@pytest.mark.parametrize("kind", REPOSITORIES)
def test_github_grants_the_least(kind: str) -> None:
    workflow = parsed("github", kind)
    assert workflow["permissions"] == {}
    policy, job = workflow["jobs"].values()
    assert policy["permissions"] == {"contents": "read"}, "rule modules of a pull request run in it"
    assert policy["if"] == "github.event_name == 'pull_request'"
    assert job["permissions"] == {
        "contents": "read",
        "id-token": "write",
        "pull-requests": "write",
        "security-events": "write",
    }
    assert "if" not in job, "a job that is skipped counts as passed"
    checkout, *_, upload = job["steps"]
    assert checkout["with"] == {"persist-credentials": False}
    token = next(step["with"] for step in job["steps"] if step.get("uses", "").startswith("aliyun/configure-"))
    assert token["audience"] == "github-actions", "the client ID that the head of the file and the docs name"
    base = f"{prefix}/" if (prefix := REPOSITORIES[kind].prefix) else ""
    assert upload["if"].startswith("always()") and upload["with"]["sarif_file"] == f"{base}acctgate.sarif"


# GitLab


@pytest.mark.parametrize("pulumi", [False, True])
def test_gitlab(pulumi: bool) -> None:
    """The keys of a job, and their shapes, as GitLab's reference has them."""
    pipeline = parsed("gitlab", "python" if pulumi else "check")
    assert list(pipeline) == ["acctgate-policy", "acctgate"]
    assert set(pipeline["acctgate-policy"]) == {"image", "rules", "variables", "script"}
    job = pipeline["acctgate"]
    assert set(job) == {"image", "rules", "id_tokens", "variables", "script", "artifacts"}
    assert all(set(rule) == {"if"} for rule in job["rules"])
    assert job["id_tokens"] == {"ACCTGATE_OIDC_TOKEN": {"aud": "acctgate"}}
    assert all(isinstance(line, str) for line in job["script"])
    assert job["artifacts"]["when"] == "always"
    reports = job["artifacts"]["reports"]
    assert {f"junit={reports['junit']}", f"gitlab={reports['codequality']}"} <= set(job["script"][-1].split())
    assert job["variables"] == {"ACCTGATE_REGION": "cn-shanghai"}
    assert isinstance(job["image"], dict) == pulumi


# Flow


@pytest.mark.parametrize("pulumi", [False, True])
def test_flow(pulumi: bool) -> None:
    """The keys that Flow's documents name, ids of letters, digits and _, and placeholders that a person sees."""
    pipeline = parsed("flow", "python" if pulumi else "check")
    assert list(pipeline) == ["name", "sources", "stages"]
    [source] = pipeline["sources"].values()
    assert source["triggerEvents"] == ["mergeRequestOpenedOrUpdate"]
    assert set(source["certificate"]) == {"type", "serviceConnection"}
    [(stage_id, stage)] = pipeline["stages"].items()
    assert list(stage["jobs"]) == ["policy_job", "gate_job"]
    (_, policy), (job_id, job) = stage["jobs"].items()
    assert policy["runsOn"] == job["runsOn"]
    [(step_id, step)] = job["steps"].items()
    assert all(re.fullmatch(r"[a-z]\w{0,29}", name) for name in (*pipeline["sources"], stage_id, job_id, step_id))
    assert job["runsOn"] == {"group": "<private/ID of your build cluster>", "labels": "linux,amd64", "vm": True}
    assert step["step"] == "Command"
    assert step["with"]["run"].startswith("set -e\n")
    assert step["with"]["run"].splitlines()[-1] == f"acctgate {'preview --stack prod' if pulumi else 'check'}"


# The docs


def test_each_command_in_the_docs_is_understood() -> None:
    found = list(commands(DOCS))
    assert {words[1] for words in found} >= {"init", "check", "preview", "diff", "snapshot"}
    assert len(found) > 15
    for words in found:
        understood(words)


def test_the_docs_name_each_input_of_the_action() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    table = DOCS.partition("| input | is |\n")[2].partition("\n\n")[0]
    first = "".join(row.split("|")[1] for row in table.splitlines())
    assert set(re.findall(r"`([a-z-]+)`", first)) == set(action["inputs"])
    outputs = DOCS.partition("Its outputs are ")[2].partition(", the path")[0]
    assert set(action["outputs"]) <= set(re.findall(r"`([a-z-]+)`", outputs))


def test_the_yaml_in_the_docs_can_be_read() -> None:
    for block in re.findall(r"^( *)```(?:yaml|json)\n(.*?)```", DOCS, re.DOTALL | re.MULTILINE):
        assert yaml.safe_load(block[1]), block


def test_the_docs_of_the_ratchet_are_what_init_writes() -> None:
    block = DOCS.partition("extends: strict\nrules:\n")[2].partition("```")[0]
    assert block in fitted(changed((HOURS, 12))).text()


def test_the_links_of_the_docs_lead_somewhere() -> None:
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", DOCS):
        assert "://" in link or (ROOT / "docs" / link).exists(), link


def test_what_the_role_may_is_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f'"{permission(operation)}"' in readme for operation in READS)


# The hooks


def test_the_hooks() -> None:
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert set(hooks) == {"acctgate-policy", "acctgate-check"}
    assert all({"id", "name", "description", "entry", "language"} <= set(hook) for hook in hooks.values())
    assert all(hook["language"] == "python" for hook in hooks.values()), "pre-commit installs this repository"
    policies = re.compile(hooks["acctgate-policy"]["files"])
    assert all(policies.search(file) for file in ("policies/policy.yaml", "policy.yml", "a/b/policy.json"))
    assert not any(policies.search(file) for file in ("policies/PulumiPolicy.yaml", "policy.yaml.md", "mypolicy.yaml"))
    assert {use["id"] for use in yaml.safe_load(pre_commit_config())["repos"][0]["hooks"]} == set(hooks)
    understood([*shlex.split(hooks["acctgate-check"]["entry"]), "--snapshot", "prod.json"])


def pre_commit_config() -> str:
    """Return the .pre-commit-config.yaml in the docs."""
    [block] = re.findall(r"```yaml\n(repos:\n.*?)```", DOCS, re.DOTALL)
    return str(block)


def test_the_lint_hook_is_a_command() -> None:
    hook, _ = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    understood([*shlex.split(hook["entry"]), "policies/policy.yaml"])
