"""What is said only with --debug: where something was raised. Nothing of it is part of a report."""

from __future__ import annotations

import logging
import traceback

from acctgate.redact import one_line

_LOG = logging.getLogger("acctgate")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


def trace(what: str, error: BaseException | None) -> None:
    """Note the traceback of an error that is told in one line elsewhere. Costs nothing unless `show` was called."""
    if error is not None and _LOG.isEnabledFor(logging.DEBUG):
        lines = "".join(traceback.format_exception(error)).splitlines()
        _LOG.debug("%s", "\n".join([f"{one_line(what)}:", *map(_safe, lines)]))


def show() -> None:
    """From now on, write tracebacks to standard error."""
    if not any(type(handler) is logging.StreamHandler for handler in _LOG.handlers):
        _LOG.addHandler(logging.StreamHandler())
    _LOG.setLevel(logging.DEBUG)


def _safe(line: str) -> str:
    """A line of a traceback without secrets, its indent kept."""
    return " " * (len(line) - len(line.lstrip())) + one_line(line)
