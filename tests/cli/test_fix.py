"""`acctgate fix`: targets, files and wrong use."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result

from acctgate.cli import group
from acctgate.demo import DemoServer
from acctgate.fix.targets import TARGETS
from tests.support import one_line, run, seed, write_snapshots
from tests.support.accounts import GOOD
from tests.support.process import run_here
from tests.support.repairs import HOURS, MASKS, READERS, account, read_python, read_terraform


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Change to a working directory without a policy."""
    monkeypatch.chdir(tmp_path)


def _fix(*arguments: str | Path, stdin: bytes = b"") -> Result:
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    return CliRunner().invoke(group, ["fix", *map(str, arguments), *policy], input=stdin)


WEAK: Final = account(MFAOperationForLogin="independent").document


@pytest.mark.parametrize("target", TARGETS)
def test_the_target_is_printed(target: str, tmp_path: Path) -> None:
    result = _fix("--to", target, "--snapshot", write_snapshots(tmp_path / "s.json", WEAK))
    assert (result.exit_code, result.stderr) == (0, "")
    assert READERS[target](result.stdout) == {"MFAOperationForLogin": "adaptive", HOURS: 6, MASKS: "10.0.0.0/8"}


def test_python_is_the_default_and_the_policy_counts(tmp_path: Path) -> None:
    (policy := tmp_path / "p.yaml").write_text("version: 1\nrules: {session-duration: {max_hours: 2}}")
    result = _fix("--response", seed("002-security-preference.json"), "--policy", policy)
    assert result.exit_code == 0
    assert read_python(result.stdout)[HOURS] == 2


def test_it_goes_to_a_file(tmp_path: Path) -> None:
    source = write_snapshots(tmp_path / "s.json", WEAK)
    result = _fix("--snapshot", source, "--output", tmp_path / "__main__.py")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")
    assert read_python((tmp_path / "__main__.py").read_text())["MFAOperationForLogin"] == "adaptive"


def test_what_it_says_of_an_account_that_complies(tmp_path: Path) -> None:
    result = _fix("--snapshot", write_snapshots(tmp_path / "s.json", {**GOOD, "account_id": "1"}))
    assert (result.exit_code, result.stdout) == (0, "# Nothing needs repair: account 1, policy baseline\n")


def test_several_accounts_are_2_in_one_line(tmp_path: Path) -> None:
    done = run_here("fix", "--snapshot", write_snapshots(tmp_path / "s.json", WEAK, WEAK), "--policy", "baseline")
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: the input has several accounts, and fix takes one at a time")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--snapshot", "nowhere.json"), "nowhere.json: no such file"),
        (("--snapshot", "broken.json"), "broken.json:1: invalid JSON"),
        (("--response", "broken.json"), "broken.json"),
        (("--to", "chef"), "'chef' is not one of"),
        (("--policy", "nowhere.yaml"), "nowhere.yaml"),
        (("--snapshot", "good.json", "--output", "no/such/folder"), "no/such/folder: no such file or directory"),
        (("--endpoint", "example.com:80"), "example.com"),
    ],
)
def test_what_cannot_be_used_is_2_in_one_line(arguments: tuple[str, ...], message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{")
    write_snapshots(tmp_path / "good.json", WEAK)
    policy = () if "--policy" in arguments else ("--policy", "baseline")
    done = run_here("fix", *arguments, *policy)
    assert (done.status, done.stdout) == (2, "")
    one_line(done.stderr, "acctgate: ", message)


def test_the_live_account_is_read_where_no_file_is_given() -> None:
    with DemoServer() as demo:
        demo.account.preference["LoginProfilePreference"]["LoginSessionDuration"] = 24
        done = run("fix", "--to", "terraform", "--policy", "baseline", environment=demo.environment)
        assert demo.calls["SetSecurityPreference"] == 0
    assert (done.returncode, done.stderr) == (0, "")
    assert "account 1234567890123456" in done.stdout.splitlines()[0]
    assert read_terraform(done.stdout) == {HOURS: 12, MASKS: "10.0.0.0/8"}
