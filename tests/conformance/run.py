"""Predict and deploy generated cases on the real engine."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any

import grpc
from google.protobuf import empty_pb2
from pulumi import automation
from pulumi.automation.errors import CommandError
from pulumi.runtime.proto import provider_pb2_grpc

from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoServer
from acctgate.demo.provider import StandIn
from acctgate.model.provider_eras import NEWEST, ProviderEra, parse_version, pulumi_eras
from acctgate.sources.caller import Caller
from acctgate.sources.target import Target
from tests.conformance.deploys import HELPER, Case, Options, Tally, account_id, accounts, change, compare, program
from tests.support import ROOT

POLICY = "version: 1\nextends: strict\n"
PACK = ROOT / "policies"
_case: ContextVar[int] = ContextVar("case")


class _Plugin(StandIn):
    """One plugin process for the providers of all cases: a resource's name identifies its account.

    The engine would start a process for each provider, which takes most of the time.
    """

    def __init__(self, given: Sequence[Case]) -> None:
        super().__init__()
        self._given = given

    def Attach(self, request: Any, context: Any) -> Any:
        return empty_pb2.Empty()

    def Create(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(_Plugin, self).Create(request, context))

    def Update(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(_Plugin, self).Update(request, context))

    def Read(self, request: Any, context: Any) -> Any:
        return self._of(request, lambda: super(_Plugin, self).Read(request, context))

    def _of(self, request: Any, call: Callable[[], Any]) -> Any:
        token = _case.set(int(request.urn.rpartition("::preference")[2].partition(".")[0]))
        try:
            return call()
        finally:
            _case.reset(token)

    def _era_of(self, request: Any) -> ProviderEra:
        index = _case.get()
        version = self._given[index].version if index < len(self._given) else None
        return pulumi_eras(parse_version(version) or NEWEST[0].pulumi)[0]

    def _caller(self) -> Caller:
        index = _case.get()
        role = f"acs:ram::{account_id(index) if index < len(self._given) else HELPER}:role/deploy"
        return Caller(Target("cn-shanghai", role, os.environ["ACCTGATE_ENDPOINT"]))


@contextmanager
def _plugin(given: Sequence[Case]) -> Iterator[str]:
    """Serve the plugin, and say how the engine finds it."""
    server = grpc.server(ThreadPoolExecutor(max_workers=16))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(_Plugin(given), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"alicloud:{port}"
    finally:
        server.stop(None).wait()


def deploy(given: Sequence[Case], options: Options, tally: Tally) -> None:
    """Deploy the cases' first program, let their accounts drift, predict the second deploy, and make it."""
    options = _possible(options, given)
    with tempfile.TemporaryDirectory() as folder, DemoServer(*accounts(given)) as server, _plugin(given) as plugin:
        stack = _Stack(Path(folder), server, plugin)
        stack.up(program(given, second=False))
        for account, case in zip(server.accounts.values(), given, strict=False):
            change(account, case.drift)
        second = program(given, second=True)
        if options.taint:
            stack.taint(options.taint)
        report = stack.preview(second, options)
        stack.up(second, options)
        compare(given, report, list(server.accounts.values()), tally)


class _Stack:
    """A stack in a file back end of its own."""

    def __init__(self, folder: Path, server: DemoServer, plugin: str) -> None:
        self._folder = folder
        (folder / "bin").mkdir()
        (folder / "state").mkdir()
        (folder / "work").mkdir()
        (folder / "policy.yaml").write_text(POLICY, encoding="utf-8")
        self._environment = {
            "PATH": search_path(find_engine(ROOT), folder / "bin", stand_in=True),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": plugin,
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "ACCTGATE_REPORT": str(folder / "report.json"),
            "ACCTGATE_POLICY": str(folder / "policy.yaml"),
            **server.environment,
        }
        os.environ.update(self._environment)

    def up(self, run: Callable[[], None], options: Options | None = None) -> None:
        """Deploy, without the pack."""
        self._open(run).up(color="never", **_arguments(options))

    def preview(self, run: Callable[[], None], options: Options) -> Any:
        """Preview with the pack, and return its report."""
        file = self._folder / "report.json"
        file.unlink(missing_ok=True)
        try:
            self._open(run).preview(policy_packs=[str(PACK)], color="never", **_arguments(options))
        except CommandError as error:
            if not file.exists():
                raise AssertionError(f"the pack left no report: {error}") from None
        return json.loads(file.read_text(encoding="utf-8"))

    def taint(self, indexes: Sequence[int]) -> None:
        """Mark resources as tainted, as `pulumi state taint` does."""
        stack = self._open(lambda: None)
        state = stack.export_stack()
        assert state.deployment is not None
        urns = {_urn(index) for index in indexes}
        for resource in state.deployment["resources"]:
            if resource["urn"] in urns:
                resource["taint"] = True
        stack.import_stack(state)

    def _open(self, run: Callable[[], None]) -> automation.Stack:
        work = self._folder / "work"
        settings = automation.ProjectSettings(name="gate", runtime="python", main=str(work))
        workspace = automation.LocalWorkspaceOptions(
            work_dir=str(work), project_settings=settings, env_vars=self._environment
        )
        return automation.create_or_select_stack("test", project_name="gate", program=run, opts=workspace)


def _possible(options: Options, given: Sequence[Case]) -> Options:
    """Leave out what the engine would refuse: targets that neither the state nor the program has."""
    known = {index for index, case in enumerate(given) if case.deployed is not None}
    planned = {index for index, case in enumerate(given) if case.planned is not None}
    return replace(
        options,
        targets=tuple(index for index in options.targets if index in known | planned),
        excludes=tuple(index for index in options.excludes if index in known | planned),
        replace=tuple(index for index in options.replace if index in known & planned),
        taint=tuple(index for index in options.taint if index in known & planned),
    )


def _arguments(options: Options | None) -> dict[str, Any]:
    if options is None:
        return {}
    arguments: dict[str, Any] = {"refresh": True} if options.refresh else {}
    for name, indexes in (("target", options.targets), ("exclude", options.excludes), ("replace", options.replace)):
        if indexes:
            arguments[name] = [_urn(index) for index in indexes]
    if options.dependents:
        arguments |= {f"{name}_dependents": True for name in ("target", "exclude") if name in arguments}
    return arguments


def _urn(index: int) -> str:
    return f"urn:pulumi:test::gate::alicloud:ram/securityPreference:SecurityPreference::preference{index}"
