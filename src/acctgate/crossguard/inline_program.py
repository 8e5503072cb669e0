"""Run a project's Python program in this process. The Automation API is its language host.

This needs no language host on PATH, and it is quieter: Pulumi's own language host waits five seconds and prints a
traceback if a mandatory policy fails.
"""

from __future__ import annotations

import runpy
import sys
import traceback
from contextlib import chdir
from pathlib import Path

from acctgate.crossguard.positions import PositionRecorder
from acctgate.redact import one_line


class InlineProgram:
    """A program as the Automation API calls it."""

    def __init__(self, place: Path, recorder: PositionRecorder) -> None:
        """Take the program's file, or the folder of its `__main__.py`."""
        self._recorder = recorder
        self._main = place if place.is_file() else place / "__main__.py"
        self.failure: str | None = None
        """Where and why the program has failed."""

    def __call__(self) -> None:
        """Run the program.

        Raises:
            RuntimeError: It exits with another status than 0.
            Exception: Whatever the program raises.
        """
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
            self.failure = f"{self._location(error)}: {type(error).__name__}: {one_line(error)}"
            raise
        finally:
            sys.path.remove(str(self._main.parent))

    def _location(self, error: Exception) -> str:
        """Return the line of the program's main file that the error passed through."""
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(self._main)]
        if isinstance(error, SyntaxError) and error.filename:
            return f"{error.filename}:{error.lineno}"
        return f"{self._main}:{frames[-1].lineno}" if frames else str(self._main)
