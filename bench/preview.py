"""The preview: what the pack and the data sources add, and what a block adds to a pass."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from pulumi import automation
from pulumi.automation.errors import CommandError

from acctgate.crossguard.engine import find_engine, search_path
from acctgate.demo import DemoServer
from bench.measure import ROOT, Ratio

ROUNDS = 4


def previews(folder: Path) -> Iterator[Ratio]:
    """Previews through the Automation API on the demo account, interleaved, best of each."""
    scripts = folder / "bin"
    scripts.mkdir()
    with DemoServer() as blocked, DemoServer() as passing:
        passing.account.comply()
        os.environ["PATH"] = search_path(find_engine(ROOT), scripts)
        bare = stack_of(folder / "bare", blocked, lambda: None)
        gated = stack_of(folder / "gated", blocked, _data_sources)
        clean = stack_of(folder / "clean", passing, _data_sources)
        pack = [str(ROOT / "policies")]
        best = dict.fromkeys(("bare", "blocked", "passing"), float("inf"))
        for _ in range(ROUNDS):
            best["bare"] = min(best["bare"], time_of(bare, []))
            best["blocked"] = min(best["blocked"], time_of(gated, pack))
            best["passing"] = min(best["passing"], time_of(clean, pack))
    detail = "[" + ", ".join(f"{name} {seconds:.2f} s" for name, seconds in best.items()) + "]"
    yield Ratio("seconds that pack and data sources add to a preview", best["passing"] - best["bare"], 0.6, detail)
    yield Ratio("seconds that a block adds to a pass", best["blocked"] - best["passing"], 0.3, detail)


def _data_sources() -> None:
    from acctgate.crossguard import CompliancePackReport, SecurityPracticeReport, SecurityPreference

    SecurityPreference("preference")
    SecurityPracticeReport("practice")
    CompliancePackReport("packs")


def stack_of(folder: Path, demo: DemoServer, program: Callable[[], None]) -> automation.Stack:
    """A new stack for a program, on a demo account."""
    (folder / "state").mkdir(parents=True)
    environment = {
        "PATH": os.environ["PATH"],
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
        "PULUMI_CONFIG_PASSPHRASE": "",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **demo.environment,
    }
    settings = automation.ProjectSettings(name="bench", runtime="python", main=str(folder))
    options = automation.LocalWorkspaceOptions(work_dir=str(folder), project_settings=settings, env_vars=environment)
    return automation.create_stack("bench", project_name="bench", program=program, opts=options)


def time_of(stack: automation.Stack, packs: list[str]) -> float:
    """Seconds that a preview takes, blocked or not."""
    start = time.perf_counter()
    try:
        stack.preview(policy_packs=packs or None)
    except CommandError as error:
        if "policy" not in str(error).lower():
            raise
    return time.perf_counter() - start
