"""Writing files: no input is overwritten, nothing is overwritten without being allowed, and no link is followed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from acctgate.writing import WriteError, open_output, replace_file, write_inside
from tests.support import HERE
from tests.support.accounts import GOOD
from tests.support.process import Done, run_here

STRICT = "version: 1\nextends: strict\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a snapshot and a policy."""
    monkeypatch.chdir(tmp_path)
    Path("live.json").write_text(json.dumps(GOOD))
    Path("policy.yaml").write_text(STRICT)
    Path("base.yaml").write_text("version: 1\nextends: policy.yaml\n")
    return tmp_path


def _name(kind: str, file: str) -> str:
    """Return another name of a file."""
    if kind == "hard link":
        os.link(file, "alias")
        return "alias"
    if kind == "symbolic link":
        Path("alias").symlink_to(file)
        return "alias"
    Path("below").mkdir()
    return {"same": file, "relative": f"below/../{file}", "absolute": str(Path(file).resolve())}[kind]


COMMANDS = {
    "check": ("check", "--snapshot", "live.json", "--policy", "policy.yaml", "--output"),
    "fix": ("fix", "--snapshot", "live.json", "--policy", "policy.yaml", "--force", "--output"),
    "diff": ("diff", "live.json", "live.json", "--policy", "policy.yaml", "--force", "--output"),
}


@pytest.mark.parametrize("kind", ["same", "relative", "absolute", "hard link", "symbolic link"])
@pytest.mark.parametrize("file", ["live.json", "policy.yaml"])
@pytest.mark.parametrize("command", COMMANDS)
def test_an_input_is_never_an_output(command: str, file: str, kind: str) -> None:
    before, output = Path(file).read_text(), _name(kind, file)
    done = run_here(*COMMANDS[command], output)
    assert done.status == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and f"{output}: is also an input ({file})" in done.stderr
    assert Path(file).read_text() == before


def test_formats_and_the_policy_that_is_extended_are_checked_too() -> None:
    done = run_here("check", "--snapshot", "live.json", "--policy", "policy.yaml", "--format", "json=live.json")
    assert done.status == 2 and "is also an input" in done.stderr
    shown = run_here("policy", "show", "policy.yaml", "--force", "--output", "policy.yaml")
    assert shown.status == 2 and "is also an input" in shown.stderr
    assert Path("policy.yaml").read_text() == STRICT


@pytest.mark.parametrize("output", ["policy.yaml", "company.py"])
@pytest.mark.parametrize("command", [*COMMANDS, "policy show"])
def test_no_file_of_the_policy_is_an_output(command: str, output: str) -> None:
    Path("company.py").write_text((HERE / "policies/modules/acme.py").read_text())
    Path("base.yaml").write_text("version: 1\nextends: policy.yaml\nrule_modules: [company.py]\n")
    before = Path(output).read_text()
    given = {**COMMANDS, "policy show": ("policy", "show", "policy.yaml", "--force", "--output")}[command]
    done = run_here(*("base.yaml" if word == "policy.yaml" else word for word in given), output)
    assert done.status == 2 and f"{output}: is also an input" in done.stderr
    assert Path(output).read_text() == before


def test_no_file_of_the_history_is_an_output() -> None:
    Path("history").mkdir()
    taken = json.dumps({**GOOD, "taken_at": "2026-11-22T10:00:00Z"})
    (file := Path("history/monday.json")).write_text(taken)
    done = run_here("check", "live.json", "--policy", "policy.yaml", "--history", "history", "--output", str(file))
    assert done.status == 2 and "history/monday.json: is also an input" in done.stderr
    assert file.read_text() == taken


def test_two_formats_have_two_files() -> None:
    done = run_here("check", "live.json", "--policy", "policy.yaml", "--format", "json=a", "--format", "html=./a")
    assert done.status == 2 and "a is the file of two formats" in done.stderr
    assert not Path("a").exists()
    devices = ("--format", "json=/dev/null", "--format", "html=/dev/null")
    assert run_here("check", "live.json", "--policy", "policy.yaml", *devices).status == 0


def _fix(*more: str) -> Done:
    return run_here("fix", "--snapshot", "live.json", "--policy", "policy.yaml", *more)


@pytest.mark.parametrize(
    "arguments",
    [
        ("fix", "--snapshot", "live.json", "--policy", "policy.yaml"),
        ("diff", "live.json", "live.json", "--policy", "policy.yaml"),
        ("policy", "show", "policy.yaml"),
    ],
)
def test_an_existing_file_needs_force(arguments: tuple[str, ...]) -> None:
    (program := Path("__main__.py")).write_text("import pulumi\n")
    done = run_here(*arguments, "--output", "__main__.py")
    assert done.status == 2 and done.stdout == ""
    assert done.stderr == "acctgate: __main__.py: already exists; use --force\n"
    assert program.read_text() == "import pulumi\n"
    assert run_here(*arguments, "--force", "--output", "__main__.py").status == 0
    assert program.read_text() != "import pulumi\n"


def test_an_empty_file_and_a_device_are_written_to() -> None:
    Path("empty").touch()
    assert _fix("--output", "empty").status == 0
    assert Path("empty").read_text()
    assert _fix("--output", os.devnull).status == 0


@pytest.mark.parametrize("target", ["missing", "empty"])
def test_a_planted_link_is_not_followed(target: str) -> None:
    Path("empty").touch()
    Path("link").symlink_to(target)
    assert _fix("--output", "link").status == 2
    assert not Path("missing").exists() and Path("empty").read_bytes() == b""


def test_a_report_may_overwrite_an_earlier_report() -> None:
    Path("report.json").write_text("{}")
    done = run_here(*COMMANDS["check"], "report.json", "--format", "json")
    assert done.status == 0 and json.loads(Path("report.json").read_text())["verdict"] == "pass"


@pytest.mark.parametrize("link", ["policies", "policies/policy.yaml"])
def test_init_stays_inside_its_directory(tmp_path: Path, link: str) -> None:
    (outside := tmp_path / "outside").mkdir()
    (path := tmp_path / "repository" / link).parent.mkdir(parents=True)
    path.symlink_to(outside if link == "policies" else outside / "policy.yaml")
    done = run_here("init", "--snapshot", "live.json", "--pipeline", "github", "--force", "repository")
    assert done.status == 2 and "a link leads out of repository" in done.stderr
    assert not list(outside.iterdir())


def test_a_draft_is_new_and_leaves_nothing_behind(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("before")
    for planted in (f"report.json.{os.getpid()}", "report.json.tmp", ".acctgate-report.json"):
        (tmp_path / planted).symlink_to(victim)
    replace_file(tmp_path / "report.json", "after")
    assert victim.read_text() == "before" and (tmp_path / "report.json").read_text() == "after"
    assert not [path for path in tmp_path.glob(".acctgate-*") if not path.is_symlink()]


def test_a_failed_replacement_keeps_the_file_and_its_mode(tmp_path: Path) -> None:
    (file := tmp_path / "report.json").write_text("before")
    file.chmod(0o600)
    replace_file(file, "after")
    assert file.stat().st_mode & 0o777 == 0o600
    (tmp_path / "taken").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "taken", "after")
    assert not list(tmp_path.glob(".acctgate-*"))


def test_reasons_are_one_line(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing" / "file"):
        with pytest.raises(WriteError) as caught:
            open_output(path, overwrite=True)
        assert str(caught.value).startswith(f"{path}: ") and "\n" not in str(caught.value)
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match=r"not a directory|file exists"):
        write_inside(tmp_path, "file/below", "text")
