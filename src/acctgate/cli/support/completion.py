"""What the shell completes where an option's type does not define the values. It runs at each Tab, so it is fast."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click
from click.shell_completion import CompletionItem

Complete = Callable[[click.Context, click.Parameter, str], list[CompletionItem[str]]]


def files(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the name of a file, which the shell does itself."""
    return [CompletionItem(incomplete, type="file")]


def one_of(*names: str) -> Complete:
    """Return a function that completes one of these names."""

    def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
        return _starting_with(incomplete, dict.fromkeys(names))

    return complete


def rules(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:
    """Complete the id of a built-in rule, with its title as help."""
    from acctgate.rules import RULES  # noqa: PLC0415 - only this completion needs the rules, which load pydantic

    return _starting_with(incomplete, {rule.id: rule.title for rule in RULES})


def _starting_with(incomplete: str, titles: Mapping[str, str | None]) -> list[CompletionItem[str]]:
    return [CompletionItem(name, help=title) for name, title in titles.items() if name.startswith(incomplete)]
