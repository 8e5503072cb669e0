"""The preview: the cost of the pack and the data sources, and the time that a blocked preview adds."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation.errors import CommandError
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoOrganization, DemoServer
from bench.measure import ACCTGATE, ROOT, Ratio, best_of, serve_demo

ROUNDS = 4
MEMBERS = 100
LATENCY = "50ms"
IMPORTS = {
    "empty pack": "pulumi_policy",
    "pack": "acctgate.crossguard.pack_policies",
    "trivial resource": "pulumi.dynamic",
    "data sources": "acctgate.crossguard.data_sources",
    "data sources that read": "acctgate.crossguard.data_sources, acctgate.sources.live, acctgate.sources.transport",
}
"""What each process of a preview imports: the pack, the program, and the process of the dynamic provider."""
EMPTY_PACK = """
from pulumi_policy import EnforcementLevel, PolicyPack, StackValidationPolicy

nothing = StackValidationPolicy(
    name="nothing",
    description="Does nothing",
    validate=lambda args, report_violation: None,
    enforcement_level=EnforcementLevel.ADVISORY,
)
PolicyPack("empty", policies=[nothing])
"""


def previews(folder: Path) -> Iterator[Ratio]:
    """Compare previews through the Automation API on the demo account, interleaved, best of each.

    The baseline starts the same processes: an empty Python pack and one dynamic resource that does nothing.
    """
    scripts = folder / "bin"
    scripts.mkdir()
    nothing, ours = [empty_pack(folder / "empty")], [str(ROOT / "policies")]
    with DemoServer() as blocked, DemoServer() as passing:
        passing.account.comply()
        os.environ["PATH"] = search_path(find_engine(ROOT), scripts)
        runs = {
            "empty": (stack_of(folder / "trivial", passing.environment, _trivial), nothing),
            "blocked": (stack_of(folder / "gated", blocked.environment, _data_sources), ours),
            "passing": (stack_of(folder / "clean", passing.environment, _data_sources), ours),
        }
        best = dict.fromkeys(runs, float("inf"))
        for _ in range(ROUNDS):
            for name, (stack, packs) in runs.items():
                best[name] = min(best[name], time_of(stack, packs, blocked=name == "blocked"))
    detail = "[" + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in best.items()) + "]"
    name = "a preview with pack and data sources over one with an empty pack and a trivial dynamic resource"
    ratio = Ratio(name, best["passing"] / best["empty"], 1.6, detail)
    yield ratio if ratio.holds else replace(ratio, detail=f"{detail} [{_imports()}]")
    yield Ratio(
        "seconds that a blocked preview takes longer than a passing one", best["blocked"] - best["passing"], 0.3, detail
    )


def _imports() -> str:
    """Return how long the imports of each process take."""
    best = best_of({name: [sys.executable, "-c", f"import {each}"] for name, each in IMPORTS.items()}, rounds=3)
    return "imports: " + ", ".join(f"{name} {each.seconds:.2f} s" for name, each in best.items())


def preview_of_many(folder: Path) -> Iterator[Ratio]:
    """Compare a preview of 100 accounts with `acctgate snapshot` of the same, and a preview of one account."""
    scripts = folder / "bin"
    scripts.mkdir()
    roles = [f"acs:ram::{each}:role/audit" for each in DemoOrganization(MEMBERS).member_ids()]
    organization, latency = ("--accounts", str(MEMBERS)), ("--latency", LATENCY)
    with serve_demo(*latency, *organization) as server, serve_demo(*latency, "--compliant") as one:
        os.environ |= {"PATH": search_path(find_engine(ROOT), scripts), **server}
        many = stack_of(folder / "many", server, lambda: _members(roles))
        single = stack_of(folder / "single", one, _data_sources)
        packs = [str(ROOT / "policies")]
        best = dict.fromkeys(("reading", "one", "many"), float("inf"))
        for _ in range(2):
            best["reading"] = min(best["reading"], _time_to_read(folder / "accounts.ndjson"))
            best["one"] = min(best["one"], time_of(single, packs))
            best["many"] = min(best["many"], time_of(many, packs, blocked=True))
    detail = "[" + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in best.items()) + "]"
    ratio = (best["many"] - best["one"]) / best["reading"]
    yield Ratio(f"a preview of {MEMBERS} accounts, less that of one, over reading them", ratio, 1.5, detail)


def _members(roles: list[str]) -> None:
    from acctgate.crossguard import OrganizationPosture

    OrganizationPosture("members", roles)


def _time_to_read(output: Path) -> float:
    command = [*ACCTGATE, "snapshot", "--organization", "--output", str(output), "--force"]
    start = time.perf_counter()
    done = subprocess.run(command, stderr=subprocess.PIPE, check=False)
    if done.returncode not in (0, 3):  # some members have no role
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def empty_pack(folder: Path) -> str:
    """Write a Python policy pack that does nothing. Return its folder."""
    folder.mkdir()
    (folder / "PulumiPolicy.yaml").write_text(
        "name: empty\nruntime: python\nversion: 0.0.1\ndescription: Does nothing\n"
    )
    (folder / "__main__.py").write_text(EMPTY_PACK)
    return str(folder)


def _trivial() -> None:
    # Both classes stand here so that they are pickled by value: the plugin cannot import this module.
    class Trivial(ResourceProvider):
        def create(self, props: dict[str, Any]) -> CreateResult:
            return CreateResult("trivial", props)

    class TrivialResource(Resource, name="Trivial"):  # without a class of its own, the SDK refuses the resource
        pass

    TrivialResource(Trivial(), "trivial", {})


def _data_sources() -> None:
    from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference

    SecurityPreference("preference")
    SecurityPracticeReport("practice")
    CompliancePackReport("packs")


def stack_of(folder: Path, demo: Mapping[str, str], program: Callable[[], None]) -> automation.Stack:
    """Return a new stack for a program, on a demo account."""
    (folder / "state").mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **demo,
    }
    settings = automation.ProjectSettings(name="bench", runtime="python", main=str(folder))
    options = automation.LocalWorkspaceOptions(work_dir=str(folder), project_settings=settings, env_vars=environment)
    return automation.create_stack("bench", project_name="bench", program=program, opts=options)


def time_of(stack: automation.Stack, packs: list[str], *, blocked: bool = False) -> float:
    """Return the seconds that a preview takes.

    Raises:
        CommandError: It failed, or was blocked although it should pass.
        AssertionError: It passed although it should be blocked.
    """
    start = time.perf_counter()
    try:
        stack.preview(policy_packs=packs or None)
    except CommandError as error:
        if not blocked or "policy" not in str(error).lower():
            raise
    else:
        assert not blocked, "the preview passed although the account violates the policy"
    return time.perf_counter() - start
