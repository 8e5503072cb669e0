"""The GitHub action: its shell scripts in a real bash, with the variables that the runner sets."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
import pytest
import yaml

from acctgate.cli import group
from tests.support import ROOT, seed
from tests.support.accounts import GOOD
from tests.support.fitting import LOGIN, MODE, changed

ACTION: Final[dict[str, Any]] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: Final[list[dict[str, Any]]] = ACTION["runs"]["steps"]
BASH: Final = shutil.which("bash") or ""
HOSTILE: Final = "$(touch pwned) `touch pwned` ; touch pwned \" ' --help"
# What stands for Python in these tests: it notes what is installed, and installs nothing.
PYTHON: Final = """#!/bin/sh
if [ "$1" = -P ]; then shift; fi
if [ "$1 $2" = "-m pip" ]; then printf '%s\\n' "$@" > "$RUNNER_TEMP/pip"; exit; fi
if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin" && cp "$0" "$3/bin/python"; exit; fi
exec "{python}" "$@"
"""
# What stands for GitHub's command line: it notes how it was called, and answers with comments.
GH: Final = """#!/bin/sh
printf '%s\\n' "$*" >> "$RUNNER_TEMP/gh"
case "$*" in *--paginate*) cat "$RUNNER_TEMP/comments" ;; *) exit "${GH_FAILS:-0}" ;; esac
"""
MARK: Final = "<!-- acctgate:0123456789abcdef -->"
pytestmark = pytest.mark.skipif(not BASH, reason="there is no bash")
Gate = Callable[..., tuple[subprocess.CompletedProcess[str], dict[str, str]]]


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """Return the runner's temporary folder, with its own commands on PATH, and a workspace beside it."""
    for folder in ("temp/bin", "workspace"):
        (tmp_path / folder).mkdir(parents=True)
    for name, text in {"python3": PYTHON.format(python=sys.executable), "gh": GH}.items():
        (script := tmp_path / "temp/bin" / name).write_text(text, encoding="utf-8")
        script.chmod(0o755)
    (tmp_path / "workspace/good.json").write_text(json.dumps(GOOD), encoding="utf-8")
    (tmp_path / "workspace/policies").mkdir()
    (tmp_path / "workspace/policies/policy.yaml").write_text("version: 1\nextends: baseline\n", encoding="utf-8")
    return tmp_path / "temp"


