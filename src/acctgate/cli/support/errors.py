"""End a command with one line of what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

from acctgate.reading import InputError
from acctgate.writing import WriteError

T = TypeVar("T")


def or_fail(call: Callable[[], T], *errors: type[Exception]) -> T:
    """Return what `call` returns. Its failure ends the command with one line and exit status 2.

    Args:
        call: What to do.
        errors: Errors that it may raise, besides those of sources, policies and outputs.

    Raises:
        click.ClickException: It failed with one of these errors.
    """
    expected: tuple[type[Exception], ...] = (InputError, WriteError, *errors)
    try:
        return call()
    except expected as error:
        raise click.ClickException(str(error)) from None
