"""What the shell completes of a value, where its type does not say. It runs at each Tab, so nothing heavy is loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def files(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Names of files; the shell knows them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def one_of(*names: str) -> Complete:
    """One of these names."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return _beginning(incomplete, dict.fromkeys(names, ""))

    return complete


def rules(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """The ids of acctgate's rules, with their titles where the shell shows them."""
    from acctgate.rules import RULES

    return _beginning(incomplete, {rule.id: rule.title for rule in RULES})


def operations(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """The operations that the demo account knows."""
    from acctgate.demo.server import OPERATIONS

    return _beginning(incomplete, dict.fromkeys(OPERATIONS, ""))


def _beginning(incomplete: str, told: dict[str, str]) -> list[CompletionItem[str]]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name, help=title or None) for name, title in told.items() if name.startswith(incomplete)]
