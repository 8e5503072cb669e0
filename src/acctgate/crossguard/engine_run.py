"""Run the engine and the program under judgement in a process of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread
from typing import Final

from acctgate.crossguard import variables

_NEW_STACK: Final = "preview"
_WITHHELD: Final = (
    "GITHUB_ENV",
    "GITHUB_OUTPUT",
    "GITHUB_PATH",
    "GITHUB_STATE",
    "GITHUB_STEP_SUMMARY",
    "ACTIONS_CACHE_URL",
    "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
    "ACTIONS_ID_TOKEN_REQUEST_URL",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_RUNTIME_TOKEN",
    "ACTIONS_RUNTIME_URL",
    "BASH_ENV",
    "BITBUCKET_STEP_OIDC_TOKEN",
    "BUILDKITE_AGENT_ACCESS_TOKEN",
    "BUILDKITE_ENV_FILE",
    "CIRCLE_OIDC_TOKEN",
    "CIRCLE_OIDC_TOKEN_V2",
    "SYSTEM_ACCESSTOKEN",
    "SYSTEM_OIDCREQUESTURI",
    variables.STATE,
)
"""Variables with which a program could change later steps of its workflow or get an identity of its own, and the claim
about the state that only a preview of a new stack makes."""


@dataclass(frozen=True, slots=True)
class EngineRun:
    """What the process is to run. JSON carries it there, so paths are text."""

    project: str
    """The project's folder."""
    workspace: str
    """An empty folder for a new stack."""
    engine: str
    """The `pulumi` executable, for messages."""
    inline: bool
    """Whether the program runs in that process instead of a language host."""
    stack: str | None = None
    """An existing stack; None creates one in a file."""

    @property
    def stack_name(self) -> str:
        """The stack's name without organization and project."""
        return (self.stack or _NEW_STACK).rsplit("/", 1)[-1]


@dataclass(frozen=True, slots=True)
class RunResult:
    """How the engine ended."""

    failure: str | None
    """What went wrong, None if nothing did or policies alone have stopped the engine."""
    blocked: bool = False
    """Whether policies alone have stopped the engine."""


def run_engine(run: EngineRun, environment: Mapping[str, str], progress: Callable[[str], None]) -> RunResult:
    """Run the engine to its end.

    Whatever the program and its children print goes to standard error: standard output is for the report.

    Args:
        run: What to run.
        environment: Variables for the engine, its plugins and the program, beside those of this process.
        progress: Receives what the engine is doing, in a few words.
    """
    request = Path(run.workspace) / "run.json"
    request.write_text(json.dumps(asdict(run)), encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if name not in _WITHHELD}
    ours, theirs = os.pipe()
    # -P: the project's folder must not shadow modules of this package. -u: what the program prints stays in order.
    process = subprocess.Popen(
        [sys.executable, "-Pu", "-m", "acctgate.crossguard.engine_child", str(request), str(theirs)],
        env={**inherited, **environment},
        stdout=_standard_error(),
        pass_fds=[theirs],
    )
    os.close(theirs)
    results: list[RunResult] = []
    listener = Thread(target=_listen, args=(ours, progress, results), daemon=True)
    listener.start()
    try:
        status = process.wait()
    except BaseException:
        process.kill()  # a program may ignore SIGTERM
        process.wait()
        raise
    listener.join(timeout=1)  # a process that the program has left behind may hold the pipe open
    if not results:
        return RunResult(f"the program's process ended before the preview did (exit status {status})")
    return results[-1]


def _listen(descriptor: int, progress: Callable[[str], None], results: list[RunResult]) -> None:
    with os.fdopen(descriptor, encoding="utf-8", errors="replace") as pipe:
        for line in pipe:
            try:
                message = json.loads(line)
                if "progress" in message:
                    progress(str(message["progress"]))
                else:
                    results.append(RunResult(**message["result"]))
            except (ValueError, LookupError, TypeError, RecursionError):
                continue  # the program has the pipe, too, and may write anything


def _standard_error() -> int:
    try:
        os.fstat(2)
    except OSError:  # it is closed
        return subprocess.DEVNULL
    return 2
