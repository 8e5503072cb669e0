"""acctgate demo-account"""

from __future__ import annotations

import signal
import sys
import threading

import click

from acctgate.cli.completion import operations
from acctgate.cli.examples import WithExamples
from acctgate.demo import DemoServer
from acctgate.sources.operations import BY_NAME
from acctgate.text import os_reason


@click.command(
    "demo-account",
    cls=WithExamples,
    short_help="Serve the embedded demo account.",
    examples=(
        "acctgate demo-account --port 8080",
        "acctgate demo-account --compliant --deny GetSecurityPreference --throttle ListCompliancePacks=2",
    ),
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    metavar="N",
    help="The port; 0 takes a free one.  [default: 0]",
)
@click.option(
    "--deny",
    multiple=True,
    metavar="OPERATION",
    shell_complete=operations,
    help="Deny an operation, for example GetSecurityPreference.",
)
@click.option(
    "--throttle", multiple=True, metavar="OPERATION=N", shell_complete=operations,
    help="Throttle the next N calls of an operation.",
)  # fmt: skip
@click.option("--compliant", is_flag=True, help="Start with an account that satisfies the strict preset.")
def command(port: int, deny: tuple[str, ...], throttle: tuple[str, ...], compliant: bool) -> None:
    """Serve the embedded demo account on this machine until Ctrl-C."""
    calls = dict(map(_parse_throttle, throttle))
    for operation in (*deny, *calls):
        if operation not in BY_NAME:
            raise click.UsageError(f"{operation}: invalid operation; use {', '.join(BY_NAME)}")
    try:
        server = DemoServer(port=port)
    except OSError as error:
        raise click.ClickException(f"port {port}: {os_reason(error)}") from None
    server.denied.update(deny)
    server.throttled.update(calls)
    if compliant:
        server.account.comply()
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    signal.signal(signal.SIGINT, lambda *_: done.set())
    with server:
        click.echo(f"# demo account {server.account.account_id} on {server.endpoint}; press Ctrl-C to stop")
        for name, value in server.environment.items():
            click.echo(f"export {name}={value}")
        sys.stdout.flush()
        done.wait()


def _parse_throttle(text: str) -> tuple[str, int]:
    operation, _, number = text.partition("=")
    if not number.isascii() or not number.isdigit():
        raise click.UsageError(f"--throttle {text}: use OPERATION=N, for example GetSecurityPreference=2")
    return operation, int(number)
