"""The pack's gRPC service by itself: what it takes from the engine's requests."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NoReturn

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2
from pulumi.runtime.proto.analyzer_pb2_grpc import AnalyzerStub
from pulumi_policy import EnforcementLevel

from acctgate.crossguard import variables
from acctgate.crossguard.configuration import ACCOUNT_POLICY
from acctgate.crossguard.engine_peer import _sockets_of
from acctgate.crossguard.pack_policies import policies
from acctgate.crossguard.pack_process import PackProcess
from acctgate.crossguard.report_file import this_run
from acctgate.crossguard.servicer import Servicer
from acctgate.rules import RULES
from tests.support import policy_of
from tests.support.engine import Stack, data_sources

_CONTEXT: Final[Any] = SimpleNamespace(peer=lambda: "unix:")


def configured(
    monkeypatch: pytest.MonkeyPatch, organization: str = "acme", project: str = "payments", stack: str = "prod"
) -> PackProcess:
    """Return the pack's process after the engine has named the stack, in a shell that names another one."""
    for name, value in {"ORGANIZATION": "other", "PROJECT": "gate", "STACK": "dev", "DRY_RUN": "true"}.items():
        monkeypatch.setenv(f"PULUMI_{name}", value)
    process = PackProcess(policy_of({"root-mfa": {}}))
    monkeypatch.setattr(Servicer, "process", process, raising=False)
    servicer: Servicer = object.__new__(Servicer)
    request = analyzer_pb2.AnalyzerStackConfigureRequest(
        stack=stack, project=project, organization=organization, dry_run=False
    )
    servicer.ConfigureStack(request, _CONTEXT)
    return process


def test_the_stack_is_the_engines_and_not_that_of_the_shell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variables.STATE, raising=False)
    process = configured(monkeypatch)
    assert process.policy.stack == process.session.policy.stack == "acme/payments/prod"
    run = this_run()
    assert (run.project, run.stack) == ("payments", "prod")


def test_without_an_organization_only_the_rest_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(variables.STATE, raising=False)
    assert configured(monkeypatch, organization="").policy.stack == "payments/prod"
    assert configured(monkeypatch, project="").policy.stack == "prod"


def test_an_organization_or_a_project_is_not_taken_for_a_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a waiver for a stack of that name would count."""
    monkeypatch.delenv(variables.STATE, raising=False)
    assert configured(monkeypatch, stack="").policy.stack is None


@pytest.mark.parametrize("state", [variables.STATE_EMPTY, variables.STATE_UNKNOWN])
def test_a_temporary_stack_is_no_stack_that_a_waiver_can_be_for(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    monkeypatch.setenv(variables.STATE, state)
    assert configured(monkeypatch).session.policy.stack is None


def test_an_engine_that_names_no_stack_leaves_it_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_STACK", "prod")
    assert PackProcess(policy_of({"root-mfa": {}})).session.policy.stack is None


def test_each_rule_is_described_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """`pulumi policy publish` sends this description, and names of policies are unique."""
    process = PackProcess(policy_of({"root-mfa": {}, "login-mfa": {"require": "mandatory"}}))
    monkeypatch.setattr(Servicer, "process", process, raising=False)
    servicer = Servicer("acctgate", "0.1.0", policies(process), EnforcementLevel.ADVISORY)
    info = servicer.GetAnalyzerInfo(empty_pb2.Empty(), _CONTEXT)
    names = [policy.name for policy in info.policies]
    assert sorted(names) == sorted({rule.id for rule in process.policy.all_rules} | {ACCOUNT_POLICY})
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels["login-mfa"] == levels["root-mfa"] == analyzer_pb2.MANDATORY


@pytest.mark.parametrize(("stack", "counts"), [("prod", True), ("dev", False)])
def test_a_state_that_was_exported_early_is_used_only_for_the_engines_stack(
    monkeypatch: pytest.MonkeyPatch, stack: str, counts: bool
) -> None:
    monkeypatch.delenv("PULUMI_ORGANIZATION", raising=False)
    monkeypatch.setenv("PULUMI_PROJECT", "payments")
    monkeypatch.setenv("PULUMI_STACK", stack)
    monkeypatch.setattr("acctgate.crossguard.background_reader.export_state", lambda: None)
    state: Future[Any] = Future()
    process = PackProcess(policy_of({"root-mfa": {}}), state)
    monkeypatch.setattr(Servicer, "process", process, raising=False)
    request = analyzer_pb2.AnalyzerStackConfigureRequest(stack="prod", project="payments", organization="organization")
    object.__new__(Servicer).ConfigureStack(request, _CONTEXT)
    process.configure({})
    assert (process.session._reader.start_state() is state) is counts


def test_another_process_than_the_engine_may_call_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It could disable every rule, or have the account read."""
    monkeypatch.setattr("acctgate.crossguard.servicer.is_engine", lambda peer: peer != "ipv4:127.0.0.1:1")

    def abort(code: grpc.StatusCode, details: str) -> NoReturn:
        raise PermissionError(code, details)

    context: Any = SimpleNamespace(peer=lambda: "ipv4:127.0.0.1:1", abort=abort)
    servicer: Any = object.__new__(Servicer)
    methods = "ConfigureStack", "GetAnalyzerInfo", "Configure", "Analyze", "Remediate", "AnalyzeStack"
    for name in methods:
        with pytest.raises(PermissionError, match="only the engine may call its policy pack"):
            getattr(servicer, name)(None, context)


@pytest.mark.engine
def test_a_program_cannot_disable_the_rules(make_stack: Callable[..., Stack], tmp_path: Path) -> None:
    codes: list[grpc.StatusCode] = []

    def program() -> None:
        data_sources()
        off = analyzer_pb2.PolicyConfig(enforcementLevel=analyzer_pb2.DISABLED)
        request = analyzer_pb2.ConfigureAnalyzerRequest(policyConfig={rule.id: off for rule in RULES})
        with (
            grpc.insecure_channel(f"127.0.0.1:{_port_of_pack(tmp_path / 'report.json')}") as channel,
            pytest.raises(grpc.RpcError) as refused,
        ):
            AnalyzerStub(channel).Configure(request, timeout=10)
        codes.append(refused.value.code())

    run = make_stack(program).run()
    assert codes == [grpc.StatusCode.PERMISSION_DENIED], run.output
    assert "root-mfa" in run.failed()


def _port_of_pack(report: Path, attempts: int = 100) -> int:
    """Return the port of the pack that writes this report, as a program finds it."""
    for _ in range(attempts):
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, StopIteration):
                variables_of, command = ((process / name).read_bytes() for name in ("environ", "cmdline"))
                if b"pulumi.policy" in command and os.fsencode(report) in variables_of:
                    own = _sockets_of(int(process.name)) or ()
                    rows = map(str.split, Path("/proc/net/tcp6").read_text().splitlines())  # where gRPC listens
                    return next(int(row[1][-4:], 16) for row in rows if row[3] == "0A" and row[9] in own)
        time.sleep(0.1)
    pytest.fail("no pack has started")
