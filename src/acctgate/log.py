"""What acctgate writes to standard error beside its reports: notices, and tracebacks with --debug."""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Final

from acctgate.redact import one_line

_LOG: Final = logging.getLogger("acctgate")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


def notice(text: str) -> None:
    """Write one line to standard error, for what succeeds but should be known."""
    sys.stderr.write(f"acctgate: {one_line(text)}\n")


def trace(what: str, error: BaseException | None) -> None:
    """Log the traceback of an error that is reported in one line elsewhere. Cheap unless `show` was called."""
    if error is not None and _LOG.isEnabledFor(logging.DEBUG):
        lines = "".join(traceback.format_exception(error)).splitlines()
        _LOG.debug("%s", "\n".join([f"{one_line(what)}:", *map(_safe, lines)]))


def silence(*libraries: str) -> None:
    """Let these libraries log nothing: they print tracebacks, and addresses with tokens in them."""
    for name in libraries:
        logger = logging.getLogger(name)
        logger.handlers[:] = [logging.NullHandler()]
        logger.propagate = False


def show() -> None:
    """Write tracebacks to standard error from now on."""
    if not any(isinstance(handler, _StandardError) for handler in _LOG.handlers):
        _LOG.addHandler(_StandardError())
    _LOG.setLevel(logging.DEBUG)


class _StandardError(logging.Handler):
    """Writes to what standard error is at that moment: a program that calls acctgate may replace and close it."""

    def emit(self, record: logging.LogRecord) -> None:
        """See base class."""
        sys.stderr.write(f"{self.format(record)}\n")


def _safe(line: str) -> str:
    """Return a line of a traceback without secrets, indented as before."""
    return " " * (len(line) - len(line.lstrip())) + one_line(line)
