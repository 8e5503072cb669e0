"""Run programs on the real Pulumi engine, against the demo account."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.automation.errors import CommandError

from acctgate.crossguard import (
    AccessKeyPolicy,
    CompliancePackReport,
    ConfigRuleCompliance,
    PasswordPolicy,
    SecurityPracticeReport,
    SecurityPreference,
    UserSsoSettings,
)
from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoServer
from tests.support.engine_connections import separate_connections

separate_connections()

ROOT = Path(__file__).resolve().parents[2]
PACK = ROOT / "policies"


@dataclass
class Run:
    """The result of one run of the engine."""

    ok: bool
    report: dict[str, Any] | None
    output: str
    violations: list[tuple[str, str]] = field(default_factory=list)
    """The policy and enforcement level of each violation that the engine showed."""
    operations: dict[str, str] = field(default_factory=dict)
    """Resource name → the engine's operation."""

    def failed(self, outcome: str = "fail", level: str = "mandatory") -> set[str]:
        """Return the rules with that outcome and level in the pack's report."""
        assert self.report is not None, self.output
        outcomes = [o for account in self.report["accounts"] for o in account["outcomes"]]
        return {o["rule"] for o in outcomes if o["outcome"] == outcome and o["level"] == level}


@dataclass
class Stack:
    """A stack in a file:// back end of its own."""

    stack: automation.Stack
    folder: Path
    pack_config: Path | None = None

    def run(self, command: str = "preview", *, pack: bool = True, **options: Any) -> Run:
        """Run `preview`, `up`, `refresh` or `destroy`."""
        report = self.folder / "report.json"
        report.unlink(missing_ok=True)
        violations: list[tuple[str, str]] = []
        operations: dict[str, str] = {}

        def watch(event: automation.EngineEvent) -> None:
            if event.policy_event:
                violations.append((event.policy_event.policy_name, event.policy_event.enforcement_level))
            if event.resource_pre_event:
                metadata = event.resource_pre_event.metadata
                operations[metadata.urn.rsplit("::", 1)[-1]] = metadata.op.value

        if pack and command in ("preview", "up"):
            options["policy_packs"] = [str(PACK)]
            if self.pack_config:
                options["policy_pack_configs"] = [str(self.pack_config)]
        output: list[str] = []
        try:
            getattr(self.stack, command)(on_event=watch, on_output=output.append, color="never", **options)
            ok = True
        except CommandError as error:
            output.append(str(error))
            ok = False
        written = json.loads(report.read_text()) if report.exists() else None
        return Run(ok, written, "\n".join(output), violations, operations)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that runs the engine and does not carry the marker for that."""
    for item in items:
        if {"demo", "environment"} <= {*getattr(item, "fixturenames", ())} and item.get_closest_marker(
            "engine"
        ) is None:
            raise pytest.UsageError(f"{item.nodeid}: runs the engine; mark it with pytest.mark.engine")


@pytest.fixture
def demo() -> Iterator[DemoServer]:
    """Serve a separate demo account for each test."""
    with DemoServer() as server:
        yield server


@pytest.fixture
def environment(tmp_path: Path, demo: DemoServer) -> dict[str, str]:
    """Return the engine's environment: helpers on PATH, the demo account's credentials, a path for the report."""
    scripts = tmp_path / "bin"
    scripts.mkdir()
    return {
        "PATH": search_path(find_engine(ROOT), scripts, stand_in=True),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_BACKEND_URL": (tmp_path / "state").as_uri(),
        "ACCTGATE_REPORT": str(tmp_path / "report.json"),
        **demo.environment,
    }


@pytest.fixture
def make_stack(tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Stack]:
    """Create a stack for a program, or another workspace on the same one."""
    (tmp_path / "state").mkdir()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def make(program: Callable[[], None], *, policy: str | None = None, **more: str) -> Stack:
        variables = dict(environment)
        if policy is not None:
            file = tmp_path / "policy.yaml"
            file.write_text(policy)
            variables["ACCTGATE_POLICY"] = str(file)
        variables |= more
        work_dir = tmp_path / "work"
        work_dir.mkdir(exist_ok=True)
        settings = automation.ProjectSettings(name="gate", runtime="python", main=str(work_dir))
        options = automation.LocalWorkspaceOptions(
            work_dir=str(work_dir), project_settings=settings, env_vars=variables
        )
        stack = automation.create_or_select_stack("test", project_name="gate", program=program, opts=options)
        return Stack(stack, tmp_path)

    return make


def data_sources(**where: Any) -> None:
    """Declare each data source."""
    SecurityPreference("preference", **where)
    SecurityPracticeReport("practice", **where)
    CompliancePackReport("packs", **where)
    ConfigRuleCompliance("config-rules", **where)
    PasswordPolicy("passwords", **where)
    UserSsoSettings("sso", **where)
    AccessKeyPolicy("access-keys", **where)


os.environ.setdefault("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true")
