"""The Pulumi engine, and what must lie beside it to run Python. `check` and `snapshot` do without."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from acctgate.commands.doctor.context import Patient
from acctgate.commands.doctor.finding import Finding, failed, ok, skipped, warning
from acctgate.crossguard.engine import SCRIPTS, EngineError, find_engine, has_language_host
from acctgate.redact import one_line

OLDEST: Final = (3, 200, 0)
"""The oldest engine that acctgate is known to work with; tools/engine.py takes no older one."""
_INSTALL: Final = "install Pulumi from https://www.pulumi.com/docs/install/, or run `make engine` in a checkout"


def check(patient: Patient) -> Iterator[Finding]:
    """Where the engine is, whether it runs and is new enough, and whether it can run Python."""
    patient.say("the Pulumi engine")
    try:
        engine = find_engine(patient.project)
    except EngineError:
        project = any((patient.project / name).is_file() for name in ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json"))
        told = failed if project else warning  # without a project, nothing here needs it
        yield told("engine", "there is no pulumi on PATH; acctgate preview needs it", _INSTALL)
        yield skipped("language host", "there is no engine", "see to the engine first")
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
        return failed("engine", f"{engine} cannot be run: {one_line(error)}", _INSTALL)
    version = one_line(done.stdout)
    numbers = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    if numbers is None:
        return failed("engine", f"{engine} says no version: {version or 'nothing'}", _INSTALL)
    if tuple(map(int, numbers.groups())) < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        return failed("engine", f"{engine} is {version}; acctgate preview needs v{oldest} or newer", _INSTALL)
    return ok("engine", f"{engine}, {version}")


def _host(engine: Path) -> Finding:
    """The installer puts a language host and two scripts beside the engine. Without the host, `acctgate preview` is
    one and brings the scripts; with it, it relies on them."""
    if not has_language_host(engine):
        return ok("language host", "none for Python beside the engine; acctgate preview brings its own")
    path = os.pathsep.join((str(engine.parent), os.environ.get("PATH", "")))
    missing = [name for name in SCRIPTS if shutil.which(name, path=path) is None]
    if missing:
        return failed("language host", f"pulumi-language-python is there, and {missing[0]} is not", _INSTALL)
    return ok("language host", "beside the engine")
