"""`pulumi preview` of a project with the policy pack, through the Automation API.

The verdict comes from the pack's report, not from the engine's events: these carry neither passes nor
severities. A preview that leaves no report has not been judged, whatever the engine says.
"""

from __future__ import annotations

import logging
import os
import re
import runpy
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import SubprocessError
from typing import Any, Final

import yaml
from pulumi import automation
from pulumi.automation.errors import CommandError, InvalidVersionError, StackNotFoundError

from acctgate.crossguard.engine import EngineError, find_engine, has_language_host, search_path
from acctgate.crossguard.pack import POLICY_VARIABLE, REPORT_VARIABLE
from acctgate.crossguard.positions import POSITIONS_VARIABLE, Recorder
from acctgate.model.report import Report, read_report
from acctgate.redact import one_line

_STACK: Final = "preview"
_STOPPED: Final = "preview failed"
"""All that the engine says, besides its policy events, where a mandatory policy is violated."""
_TRACEBACK: Final = "Traceback (most recent call last):"
_PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")
Progress = Callable[[str], None]


class PreviewError(Exception):
    """The preview could not be made or judged. The text is one line that says what, where possible where."""


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be previewed."""

    project: Path
    """The folder of the Pulumi project."""
    policy: str
    """The policy file, or a preset's name."""
    stack: str | None = None
    """A stack that exists, in the back end that Pulumi is logged in to. Without: a new one, in a file."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Further environment variables for the engine, its plugins and the pack."""
    stand_in: bool = False
    """Whether the demo account's stand-in takes the place of the alicloud plugin."""


@dataclass(frozen=True, slots=True)
class Result:
    """The pack's report, and what went wrong in the engine besides."""

    report: Report
    failure: str | None
    """What the engine complains about, None where all went well or a policy alone has stopped it."""
    blocked: bool = False
    """Whether a policy has stopped the engine."""


def preview(job: Job, progress: Progress) -> Result:
    """Preview a project and judge the account.

    Raises:
        PreviewError: There is no project, the program raises, or the engine fails before the pack has judged.
        EngineError: There is no engine that can be used.
    """
    settings = _project_settings(job.project)
    engine = find_engine(job.project)
    with tempfile.TemporaryDirectory(prefix="acctgate-") as folder:
        place = Path(folder)
        scripts = place / "bin"
        scripts.mkdir()
        report_file = place / "report.json"
        environment = {
            "PATH": search_path(engine, scripts, stand_in=job.stand_in),
            "PULUMI_PYTHON_CMD": sys.executable,
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "no_grpc_proxy": "127.0.0.1,localhost",  # or a proxy gets the engine's calls to its plugins
            REPORT_VARIABLE: str(report_file),
            POLICY_VARIABLE: job.policy,
            POSITIONS_VARIABLE: str(place / "positions.json"),
            **job.environment,
        }
        inline = _runtime(settings) == "python" and (not has_language_host(engine) or _is_ours(settings, job.project))
        recorder = Recorder(job.project, place / "positions.json")
        program = _Program(job.project / str(settings.get("main") or "."), recorder) if inline else None
        progress("starting the Pulumi engine")
        # Where the engine ends first, gRPC logs a traceback of the SDK's language host.
        logging.getLogger("grpc").addHandler(logging.NullHandler())
        with _as_program_environment(environment), _stdout_as_stderr():
            failure, blocked = _run(job, settings, engine, place, environment, program, progress)
        failure = (program and program.failure) or failure
        if report_file.exists():
            report = report_file.read_bytes()
            _copy(report, os.environ.get(REPORT_VARIABLE))
            return Result(read_report(report), failure, blocked)
    raise PreviewError(failure or "the policy pack left no report: nothing was judged")


def _copy(report: bytes, path: str | None) -> None:
    """Put the pack's report where the caller's own variable wants it."""
    try:
        if path:
            Path(path).write_bytes(report)
    except OSError as error:
        raise PreviewError(f"{path}: {(error.strerror or 'cannot be written').lower()}") from None


