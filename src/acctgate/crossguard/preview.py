"""`pulumi preview` of a project with the policy pack.

The verdict comes from the pack's report, not from the engine's events: these carry neither passes nor severities.
Without a report of this run nothing has been judged, whatever the engine or the program claims.
"""

from __future__ import annotations

import os
import sys
import tempfile
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from acctgate.crossguard import report_file, variables
from acctgate.crossguard.engine import find_engine, has_language_host, search_path
from acctgate.crossguard.engine_run import EngineRun, run_engine
from acctgate.crossguard.project import Project, ProjectError, read_project
from acctgate.crossguard.report_file import ReportError
from acctgate.crossguard.selected_stack import selected_stack
from acctgate.installation import PULUMI, MissingExtraError
from acctgate.model.report_document import Report, RunIdentity
from acctgate.text import os_reason

Progress = Callable[[str], None]


class PreviewError(Exception):
    """The project could not be previewed or judged. The text is one line: what and, if possible, where."""


@dataclass(frozen=True, slots=True)
class Job:
    """A preview to make."""

    project: Path
    """The folder of the Pulumi project."""
    policy: str | None = None
    """The policy file, or a preset's name, to judge by; None: the policy that the project's pack serves."""
    stack: str | None = None
    """An existing stack in the user's own back end. None uses the selected one, or creates one in a temporary file."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables for the engine, its plugins and the pack."""
    stand_in: bool = False
    """Whether the stand-in replaces the alicloud plugin: a small provider that works only on the demo account."""
    frameworks: tuple[str, ...] = ()
    """The frameworks whose controls the pack judges, too."""


@dataclass(frozen=True, slots=True)
class Result:
    """The pack's report, and how the engine ended."""

    report: Report
    failure: str | None
    """What went wrong in the engine, None if nothing did or the policies in the report have stopped it."""


class _Engine(NamedTuple):
    """The engine that is found, and the project that it previews."""

    path: Path
    project: Project
    inline: bool
    """Whether this process runs the program, in place of the engine's own language host."""


def preview(job: Job, progress: Progress) -> Result:
    """Preview a project and judge the account.

    Raises:
        PreviewError: The extra, a project or a program is missing, or the pack left no report of this run.
        EngineError: There is no engine.
    """
    try:
        engine = _find(job.project)
    except (MissingExtraError, ProjectError, ReportError) as error:
        raise PreviewError(str(error)) from None
    # Ignore errors: an engine that the program has left behind may still write.
    with tempfile.TemporaryDirectory(prefix="acctgate-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        job = replace(job, stack=job.stack or (None if job.stand_in else selected_stack(engine.path, engine.project)))
        run = EngineRun(str(job.project), folder, str(engine.path), engine.inline, job.stack)
        identity = RunIdentity(uuid.uuid4().hex, engine.project.name, run.stack_name)
        progress("starting the Pulumi engine")
        result = run_engine(run, _environment(job, engine.path, place, identity), progress)
        report = place / "report.json"
        try:
            judged = report_file.read(report, identity)
            report_file.require_frameworks(judged, job.frameworks)
        except ReportError as error:
            raise PreviewError(result.failure or str(error)) from None
        _copy(report, os.environ.get(variables.REPORT))
    if result.blocked and judged.verdict == "pass":
        return Result(judged, "a policy stopped the engine, and the report does not show which")
    return Result(judged, result.failure)


def _find(folder: Path) -> _Engine:
    """Return the engine and the project in a folder, once a preview has what it needs. An earlier report is removed."""
    PULUMI.require("acctgate preview")
    project = read_project(folder)
    report_file.remove()
    engine = find_engine(folder)
    hosted = has_language_host(engine)
    inline = project.runtime == "python" and (not hosted or project.uses_this_environment)
    if inline:
        project.require_program()
    if hosted:
        project.require_pack_environment()
    return _Engine(engine, project, inline)


def _environment(job: Job, engine: Path, place: Path, identity: RunIdentity) -> dict[str, str]:
    """Return the variables that the engine, its plugins, the program and the pack need."""
    scripts = place / "bin"
    scripts.mkdir()
    environment = {
        "PATH": search_path(engine, scripts, stand_in=job.stand_in),
        "PULUMI_PYTHON_CMD": sys.executable,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "no_grpc_proxy": "127.0.0.1,localhost",  # keep the engine's calls to its plugins from a proxy
        variables.REPORT: str(place / "report.json"),
        variables.POSITIONS: str(place / "positions.json"),
        variables.RUN: str(identity.id),
        variables.PROJECT: str(job.project),
        **({variables.POLICY: job.policy} if job.policy else {}),
        variables.FRAMEWORKS: " ".join(job.frameworks),
        **job.environment,
    }
    if job.stack is None:
        state = place / "state"
        state.mkdir()
        environment |= {"PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": ""}
        # The program may be deployed elsewhere; on the demo account nothing is.
        environment[variables.STATE] = variables.STATE_EMPTY if job.stand_in else variables.STATE_UNKNOWN
    return environment


def _copy(report: Path, destination: str | None) -> None:
    """Copy the report to the file that the caller's own ACCTGATE_REPORT names."""
    try:
        if destination:
            Path(destination).write_bytes(report.read_bytes())
    except OSError as error:
        raise PreviewError(f"{destination}: {os_reason(error)}") from None
