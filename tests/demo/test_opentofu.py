"""The example of docs/demo-account.md with real OpenTofu or Terraform: predicted, deployed and compared."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from acctgate.demo import DemoServer
from tests.conformance.tally import NOT_PREDICTIONS
from tests.support import ROOT

PAGE = ROOT / "docs/demo-account.md"
TOOL = shutil.which("tofu") or shutil.which("terraform")


def example() -> str:
    """Return the configuration in the page."""
    [block] = re.findall(r"```terraform\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return str(block)


@pytest.mark.engine
@pytest.mark.skipif(TOOL is None, reason="neither tofu nor terraform is on PATH")
@pytest.mark.skipif(
    not Path(os.environ.get("TF_CLI_CONFIG_FILE", "")).is_file(),
    reason="TF_CLI_CONFIG_FILE names no file that provides the alicloud provider, and tests download nothing",
)
def test_the_page_predicts_what_becomes(tmp_path: Path) -> None:
    (tls := tmp_path / "tls").mkdir()
    with DemoServer(tls=tls) as server:
        (tmp_path / "main.tf").write_text(example().replace("127.0.0.1:8080", server.endpoint), encoding="utf-8")
        environment = {**os.environ, **server.environment, "SSL_CERT_FILE": str(server.certificate)}

        def tofu(*arguments: str) -> subprocess.CompletedProcess[str]:
            assert TOOL is not None
            return subprocess.run(
                [TOOL, *arguments],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                check=False,
                timeout=240,
            )

        done = tofu("plan", "-input=false", "-out=plan")
        assert done.returncode == 0, done.stderr
        (tmp_path / "plan.json").write_text(tofu("show", "-json", "plan").stdout, encoding="utf-8")
        check = [sys.executable, "-m", "acctgate", "check", "--policy", "strict", "--format", "json"]
        before = subprocess.run(
            [*check, "--plan", "plan.json"], cwd=tmp_path, env=environment, capture_output=True, check=False
        )
        done = tofu("apply", "-input=false", "plan")
        assert done.returncode == 0, done.stderr
        after = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, check=False)
    login = server.account.preference["LoginProfilePreference"]
    assert (login["MFAOperationForLogin"], login["LoginSessionDuration"]) == ("mandatory", 8)

    def values(output: bytes) -> dict[str, object]:
        [account] = json.loads(output)["accounts"]
        found = [each for each in account["outcomes"] if each["setting"].startswith("SecurityPreference.")]
        return {each["rule"]: each["actual"] for each in found if each["rule"] not in NOT_PREDICTIONS}

    assert values(before.stdout) == values(after.stdout)


def test_the_recorded_session_predicts_what_becomes() -> None:
    """Each check of a plan and the check after its deploy have the same verdict."""
    [session] = [
        text
        for text in re.findall(r"```console\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
        if "tofu apply" in text and "PASSED" in text
    ]
    checks = re.findall(r"^\$ acctgate check [^\n]*policy\.yaml( --plan plan\.json)?\n(\w+)", session, re.MULTILINE)
    assert checks == [
        ("", "BLOCKED"),
        (" --plan plan.json", "PASSED"),
        ("", "PASSED"),
        (" --plan plan.json", "BLOCKED"),
        ("", "BLOCKED"),
    ]
    assert re.findall(r"^\$ echo \$\?\n(\d)", session, re.MULTILINE) == ["1", "0", "0", "1", "1"]
