"""Predict and deploy generated cases on the real engine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import yaml
from pulumi import automation

from acctgate.crossguard import variables
from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoServer
from tests.conformance.cases import VERSIONS, Case, Options, accounts, change
from tests.conformance.check import POLICY, judged_by_check, snapshots
from tests.conformance.plugin import Plugin
from tests.conformance.program import program
from tests.conformance.tally import Judged, Tally, judged_by_pack
from tests.support import ROOT
from tests.support.engine_connections import separate_connections
from tests.support.plugin import serve

separate_connections()

PACK: Final = ROOT / "policies"
REAL_PLUGIN: Final = os.environ.get("ACCTGATE_REAL_PLUGIN")
"""A `pulumi-resource-alicloud` that takes the stand-in's place."""


def deploy(given: Sequence[Case], options: Options, tally: Tally) -> list[Judged]:
    """Deploy the cases' first program, let their accounts drift, predict the second deploy, and make it.

    Returns:
        The pack's prediction.
    """
    options = possible(options, given)
    if options.targets or options.excludes:  # the engine refuses a replaced provider of what it leaves out
        given = [replace(case, provider="same") for case in given]
    if options.targets:  # it refuses what depends on a new resource that is no target
        given = [replace(case, unknown=()) for case in given]
    with (
        tempfile.TemporaryDirectory() as name,
        DemoServer(*accounts(given), tls=Path(name) if REAL_PLUGIN else None) as server,
        _plugin(given) as (plugin, providers),
    ):
        folder, endpoint = Path(name), server.endpoint if REAL_PLUGIN else None
        stack = _Stack(folder, server, providers, options)
        stack.up(program(given, second=False, endpoint=endpoint))
        for account, case in zip(server.accounts.values(), given, strict=False):
            change(account, case.drift)
        if plugin:
            plugin.second = True
        second = program(given, second=True, endpoint=endpoint)
        stack.mark(taint=options.taint, pendingReplacement=options.pending)
        live = snapshots(list(server.accounts.values())[: len(given)])
        predictions = stack.predict(second, options)
        stack.up(second, options)
        after = list(server.accounts.values())
        by_pack = judged_by_pack(predictions)
        tally.compare("pack", given, by_pack, after)
        for path, file in (("preview --json", stack.preview_file), ("--save-plan", stack.plan_file)):
            tally.compare(path, given, judged_by_check(file, live, stack.policy_file), after)
    return by_pack


def plugin_versions() -> Sequence[str | None]:
    """Return the versions of the provider that a deploy can use: the real plugin has one, the stand-in all."""
    if not REAL_PLUGIN:
        return VERSIONS
    return (subprocess.check_output([REAL_PLUGIN, "-version"], encoding="utf-8").strip().removeprefix("v"),)


@contextmanager
def _plugin(given: Sequence[Case]) -> Iterator[tuple[Plugin | None, str]]:
    """Serve the stand-in, and say how the engine finds it. The real plugin is on PATH."""
    if REAL_PLUGIN:
        yield None, ""
        return
    plugin = Plugin(given)
    with serve(plugin) as providers:
        yield plugin, providers


class _Stack:
    """A stack in a file back end of its own."""

    def __init__(self, folder: Path, server: DemoServer, providers: str, options: Options) -> None:
        self._report, self._work = folder / "report.json", folder / "work"
        self.preview_file, self.plan_file, self.policy_file = (
            folder / name for name in ("preview.json", "plan.json", "policy.yaml")
        )
        for name in ("bin", "state", "work"):
            (folder / name).mkdir()
        self.policy_file.write_text(POLICY, encoding="utf-8")
        project = {"name": "gate", "runtime": "python", "main": str(self._work)}
        refresh = {"options": {"refresh": "always"}} if options.always else {}
        (self._work / "Pulumi.yaml").write_text(yaml.safe_dump({**project, **refresh}), encoding="utf-8")
        path = search_path(find_engine(ROOT), folder / "bin", stand_in=not REAL_PLUGIN)
        self._environment = {
            "PATH": os.pathsep.join([str(Path(REAL_PLUGIN).parent), path]) if REAL_PLUGIN else path,
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DEBUG_PROVIDERS": providers,
            "PULUMI_CONFIG_PASSPHRASE": "",
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_OPTION_SHOW_SAMES": str(options.show_sames).lower(),
            variables.REPORT: str(self._report),
            variables.POLICY: str(self.policy_file),
            **server.environment,
            **({"SSL_CERT_FILE": str(server.certificate)} if server.certificate else {}),
        }
        here = {name: value for name, value in self._environment.items() if name != "PULUMI_DEBUG_PROVIDERS"}
        os.environ.update(here)  # for the program; checking a plan is not the engine's process

    def up(self, run: Callable[[], None], options: Options | None = None) -> None:
        """Deploy, without the pack."""
        self._open(run).up(color="never", **_arguments(options))

    def predict(self, run: Callable[[], None], options: Options) -> Any:
        """Preview with the pack, and return its report. Writes the preview and the update plan."""
        self._report.unlink(missing_ok=True)
        done = self._open(run).preview(
            policy_packs=[str(PACK)], json=True, plan=str(self.plan_file), color="never", **_arguments(options)
        )
        self.preview_file.write_text(done.stdout, encoding="utf-8")
        return json.loads(self._report.read_text(encoding="utf-8"))

    def mark(self, **marks: Sequence[int]) -> None:
        """Set marks of recorded resources, as `pulumi state taint` and a deploy that was interrupted do."""
        if not any(marks.values()):
            return
        stack = self._open(lambda: None)
        state = stack.export_stack()
        assert state.deployment is not None
        for resource in state.deployment["resources"]:
            resource |= {name: True for name, indexes in marks.items() if resource["urn"] in map(_urn, indexes)}
        stack.import_stack(state)

    def _open(self, run: Callable[[], None]) -> automation.Stack:
        workspace = automation.LocalWorkspaceOptions(work_dir=str(self._work), env_vars=self._environment)
        return automation.create_or_select_stack("test", project_name="gate", program=run, opts=workspace)


def possible(options: Options, given: Sequence[Case]) -> Options:
    """Leave out what the engine would refuse: targets that it cannot find, and replacements of what is protected."""
    known = {index for index, case in enumerate(given) if case.deployed is not None}
    planned = {index for index, case in enumerate(given) if case.planned is not None}
    replaceable = {index for index in known & planned if not given[index].protect and not given[index].moved}
    moved = {index for index, case in enumerate(given) if case.moved}
    found = (known if options.refresh or options.always else known | planned) - moved
    return replace(
        options,
        targets=tuple(index for index in options.targets if index in found and not given[index].unknown),
        excludes=tuple(index for index in options.excludes if index in found),
        replace=tuple(index for index in options.replace if index in replaceable),
        taint=tuple(index for index in options.taint if index in replaceable),
        pending=tuple(index for index in options.pending if index in replaceable),
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
