"""Decorators that add several options to a command."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Any

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def add_options(*options: Decorator) -> Decorator:
    """Return a decorator that adds options, in the order of the help."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def option_group(parameter: str, kind: Callable[..., Any], *options: Decorator) -> Decorator:
    """Return a decorator that adds options. The command gets their values as one object.

    Args:
        parameter: The command's parameter for the object.
        kind: Creates the object. The names of its parameters are those of the options' values.
        options: The options, in the order of the help.
    """
    names = [*signature(kind).parameters]

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(command)
        def call(**values: Any) -> Any:
            group = kind(**{name: values.pop(name) for name in names})
            return command(**{parameter: group}, **values)

        return add_options(*options)(call)

    return decorate
