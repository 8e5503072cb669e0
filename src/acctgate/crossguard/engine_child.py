"""The process that runs the engine and the program under judgement. `acctgate preview` starts it.

The program may do anything to its own process: end it, or patch modules. So that process decides nothing. It reports
progress and errors to its parent; the verdict comes from the policy pack's report, which the parent reads.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import SubprocessError
from typing import Final, TextIO

import yaml
from pulumi import automation
from pulumi.automation.errors import CommandError, InvalidVersionError, StackNotFoundError

from acctgate.crossguard import variables
from acctgate.crossguard.engine_errors import explain_failure
from acctgate.crossguard.engine_run import EngineRun, RunResult
from acctgate.crossguard.inline_program import InlineProgram
from acctgate.crossguard.parent_process import end_with_parent
from acctgate.crossguard.positions import PositionRecorder
from acctgate.crossguard.project import Project, read_project
from acctgate.redact import one_line

_STOPPED: Final = "preview failed"
"""All that the engine prints, beside its policy events, if a mandatory policy is violated."""
Progress = Callable[[str], None]


@dataclass(slots=True)
class _Events:
    """Collects the engine's events."""

    progress: Progress
    errors: list[str]
    violated: bool = False
    """Whether a mandatory policy is violated."""

    def __call__(self, event: automation.EngineEvent) -> None:
        if event.resource_pre_event and event.resource_pre_event.metadata.type != "pulumi:pulumi:Stack":
            metadata = event.resource_pre_event.metadata
            self.progress(f"{metadata.op.value} {one_line(metadata.urn.rsplit('::', 1)[-1])}")
        if event.diagnostic_event and event.diagnostic_event.severity == "error":
            self.errors.append(event.diagnostic_event.message)
        if event.policy_event and event.policy_event.enforcement_level == "mandatory":
            self.violated = True

    @property
    def blocked(self) -> bool:
        """Whether policies alone have stopped the engine."""
        return self.violated and all(text.strip() == _STOPPED for text in self.errors)


def preview(run: EngineRun, progress: Progress) -> RunResult:
    """Run `pulumi preview` with the policy pack."""
    project = read_project(Path(run.project))
    program = None
    if run.inline:
        recorder = PositionRecorder(project.folder, Path(os.environ[variables.POSITIONS]))
        program = InlineProgram(project.program, recorder)
    events = _Events(progress, [])
    try:
        stack = _open_stack(run, project, program)
        stack.preview(policy_packs=[str(project.pack)], on_event=events, color="never")
    except StackNotFoundError:
        return RunResult(f"stack {run.stack}: does not exist; list the stacks with `pulumi stack ls`")
    except (InvalidVersionError, SubprocessError) as error:
        return RunResult(f"{run.engine}: cannot be used: {one_line(error)}")
    except CommandError as error:
        failed = None if events.blocked else explain_failure(events.errors, str(error))
        return RunResult(_failure_of(program) or failed, events.blocked)
    except (RuntimeError, OSError, ValueError) as error:
        return RunResult(_failure_of(program) or explain_failure(events.errors, str(error)))
    return RunResult(_failure_of(program))


def _failure_of(program: InlineProgram | None) -> str | None:
    return program.failure if program else None


def _open_stack(run: EngineRun, project: Project, program: InlineProgram | None) -> automation.Stack:
    """Select the stack that is named, or create one in a file."""
    # The engine needs these for the policy pack. A program in this process does not.
    private = {name: os.environ.pop(name) for name in (variables.REPORT, variables.RUN)}
    if run.stack is not None:
        options = automation.LocalWorkspaceOptions(work_dir=str(project.folder), env_vars=private)
        if program:
            return automation.select_stack(run.stack, project_name=project.name, program=program, opts=options)
        return automation.select_stack(run.stack, work_dir=str(project.folder), opts=options)
    work_dir = Path(run.workspace) / "project"
    work_dir.mkdir()
    (work_dir / "Pulumi.yaml").write_text(yaml.safe_dump(project.relocated()), encoding="utf-8")
    options = automation.LocalWorkspaceOptions(work_dir=str(work_dir), env_vars=private)
    if program:
        return automation.create_stack(run.stack_name, project_name=project.name, program=program, opts=options)
    return automation.create_stack(run.stack_name, work_dir=str(work_dir), opts=options)


def main() -> None:
    """Run the command of the parent. Arguments: a file with the run, and the file descriptor of the parent's pipe."""
    end_with_parent()
    run = EngineRun(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    descriptor = int(sys.argv[2])
    os.set_inheritable(descriptor, False)  # or the parent would wait for every process that inherits it
    # If the engine ends first, gRPC logs a traceback of the SDK's language host.
    logging.getLogger("grpc").addHandler(logging.NullHandler())
    with os.fdopen(descriptor, "w", encoding="utf-8") as parent:
        result = preview(run, lambda text: _send(parent, {"progress": text}))
        _send(parent, {"result": asdict(result)})


def _send(parent: TextIO, message: dict[str, object]) -> None:
    parent.write(json.dumps(message) + "\n")
    parent.flush()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