def step(runner: Path, number: int, variables: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as the runner does: its text in a bash, in the workspace."""
    environment = {
        **os.environ,
        "PATH": f"{runner / 'bin'}:{os.environ['PATH']}",
        "RUNNER_TEMP": str(runner),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_OUTPUT": str(runner / "output"),
        **variables,
    }
    return subprocess.run(
        [BASH, "--noprofile", "--norc", "-eo", "pipefail", "-c", STEPS[number]["run"]],
        cwd=runner.parent / "workspace",
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture
def gate(runner: Path) -> Gate:
    """Return a function that runs the first step with inputs, and returns its result and outputs."""

    def call(**inputs: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        given = {name: str(known.get("default", "")) for name, known in ACTION["inputs"].items()}
        given |= {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() == ACTION["inputs"].keys()
        variables = {
            name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
            for name, value in STEPS[0]["env"].items()
        }
        (runner / "output").write_text("", encoding="utf-8")
        done = step(runner, 0, variables)
        lines = (runner / "output").read_text(encoding="utf-8").splitlines()
        return done, dict(line.partition("=")[::2] for line in lines)

    return call


def report(outputs: dict[str, str]) -> Any:
    """Return the report that the action hands over."""
    return json.loads(Path(outputs["report"]).read_text(encoding="utf-8"))


# The action file


def test_inputs_reach_the_script_by_the_environment_alone() -> None:
    for each in STEPS:
        assert "${{" not in each["run"]
        assert each["shell"] == "bash"
    used = {value for each in STEPS for value in each["env"].values()} | {STEPS[0]["working-directory"], STEPS[1]["if"]}
    for name in ACTION["inputs"]:
        assert any(f"inputs.{name} " in value for value in used), name
    script = (ROOT / "tools/action/gate.sh").read_text(encoding="utf-8")
    for variable in STEPS[0]["env"]:
        assert f"{variable}" in script, variable


def test_the_scripts_can_be_run() -> None:
    for each in STEPS:
        path = ROOT / each["run"].strip('"').removeprefix("$GITHUB_ACTION_PATH/")
        assert os.access(path, os.X_OK)
        subprocess.run([BASH, "-n", path], check=True, timeout=60)


def test_each_option_of_the_script_exists() -> None:
    script = (ROOT / "tools/action/gate.sh").read_text(encoding="utf-8")
    named = set(re.findall(r"^options? ([a-z-]+) ", script, re.MULTILINE))
    known: set[str] = set()
    for name in ("check", "preview"):
        command = group.get_command(click.Context(group), name)
        assert command is not None
        known |= {option.removeprefix("--") for parameter in command.params for option in parameter.opts}
    assert named <= known


# The gate


@pytest.mark.parametrize(
    ("document", "status", "verdict"),
    [
        (GOOD, 0, "pass"),
        (changed((MODE, "independent")), 1, "fail"),
        ({"version": 1}, 3, "unknown"),
    ],
)
def test_the_verdict(runner: Path, gate: Gate, document: Any, status: int, verdict: str) -> None:
    (runner.parent / "workspace/account.json").write_text(json.dumps(document), encoding="utf-8")
    done, outputs = gate(snapshot="account.json", sarif_file="acctgate.sarif", formats="junit=a.xml\r\ncsv=b.csv\n")
    assert done.returncode == status
    assert (outputs["verdict"], outputs["exit-status"]) == (verdict, str(status))
    assert report(outputs)["verdict"] == verdict
    assert done.stdout.splitlines()[-1].startswith("::notice title=acctgate::"), "annotations come after the text"
    assert ("::error file=" in done.stdout) == (status != 0)
    assert Path(outputs["comment"]).read_text(encoding="utf-8").startswith("## acctgate: ")
    assert json.loads((runner.parent / "workspace/acctgate.sarif").read_text())["version"] == "2.1.0"
    assert (runner.parent / "workspace/a.xml").is_file() and (runner.parent / "workspace/b.csv").is_file()


def test_several_plans(runner: Path, gate: Gate) -> None:
    workspace = runner.parent / "workspace"
    (workspace / "account.json").write_text(json.dumps(GOOD), encoding="utf-8")
    plan = json.dumps({"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": []})
    for name in ("a.json", "b.json"):
        (workspace / name).write_text(plan, encoding="utf-8")
    assert gate(snapshot="account.json", plan="a.json\nb.json\n")[0].returncode == 0
    done, _ = gate(snapshot="account.json", plan="a.json\nmissing.json\n")
    assert done.returncode == 2 and "missing.json: no such file" in done.stdout


def test_no_text_becomes_a_command_of_the_runner(runner: Path, gate: Gate) -> None:
    """The runner looks for commands in each line, wherever it begins, unless it was told to stop."""
    hostile = changed(((*LOGIN, "LoginNetworkMasks"), "::error::x;\n::add-mask::y\n"), (MODE, "::warning::z"))
    (runner.parent / "workspace/account.json").write_text(json.dumps(hostile), encoding="utf-8")
    lines = gate(snapshot="account.json")[0].stdout.splitlines()
    first, token = lines[0].rsplit("::", 1)
    assert first == "::stop-commands" and re.fullmatch("[0-9a-f]{32}", token)
    after = lines[lines.index(f"::{token}::") + 1 :]
    assert after and all(re.match("::(error|warning) file=|::notice title=", line) for line in after)
    assert gate(snapshot="account.json")[0].stdout.splitlines()[0] != lines[0], "nobody can guess it"


def test_several_answers(gate: Gate) -> None:
    answers = [str(seed("000-security-practice.json")), str(seed("002-security-preference.json"))]
    done, outputs = gate(response="\n".join(answers), policy=str(ROOT / "policies/policy.yaml"))
    assert (done.returncode, outputs["verdict"]) == (1, "fail")
    (account,) = report(outputs)["accounts"]
    unknown = {outcome["rule"] for outcome in account["outcomes"] if outcome["outcome"] == "unknown"}
    newer = {"passkey-login", "manage-service-credentials", "idle-users", "idle-access-keys"}
    passwords = {f"password-{name}" for name in ("length", "characters", "reuse", "age", "attempts")}
    packs = {"compliance-report", "compliance-rules"}
    assert unknown == packs | newer | passwords, "both were read: other answers and the newer fields are missing"


def test_a_baseline(gate: Gate, runner: Path) -> None:
    workspace = runner.parent / "workspace"
    document = {**changed((MODE, "independent")), "account_id": "1234567890123456"}
    (workspace / "account.json").write_text(json.dumps(document), encoding="utf-8")
    _, before = gate(snapshot="account.json")
    shutil.copy(before["report"], workspace / "before.json")
    done, outputs = gate(snapshot="account.json", baseline="before.json")
    assert (done.returncode, outputs["verdict"]) == (0, "pass")
    assert before["report"] != outputs["report"], "two runs in one job have reports of their own"


@pytest.mark.parametrize(
    ("inputs", "part"),
    [
        ({"snapshot": "nowhere.json"}, "acctgate: nowhere.json: no such file"),
        ({"snapshot": "good.json", "policy": "nowhere.yaml"}, "acctgate: nowhere.yaml: no such file"),
        ({"snapshot": "good.json", "formats": "pdf=x"}, "--format pdf"),
        ({"snapshot": "good.json", "command": "preview"}, "--snapshot"),
        ({"command": "rules"}, "::error title=acctgate::invalid input command; use check or preview"),
        ({"command": ""}, "::error title=acctgate::invalid input command; use check or preview"),
    ],
)
def test_wrong_use_is_2(gate: Gate, inputs: dict[str, str], part: str) -> None:
    done, outputs = gate(**inputs)
    assert done.returncode == 2
    assert part in done.stdout + done.stderr
    assert outputs.get("verdict") in ("error", None)
    assert "report" not in outputs
    if outputs:  # the comment on an earlier commit may say that the account passes
        text = Path(outputs["comment"]).read_text(encoding="utf-8")
        assert text.startswith("## acctgate: ❓ no verdict\n\nThis run ended with exit status 2.")


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"ALIBABA_CLOUD_ACCESS_KEY_ID": "", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": ""},
        {"ALIBABA_CLOUD_OIDC_TOKEN_FILE": "no-such-token", "ALIBABA_CLOUD_ROLE_ARN": ""},
    ],
)
def test_without_credentials_nothing_passes(
    gate: Gate, runner: Path, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    """As in a pull request from a fork, which gets neither secrets nor a token."""
    for name in [name for name in os.environ if name.startswith("ALIBABA_CLOUD_")]:
        monkeypatch.delenv(name)
    given = {"HOME": str(runner), "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true", **variables}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    done, outputs = gate()
    assert (done.returncode, outputs["verdict"], outputs["exit-status"]) == (2, "error", "2")
    assert "report" not in outputs
    assert "acctgate: no credentials for Alibaba Cloud: " in done.stdout


@pytest.mark.parametrize("name", sorted(set(ACTION["inputs"]) - {"comment", "working-directory", "python"}))
def test_no_input_becomes_a_command_or_an_option(gate: Gate, runner: Path, name: str) -> None:
    gate(**{"snapshot": "good.json", name.replace("-", "_"): HOSTILE})
    assert not (runner.parent / "workspace/pwned").exists()


# What is installed


@pytest.mark.parametrize(("command", "status", "extra"), [("check", 0, ""), ("preview", 2, "[pulumi]")])
@pytest.mark.parametrize("python", ["", "python3"])
def test_what_is_installed_and_where(
    gate: Gate, runner: Path, command: str, status: int, extra: str, python: str
) -> None:
    done, _ = gate(command=command, snapshot="good.json", python=python)
    assert done.returncode == status, done.stderr
    assert (runner / "pip").read_text().splitlines()[-1] == f"{ROOT}{extra}", "this commit, by no name"
    assert (runner / "acctgate/bin/python").exists() == (not python), "an environment of its own"


# The comment


def comment(runner: Path, comments: str, **variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    """Run the second step on a pull request that has our comments with these ids."""
    (runner / "comments").write_text(comments, encoding="utf-8")
    (runner.parent / "workspace/comment.md").write_text(f"## acctgate: PASSED\n\n{MARK}\n", encoding="utf-8")
    names = {"GITHUB_REPOSITORY": "o/r", "PULL_REQUEST": "7", "COMMENT": "comment.md", "COMMIT": "0ab1"}
    done = step(runner, 1, {**names, "GH_TOKEN": "t0ken", **variables})
    return done, (runner / "gh").read_text(encoding="utf-8").splitlines()[1:]


@pytest.mark.parametrize(
    ("comments", "call"),
    [
        ("", "api --silent --method POST repos/o/r/issues/7/comments --field body=@comment.md"),
        ("12\n", "api --silent --method PATCH repos/o/r/issues/comments/12 --field body=@comment.md"),
        ("12\n13\n", "api --silent --method PATCH repos/o/r/issues/comments/12 --field body=@comment.md"),
    ],
)
def test_one_comment_that_is_edited(runner: Path, comments: str, call: str) -> None:
    done, calls = comment(runner, comments)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert calls == [call]
    assert f'(.body | contains("{MARK}"))' in (runner / "gh").read_text(encoding="utf-8"), "found by its mark"
    lines = (runner.parent / "workspace/comment.md").read_text(encoding="utf-8").splitlines()
    assert lines[-3:] == ["Commit 0ab1", "", MARK]


def test_without_the_right_to_comment_the_verdict_is_the_same(runner: Path) -> None:
    done, _ = comment(runner, "", GH_FAILS="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("::warning title=acctgate::cannot comment on the pull request")


def test_each_job_has_a_comment_of_its_own(gate: Gate, runner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two workflows, jobs, folders or stacks in one repository would overwrite each other's comment."""

    def mark(job: str = "gate", workflow: str = "a.yml", ref: str = "refs/pull/7/merge", **inputs: str) -> str:
        monkeypatch.setenv("GITHUB_WORKFLOW_REF", f"o/r/.github/workflows/{workflow}@{ref}")
        monkeypatch.setenv("GITHUB_JOB", job)
        monkeypatch.setenv("GITHUB_WORKSPACE", str(runner.parent))
        text = Path(gate(snapshot="good.json", **inputs)[1]["comment"]).read_text(encoding="utf-8")
        assert text.startswith("## acctgate: ")
        return text.splitlines()[-1]

    marks = [mark(), mark(job="other"), mark(workflow="b.yml"), mark(policy="strict")]
    assert len(set(marks)) == 4
    assert all(re.fullmatch(r"<!-- acctgate:[0-9a-f]{16} -->", each) for each in marks)
    assert mark(ref="refs/pull/8/merge") == marks[0]
