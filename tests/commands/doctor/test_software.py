"""What doctor reports of the engine and the policy."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from acctgate.commands.doctor.engine import OLDEST
from acctgate.demo import DemoServer
from tests.support import ROOT
from tests.support.doctor import (
    Findings,
    examined,
    script,
    statuses,
)
from tests.support.process import run_here

# Engine and policy


def _engine(path: Path | str, tmp_path: Path, server: DemoServer) -> Findings:
    return examined(server, cwd=tmp_path, environment={"PATH": str(path), "HOME": str(tmp_path)})


def test_no_engine(server: DemoServer, tmp_path: Path) -> None:
    assert statuses(_engine(tmp_path, tmp_path, server))["engine"] == "warning", "without a project nothing needs it"
    (tmp_path / "Pulumi.yaml").write_text("name: x\nruntime: python\n")
    findings = _engine(tmp_path, tmp_path, server)
    assert statuses(findings) == {"engine": "failed", "language host": "skipped"}
    assert "https://www.pulumi.com/docs/install/" in (findings["engine"].remedy or "")


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("echo v3.199.9", "is v3.199.9; acctgate preview needs v3.200.0 or newer"),
        ("echo hello", "prints no version: hello"),
        ("true", "prints no version: nothing"),
        ("exit 3", "cannot run"),
        ("printf '\\377\\033[31mv3.259.0'", ""),
    ],
)
def test_an_engine_that_is_none(server: DemoServer, tmp_path: Path, line: str, detail: str) -> None:
    engine = script(tmp_path / "bin/pulumi", line)
    findings = _engine(engine.parent, tmp_path, server)
    assert statuses(findings) == ({"engine": "failed"} if detail else {})
    assert detail in findings["engine"].detail and str(engine) in findings["engine"].detail


def test_the_engine_does_not_look_for_updates(server: DemoServer, tmp_path: Path) -> None:
    engine = script(tmp_path / "bin/pulumi", 'echo "v3.259.0 ${PULUMI_SKIP_UPDATE_CHECK-unset} $*"')
    assert _engine(engine.parent, tmp_path, server)["engine"].detail.endswith("v3.259.0 true version")


def test_a_language_host_needs_its_scripts(server: DemoServer, pulumi: Path, tmp_path: Path) -> None:
    assert "has its own" in _engine(pulumi.parent, tmp_path, server)["language host"].detail
    script(pulumi.with_name("pulumi-language-python"), "true")
    findings = _engine(pulumi.parent, tmp_path, server)
    assert statuses(findings) == {"language host": "failed"}
    for name in ("pulumi-resource-pulumi-python", "pulumi-analyzer-policy-python"):
        script(pulumi.with_name(name), "true")
    assert _engine(pulumi.parent, tmp_path, server)["language host"].detail == "beside the engine"


@pytest.mark.engine
def test_the_real_engine(server: DemoServer) -> None:
    findings = examined(server, cwd=ROOT, status=0)
    assert (findings["engine"].status, findings["language host"].status) == ("ok", "ok")


def test_the_oldest_engine_is_that_of_the_setup() -> None:
    assert runpy.run_path(str(ROOT / "tools/engine.py"))["OLDEST"] == OLDEST


def test_the_policy_here_is_counted(server: DemoServer, tmp_path: Path) -> None:
    policy = tmp_path / "policies/policy.yaml"
    policy.parent.mkdir()
    policy.write_text("version: 1\nrules:\n  root-mfa:\n  security-score: {level: advisory, minimum: 60}\n")
    findings = examined(server, cwd=tmp_path)
    assert findings["policy"].detail == f"{policy.relative_to(tmp_path)}: 1 mandatory, 1 advisory"


def test_a_repository_without_a_policy_is_a_problem(server: DemoServer, tmp_path: Path) -> None:
    done = run_here("doctor", "--format", "json", cwd=tmp_path, environment=server.environment)
    (found,) = [each for each in json.loads(done.stdout)["findings"] if each["subject"] == "policy"]
    assert done.status == 1 and found["status"] == "failed"
    assert "no such file" in found["detail"] and "acctgate init" in found["remedy"]


def test_a_wrong_policy_takes_nothing_with_it(server: DemoServer, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("version: 1\nrules:\n  root-mfx: {}\n")
    findings = examined(server, "--policy", policy, status=1)
    assert statuses(findings) == {"policy": "failed"}
    assert f"{policy}:3" in findings["policy"].detail and "acctgate schema policy" in (findings["policy"].remedy or "")
    assert examined(server, "--policy", tmp_path / "none.yaml", status=1)["policy"].status == "failed"
