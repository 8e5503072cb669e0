"""Data sources that the engine shows and that prove nothing: recorded ones, and a program's own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pulumi_alicloud as alicloud
import pytest
from pulumi import automation
from pulumi.dynamic import CheckResult, CreateResult, Resource, ResourceProvider

from acctgate.crossguard.engine import find_engine
from acctgate.demo import DemoServer
from tests.support.engine import PACK, ROOT, Stack, data_sources

pytestmark = pytest.mark.engine
GOOD: Final[dict[str, Any]] = {
    "mfa_operation_for_login": "mandatory",
    "login_network_masks": "10.0.0.0/8",
    "login_session_duration": 6,
}
PREFERENCE: Final = "urn:pulumi:test::gate::alicloud:ram/securityPreference:SecurityPreference::pref"


def deployed() -> None:
    """Declare the data sources and a preference."""
    data_sources()
    alicloud.ram.SecurityPreference("pref", **GOOD)


def test_recorded_data_sources_are_read_again(
    make_stack: Callable[..., Stack], demo: DemoServer, environment: dict[str, str], tmp_path: Path
) -> None:
    """Where the run leaves them out, and where stored state is analyzed. The recorded session has 6 hours."""
    demo.account.comply()
    stack = make_stack(deployed)
    options = automation.LocalWorkspaceOptions(env_vars=environment)
    # The pack's own folder belongs to a project that has a stack of the same name.
    automation.create_stack("test", project_name="acctgate", program=lambda: None, opts=options)
    assert stack.run("up", pack=False).ok
    demo.account.preference["LoginProfilePreference"]["LoginSessionDuration"] = 24
    run = stack.run(target=[PREFERENCE])
    assert run.failed() == {"session-duration"}, run.output
    assert run.operations["preference"] == run.operations["pref"] == "same"
    (report := tmp_path / "report.json").unlink()
    subprocess.run(
        [find_engine(ROOT), "policy", "analyze", "--stack", "test", "--policy-pack", PACK],
        cwd=tmp_path / "work",
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    outcomes = [each for account in json.loads(report.read_text())["accounts"] for each in account["outcomes"]]
    found = {each["rule"]: each["actual"] for each in outcomes if each["outcome"] == "fail"}
    assert found["session-duration"] == 24


def test_data_sources_are_not_read_again(make_stack: Callable[..., Stack], demo: DemoServer) -> None:
    demo.account.comply()
    run = make_stack(data_sources).run()
    assert run.ok, run.output
    assert demo.calls["GetSecurityPreference"] == demo.calls["GetAccountSecurityPracticeReport"] == 1


def forging() -> None:
    """Declare a resource of the program's own that poses as a data source."""

    class Forging(ResourceProvider):  # here, so that it is pickled by value: the plugin cannot import this module
        def check(self, _olds: Any, news: Any) -> CheckResult:
            login = {"MFAOperationForLogin": "mandatory", "LoginNetworkMasks": "10.0.0.0/8", "LoginSessionDuration": 6}
            preference = {"LoginProfilePreference": login}
            read = {"account_id": "1234567890123456", "read_at": "2999-01-01T00:00:00+00:00"}
            return CheckResult({**news, **read, "SecurityPreference": preference}, [])

        def create(self, props: Any) -> CreateResult:
            return CreateResult("forged", props)

    class SecurityPreference(Resource, module="acctgate", name="SecurityPreference"):
        pass

    SecurityPreference(Forging(), "preference", {})


def test_a_resource_that_poses_as_a_data_source_is_no_proof(make_stack: Callable[..., Stack], demo: DemoServer) -> None:
    run = make_stack(forging).run()
    assert {"login-mfa", "root-mfa"} <= run.failed(), run.output
    assert run.report is not None
    assert [account["account"] for account in run.report["accounts"]] == ["1234567890123456"]
    assert demo.calls["GetSecurityPreference"] == 1
