"""Shell completion: click's own, with values where the types do not say them; in a real bash, and fast."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import click
import pytest

from acctgate.cli import group
from acctgate.fix.targets import TARGETS
from acctgate.reference import schemas
from acctgate.render import BINARY, FORMATS
from acctgate.rules import RULES
from acctgate.sources.operations import BY_NAME
from tests.support.process import run_here

BIN: Final = Path(sys.executable).parent
RULE_IDS: Final = [rule.id for rule in RULES]
COMMANDS: Final = group.list_commands(click.Context(group))


def _ask(shell: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Return what acctgate answers a shell that completes the last word."""
    variables = {"COMP_WORDS": "\n".join(words), "COMP_CWORD": str(len(words) - 1)}
    if shell == "fish":
        variables["COMP_CWORD"] = words[-1]
    return subprocess.run(
        [sys.executable, "-m", "acctgate"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "_ACCTGATE_COMPLETE": f"{shell}_complete", **variables},
    )


def completed(*words: str) -> list[str]:
    """Return the values for the last word, or "file" if the shell completes file names."""
    done = _ask("bash", "acctgate", *words)
    assert (done.returncode, done.stderr) == (0, "")
    pairs = [line.partition(",") for line in done.stdout.splitlines() if line]
    return ["file" if kind == "file" else value for kind, _, value in pairs]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        (("",), COMMANDS),
        (("ex",), ["explain"]),
        (("explain", ""), RULE_IDS),
        (("explain", "root-"), ["root-access-keys", "root-mfa"]),
        (("waive", "root-m"), ["root-mfa"]),
        (("schema", ""), list(schemas.NAMES)),
        (("check", "--format", ""), [*FORMATS, *BINARY]),
        (("preview", "--format", "j"), ["json", "junit"]),
        (("fix", "--to", ""), list(TARGETS)),
        (("diff", "--format", "m"), ["markdown"]),
        (("demo-account", "--deny", ""), list(BY_NAME)),
        (("demo-account", "--throttle", "ListC"), ["ListCompliancePacks"]),
        (("check", "--fail-on", "h"), ["high"]),
        (("check", "--pol"), ["--policy"]),
        (("doctor", "--format", ""), ["text", "json"]),
        (("explain", "zz"), []),
    ],
    ids=" ".join,
)
def test_values(words: tuple[str, ...], values: list[str]) -> None:
    assert completed(*words) == values


@pytest.mark.parametrize(
    "words",
    [
        ("check", "--snapshot", ""),
        ("check", "--response", ""),
        ("check", "--policy", ""),
        ("check", "--plan", ""),
        ("check", "--baseline", ""),
        ("check", "--output", "x"),
        ("fix", "--snapshot", ""),
        ("snapshot", "--output", ""),
        ("diff", ""),
        ("diff", "main.yaml", ""),
        ("diff", "--snapshot", ""),
        ("doctor", "--policy", ""),
        ("init", ""),
    ],
    ids=" ".join,
)
def test_elsewhere_files(words: tuple[str, ...]) -> None:
    assert completed(*words) == ["file"]


def test_shells_that_show_help_get_the_titles() -> None:
    for shell, separator in (("zsh", "\n"), ("fish", "\t")):
        done = _ask(shell, "acctgate", "explain", "root-m")
        assert done.returncode == 0
        title = next(rule.title for rule in RULES if rule.id == "root-mfa")
        assert f"root-mfa{separator}{title}" in done.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str, tmp_path: Path) -> None:
    environment = {**os.environ, "_ACCTGATE_COMPLETE": f"{shell}_source"}
    done = subprocess.run(
        [sys.executable, "-m", "acctgate"], capture_output=True, text=True, check=False, env=environment
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert f"_ACCTGATE_COMPLETE={shell}_complete" in done.stdout and " acctgate" in done.stdout
    if program := shutil.which(shell):
        script = tmp_path / "script"
        script.write_text(done.stdout)
        assert subprocess.run([program, "-n", str(script)], check=False).returncode == 0


@pytest.mark.parametrize("instruction", ["tcsh_source", "bash_nonsense"])
def test_what_is_no_instruction_is_refused(instruction: str) -> None:
    environment = {**os.environ, "_ACCTGATE_COMPLETE": instruction}
    done = subprocess.run([sys.executable, "-m", "acctgate"], capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stdout) == (2, b"")


def _in_bash(line: str, cwd: Path) -> list[str]:
    """Return what a real bash offers when Tab is pressed after this line."""
    words = line.split(" ")
    program = f"""
        eval "$(_ACCTGATE_COMPLETE=bash_source acctgate)"
        compopt() {{ local IFS=" "; echo "compopt $*"; }}  # which works in a completion only
        [[ $(complete -p acctgate) == *"-F _acctgate_completion acctgate" ]] || exit 9
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)}); COMP_CWORD={len(words) - 1}
        _acctgate_completion acctgate
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", program], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("acctgate expl", ["explain"]),
        ("acctgate explain user-m", ["user-mfa"]),
        ("acctgate fix --to pulumi-", ["pulumi-python", "pulumi-typescript", "pulumi-yaml"]),
        ("acctgate check --format s", ["sarif"]),
        ("acctgate check --snapshot ", ["compopt -o default", ""]),
        ("acctgate explain zz", [""]),
    ],
)
def test_in_a_real_bash(line: str, offered: list[str], tmp_path: Path) -> None:
    assert _in_bash(line, tmp_path) == offered


@pytest.mark.parametrize(
    "words", [("",), ("explain", ""), ("schema", ""), ("check", "--format", ""), ("fix", "--to", ""), ("diff", "")]
)
def test_completing_loads_nothing_heavy(words: tuple[str, ...]) -> None:
    program = (
        "import atexit, sys\n"
        "heavy = {'pulumi', 'alibabacloud_credentials', 'rich', 'asyncio', 'http.server'}\n"
        "atexit.register(lambda: print(*heavy & set(sys.modules), file=sys.stderr))\n"
        "from acctgate.cli import main\n"
        "main()\n"
    )
    variables = {"COMP_WORDS": "\n".join(("acctgate", *words)), "COMP_CWORD": str(len(words))}
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "_ACCTGATE_COMPLETE": "bash_complete", **variables},
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")
    assert done.stdout.strip()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_command_prints_the_script_of_a_shell(shell: str) -> None:
    done = run_here("completion", shell)
    asked = subprocess.run(
        [sys.executable, "-m", "acctgate"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "_ACCTGATE_COMPLETE": f"{shell}_source"},
    )
    assert (done.status, done.stderr) == (0, "")
    assert f"_ACCTGATE_COMPLETE={shell}_complete" in done.stdout
    assert done.stdout.strip() == asked.stdout.strip().replace("python -m acctgate", "acctgate")


def test_another_shell_is_refused() -> None:
    assert run_here("completion", "tcsh").status == 2
