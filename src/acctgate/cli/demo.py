"""The command `acctgate demo`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from acctgate.cli.support.errors import or_fail
from acctgate.cli.support.examples import WithExamples
from acctgate.cli.support.exit_status import UNUSABLE
from acctgate.cli.support.options import LANGUAGE_VARIABLE, color_option, format_option, language_option, output_option
from acctgate.cli.support.output import Color, add_inputs, terminal_width
from acctgate.cli.support.writer import Look, Writer
from acctgate.demo import DemoServer
from acctgate.evaluate.pipeline import evaluate
from acctgate.language import Language, Words
from acctgate.model.optional_sections import Extras
from acctgate.policy.find import load_selected
from acctgate.policy.identity import judged_by
from acctgate.render.layout import Layout
from acctgate.sources.live import read_account
from acctgate.sources.target import Target

_SETTINGS: Final = ("ACCTGATE_", "ALIBABA_CLOUD_")
"""Beginnings of the names of variables that select an account or its credentials."""
_END: Final = Words(
    "This is a demonstration account. `acctgate check` exits with status {} for this verdict. Next:",
    "这是演示账号。对于这一结论，`acctgate check` 的退出状态为 {}。接下来：",
)
_NEXT: Final = (
    (
        "acctgate demo --policy strict --format html=demo.html",
        Words("a page for people, by the strict preset", "按预设策略 strict 生成便于阅读的页面"),
    ),
    (
        "acctgate check --policy baseline",
        Words("your own account, with read-only credentials", "使用只读凭据检查您自己的账号"),
    ),
    ("acctgate init", Words("a policy and a pipeline for your repository", "为仓库生成策略和流水线")),
)
_WIDE: Final = 110
"""Columns in which each command and its purpose fit on one line."""


@click.command(
    "demo",
    cls=WithExamples,
    short_help="Show a verdict on the embedded demo account.",
    examples=(
        "acctgate demo  # no cloud account, no project, no network",
        "acctgate demo --policy strict --format text --format html=demo.html",
    ),
)
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(path_type=Path),
    default="baseline",
    show_default=True,
    metavar="FILE",
    help="A policy file, or the preset baseline or strict.",
)
@format_option
@output_option
@color_option
@language_option
@click.pass_context
def command(
    ctx: click.Context,
    policy_file: Path,
    formats: tuple[str, ...],
    output: Path | None,
    color: Color,
    language: Language,
) -> None:
    """Show a verdict on the embedded demo account.

    Serves the demo account on this machine, reads it as `acctgate check` reads a live account, and judges it. Needs
    no cloud account, no credentials, no Pulumi project and no network.
    Exit status: 0 shown, whatever the verdict; 2 any error.
    """
    now = datetime.now(UTC)
    policy = or_fail(lambda: load_selected(policy_file, Path.cwd(), now.date()))
    add_inputs(policy.files)
    writer = Writer(policy, formats, output, Look(color, language), judged_by(policy, now))
    with DemoServer() as server, _only_variables_of(server):
        account = or_fail(lambda: read_account(Target(endpoint=server.endpoint), now, None, Extras(policy.sections)))
    if account.read_as is not None:  # the embedded server has another port each time
        account = replace(account, read_as=replace(account.read_as, endpoint=None))
    evaluation = evaluate([account], policy, now)
    status = writer.write(evaluation, evaluation.notices)
    if status == UNUSABLE:
        ctx.exit(status)
    click.echo(f"\n{_next_steps(status, terminal_width() or _WIDE, language)}", err=not writer.text_on_stdout)


def _next_steps(status: int, width: int, language: Language) -> str:
    layout = Layout(width, color=False)
    lines = [layout.indented(_END.of(language).format(status), "", 0)]
    for command, words in _NEXT:
        purpose = words.of(language)
        lines += [f"  {command:55} {purpose}"] if width >= _WIDE else [f"  {command}", f"    {purpose}"]
    return "\n".join(lines)


@contextmanager
def _only_variables_of(server: DemoServer) -> Iterator[None]:
    """Hide the user's own settings and credentials, which must neither be used nor sent anywhere."""
    hidden = {
        name: value for name, value in os.environ.items() if name.startswith(_SETTINGS) and name != LANGUAGE_VARIABLE
    }
    for name in hidden:
        del os.environ[name]
    os.environ.update(server.environment)
    try:
        yield
    finally:
        for name in server.environment:
            os.environ.pop(name, None)
        os.environ.update(hidden)
