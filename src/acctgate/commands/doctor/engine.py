"""Check the Pulumi engine and its Python language host. `check` and `snapshot` need neither."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from acctgate.commands.doctor.context import DoctorContext
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.crossguard.engine import EngineError, find_engine, has_language_host, missing_scripts
from acctgate.installation import PULUMI
from acctgate.plan.project import PROJECT_FILES
from acctgate.redact import one_line

OLDEST: Final = (3, 200, 0)
"""The oldest engine that acctgate works with. tools/engine.py accepts no older one."""
_INSTALL: Final = "install Pulumi from https://www.pulumi.com/docs/install/"


def check(context: DoctorContext) -> Iterator[Finding]:
    """Check that the engine exists, runs, is new enough, and can run Python."""
    context.say("the Pulumi engine")
    project = any((context.project / name).is_file() for name in PROJECT_FILES)
    report = failed if project else warning  # only a project needs it
    if missing := PULUMI.missing:
        yield report("extra pulumi", f"{missing[0]} is not installed; acctgate preview needs it", PULUMI.command)
    try:
        engine = find_engine(context.project)
    except EngineError:
        yield report("engine", "no pulumi on PATH; acctgate preview needs it", _INSTALL)
        yield skipped("language host", "no engine", "fix the engine first")
        return
    yield _version(engine)
    yield _host(engine)


def _version(engine: Path) -> Finding:
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [engine, "version"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=True,
            env=environment,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return failed("engine", f"{engine} cannot run: {one_line(error)}", _INSTALL)
    version = one_line(done.stdout)
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if numbers is None:
        return failed("engine", f"{engine} prints no version: {version or 'nothing'}", _INSTALL)
    if tuple(map(int, numbers.groups())) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return failed("engine", f"{engine} is {version}; acctgate preview needs v{oldest} or newer", _INSTALL)
    return ok("engine", f"{engine}, {version}")


def _host(engine: Path) -> Finding:
    """Check the language host beside the engine.

    Pulumi's installer puts a language host and two scripts there. Without the host, `acctgate preview` uses its own
    host and scripts; with it, it needs the installed scripts.
    """
    if not has_language_host(engine):
        return ok("language host", "none for Python beside the engine; acctgate preview has its own")
    if missing := missing_scripts(engine):
        return failed("language host", f"pulumi-language-python is installed, but {missing[0]} is missing", _INSTALL)
    return ok("language host", "beside the engine")