class _Program:
    """The project's Python program, run in this process: the Automation API is its language host.

    Raises:
        PreviewError: There is no program.
    """

    def __init__(self, place: Path, recorder: Recorder) -> None:
        self._recorder = recorder
        self._main = place if place.is_file() else place / "__main__.py"
        self.failure: str | None = None
        if not self._main.is_file():
            raise PreviewError(f"{self._main}: no such file; the project's program starts there")

    def __call__(self) -> None:
        self._recorder.watch()
        sys.path.insert(0, str(self._main.parent))
        try:
            with chdir(self._main.parent):
                runpy.run_path(str(self._main), run_name="__main__")
        except SystemExit as error:
            if error.code not in (None, 0):
                self.failure = f"{self._main}: the program ended with exit status {one_line(error.code)}"
                raise RuntimeError(self.failure) from None
        except Exception as error:
            self.failure = f"{self._where(error)}: {type(error).__name__}: {one_line(error)}"
            raise
        finally:
            sys.path.remove(str(self._main.parent))

    def _where(self, error: Exception) -> str:
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self._main)]
        if isinstance(error, SyntaxError) and error.filename:
            return f"{error.filename}:{error.lineno}"
        return f"{self._main}:{frames[-1].lineno}" if frames else str(self._main)


def _run(
    job: Job, settings: dict[str, Any], engine: Path, place: Path, environment: dict[str, str],
    program: _Program | None, progress: Progress,
) -> tuple[str | None, bool]:  # fmt: skip
    """Run the engine.

    Returns:
        What it complains about, None where all went well, and whether a policy has stopped it.
    """
    errors: list[str] = []
    violated: list[str] = []

    def watch(event: automation.EngineEvent) -> None:
        if event.resource_pre_event and event.resource_pre_event.metadata.type != "pulumi:pulumi:Stack":
            metadata = event.resource_pre_event.metadata
            progress(f"{metadata.op.value} {one_line(metadata.urn.rsplit('::', 1)[-1])}")
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            errors.append(event.diagnostic_event.message)
        if event.policy_event and event.policy_event.enforcement_level == "mandatory":
            violated.append(event.policy_event.policy_name)

    try:
        stack = _open_stack(job, settings, place, environment, program)
        stack.preview(policy_packs=[str(_pack(job.project))], on_event=watch, color="never")
    except StackNotFoundError:
        raise PreviewError(f"stack {job.stack}: does not exist; `pulumi stack ls` lists those that do") from None
    except CommandError as error:
        if violated and all(text.strip() == _STOPPED for text in errors):
            return None, True
        return _complaint(errors, str(error)), False
    except (InvalidVersionError, SubprocessError) as error:
        raise EngineError(f"{engine}: cannot be used: {one_line(error)}") from None
    except (RuntimeError, OSError, ValueError) as error:
        return _complaint(errors, str(error)), False
    return None, False


def _open_stack(
    job: Job, settings: dict[str, Any], place: Path, environment: dict[str, str], program: _Program | None
) -> automation.Stack:
    name = str(settings.get("name") or "")
    if job.stack is not None:
        options = automation.LocalWorkspaceOptions(work_dir=str(job.project), env_vars=environment)
        if program:
            return automation.select_stack(job.stack, project_name=name, program=program, opts=options)
        return automation.select_stack(job.stack, work_dir=str(job.project), opts=options)
    work_dir, state = place / "project", place / "state"
    work_dir.mkdir()
    state.mkdir()
    (work_dir / "Pulumi.yaml").write_text(yaml.safe_dump(_moved(settings, job.project)), encoding="utf-8")
    environment = {**environment, "PULUMI_BACKEND_URL": state.as_uri(), "PULUMI_CONFIG_PASSPHRASE": ""}
    options = automation.LocalWorkspaceOptions(work_dir=str(work_dir), env_vars=environment)
    if program:
        return automation.create_stack(_STACK, project_name=name, program=program, opts=options)
    return automation.create_stack(_STACK, work_dir=str(work_dir), opts=options)


