"""What `acctgate fix` prints, run: it makes the gate pass, and the live account comply."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from acctgate.demo import DemoServer
from tests.support import ROOT, run
from tests.support.engine import Stack

pytestmark = pytest.mark.engine
MakeStack = Callable[..., Stack]


@pytest.fixture
def weak(demo: DemoServer) -> DemoServer:
    """Serve an account that violates every rule that a resource can repair, and no other."""
    demo.account.comply()
    preference = demo.account.preference
    preference["LoginProfilePreference"] |= {
        "MFAOperationForLogin": "independent",
        "EnableSaveMFATicket": True,
        "OperationForRiskLogin": "autonomous",
        "LoginSessionDuration": 24,
        "LoginNetworkMasks": "10.1.0.0/16;203.0.113.0/24",
        "AllowUserToChangePassword": False,
    }
    preference["AccessKeyPreference"]["AllowUserToManageAccessKeys"] = True
    preference["MFAPreference"]["AllowUserToManageMFADevices"] = False
    preference["PersonalInfoPreference"]["AllowUserToManagePersonalDingTalk"] = True
    return demo


def printed(demo: DemoServer, folder: Path) -> Callable[[], None]:
    """Return the program that fix prints for the live account and the pack's policy."""
    main = folder / "printed" / "__main__.py"
    main.parent.mkdir()
    arguments = ("fix", "--to", "pulumi-python", "--endpoint", demo.endpoint, "--output", main)
    done = run(*arguments, cwd=ROOT, environment=demo.environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return lambda: void(runpy.run_path(str(main), run_name="__main__"))


def void(_: object) -> None:
    """Run the program."""


def test_the_printed_python_makes_the_gate_pass(make_stack: MakeStack, weak: DemoServer, tmp_path: Path) -> None:
    before = make_stack(lambda: None).run()
    assert before.failed() == {"login-mfa", "mfa-ticket", "session-duration", "network-masks", "manage-access-keys"}
    stack = make_stack(printed(weak, tmp_path))
    preview = stack.run()
    assert preview.ok, preview.output
    assert preview.operations["security-preference"] == "create"
    deployed = stack.run("up")
    assert deployed.ok, deployed.output
    assert deployed.failed() == deployed.failed("unknown") == set()
    login = weak.account.preference["LoginProfilePreference"]
    assert (login["LoginSessionDuration"], login["LoginNetworkMasks"]) == (8, "10.1.0.0/16")
    live = run("check", "--endpoint", weak.endpoint, cwd=ROOT, environment=weak.environment)
    assert live.returncode == 0, live.stdout
    again = run("fix", "--endpoint", weak.endpoint, cwd=ROOT, environment=weak.environment)
    assert "No resource can repair the findings" in again.stdout, "the compliance report is old"


def test_what_complies_stays_as_it_is(make_stack: MakeStack, weak: DemoServer, tmp_path: Path) -> None:
    weak.account.comply()
    preference = weak.account.preference
    preference["LoginProfilePreference"] |= {"LoginNetworkMasks": "10.9.0.0/24", "LoginSessionDuration": 3}
    before = deepcopy(preference)
    deployed = make_stack(printed(weak, tmp_path)).run("up")
    assert deployed.ok, deployed.output
    before["LoginProfilePreference"] |= {"EnableSaveMFATicket": False, "AllowUserToChangePassword": True}
    before["AccessKeyPreference"]["AllowUserToManageAccessKeys"] = False
    known = {group: {key: value for key, value in keys.items() if value is not None} for group, keys in before.items()}
    assert {group: preference[group] for group in known} == known
