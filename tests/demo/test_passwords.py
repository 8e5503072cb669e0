"""The stand-in's password policies, with real pulumi_alicloud resources: what is sent, and what destroying does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pulumi_alicloud as alicloud
import pytest

from acctgate.demo import DemoAccount, DemoServer
from tests.support.engine import Run, Stack

pytestmark = pytest.mark.engine
MakeStack = Callable[..., Stack]


class Recorder(DemoServer):
    """A demo account that notes what SetPasswordPolicy is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, str]] = []

    def _SetPasswordPolicy(self, account: DemoAccount, parameters: Mapping[str, str]) -> dict[str, Any]:
        self.sent.append(dict(parameters))
        return super()._SetPasswordPolicy(account, parameters)


@pytest.fixture
def demo() -> Any:
    with Recorder() as server:
        yield server


def up(make_stack: MakeStack, program: Callable[[], None]) -> Run:
    """Deploy a program, without the pack."""
    run = make_stack(program).run("up", pack=False)
    assert run.ok, run.output
    return run


def policy(**settings: Any) -> Callable[[], None]:
    return lambda: void(alicloud.ram.PasswordPolicy("passwords", **settings))


def void(_: object) -> None:
    """Declare the resource."""


def test_one_resource_sends_what_is_given_or_has_changed(make_stack: MakeStack, demo: Recorder) -> None:
    up(make_stack, policy(minimum_password_length=14, max_password_age=90))
    assert demo.sent == [{"MinimumPasswordLength": "14", "MaxPasswordAge": "90"}]
    up(make_stack, policy(max_password_age=90, require_symbols=True))
    assert demo.sent[1:] == [{"RequireSymbols": "true"}], "the length is computed and stays"
    up(make_stack, policy(require_symbols=True))
    assert demo.sent[2:] == [{"MaxPasswordAge": "0"}]
    assert up(make_stack, policy(require_symbols=True)).operations["passwords"] == "same"
    up(make_stack, lambda: None)
    assert len(demo.sent) == 3, "deleting it does nothing"
    assert demo.account.password_policy["MinimumPasswordLength"] == 14


def test_the_other_sends_everything_and_resets_it(make_stack: MakeStack, demo: Recorder) -> None:
    demo.account.comply()
    up(make_stack, lambda: void(alicloud.ram.AccountPasswordPolicy("passwords", max_password_age=30)))
    defaults = {
        "MinimumPasswordLength": "12",
        "RequireLowercaseCharacters": "true",
        "RequireUppercaseCharacters": "true",
        "RequireNumbers": "true",
        "RequireSymbols": "true",
        "PasswordReusePrevention": "0",
        "MaxPasswordAge": "0",
        "HardExpire": "false",
        "MaxLoginAttemps": "5",
    }
    assert demo.sent == [{**defaults, "MaxPasswordAge": "30"}]
    up(make_stack, lambda: None)
    assert demo.sent[1:] == [defaults]