def _moved(settings: dict[str, Any], project: Path) -> dict[str, Any]:
    """The project's settings, fit for another folder: the stack's files must not end up in the project."""
    moved = {**settings, "main": str(project / str(settings.get("main") or "."))}
    moved.pop("backend", None)
    runtime = moved.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    if isinstance(runtime, dict) and isinstance(options, dict) and options.get("virtualenv"):
        virtualenv = str(project / str(options["virtualenv"]))
        moved["runtime"] = {**runtime, "options": {**options, "virtualenv": virtualenv}}
    return moved


def _project_settings(project: Path) -> dict[str, Any]:
    for name in _PROJECT_FILES:
        path = project / name
        if path.is_file():
            try:
                settings = yaml.safe_load(path.read_text(encoding="utf-8"))
            except (yaml.YAMLError, OSError, UnicodeDecodeError) as error:
                raise PreviewError(f"{path}: no YAML: {one_line(error)}") from None
            if not isinstance(settings, dict) or not settings.get("name") or not _runtime(settings):
                raise PreviewError(f"{path}: a Pulumi project has a name and a runtime")
            return settings
    raise PreviewError(f"{project}: no Pulumi.yaml; run this in a Pulumi project")


def _is_ours(settings: dict[str, Any], project: Path) -> bool:
    """Whether the program would run in this very environment. Then it runs in this process: the language host waits
    five seconds and prints a traceback where a mandatory policy fails."""
    runtime = settings.get("runtime")
    options = runtime.get("options") if isinstance(runtime, dict) else None
    options = options if isinstance(options, dict) else {}
    virtualenv = options.get("virtualenv")
    return not options.get("toolchain") and (
        not virtualenv or (project / virtualenv).resolve() == Path(sys.prefix).resolve()
    )


def _runtime(settings: dict[str, Any]) -> str:
    runtime = settings.get("runtime")
    return str(runtime.get("name") if isinstance(runtime, dict) else runtime or "")


def _pack(project: Path) -> Path:
    own = project / "policies"
    return own if (own / "PulumiPolicy.yaml").is_file() else Path(__file__).parent / "policies"


def _complaint(errors: list[str], output: str) -> str:
    """The engine's own words for what went wrong: its error, not its progress, in one line."""
    plain = [text for text in errors if _TRACEBACK not in text]
    texts = plain or [*errors, output]  # beside a plain error, a traceback is what followed from it
    for text in texts:
        if raised := _raised(text):
            return raised
    lines = [line.strip() for text in texts for line in text.splitlines()]
    useful = [line for line in lines if line and not line.startswith(("code:", "stdout:"))]
    for sign in ("error: ", "Error: "):
        for line in useful:
            if sign in line:
                return "the Pulumi engine failed: " + one_line(line.partition(sign)[2] or line)
    return "the Pulumi engine failed: " + one_line(useful[0] if useful else "it did not say why")


def _raised(text: str) -> str | None:
    """Where and what, of the first Python traceback in the engine's output: the policy pack's, or a provider's."""
    before, found, after = text.partition(_TRACEBACK)
    if not found:
        return None
    indent = len(before) - before.rfind("\n") - 1
    place = ""
    for line in after.splitlines()[1:]:
        if frame := re.match(r'\s+File "([^<].*)", line (\d+)', line[indent:]):
            library = "site-packages" in frame[1]
            place = place if library and place else f"{frame[1]}:{frame[2]}: "
        elif not line[indent:].startswith(" "):
            return place + one_line(line[indent:])
    return None


@contextmanager
def _stdout_as_stderr() -> Iterator[None]:
    """Standard output is for the report: what a program or its children print goes to standard error."""
    try:
        saved = os.dup(1)
    except OSError:  # it is closed
        with redirect_stdout(sys.stderr):
            yield
        return
    sys.stdout.flush()
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(saved, 1)
        os.close(saved)


@contextmanager
def _as_program_environment(environment: Mapping[str, str]) -> Iterator[None]:
    """Let the engine, and a program that runs in this process, see the variables."""
    before = {name: os.environ.get(name) for name in environment}
    os.environ.update(environment)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
