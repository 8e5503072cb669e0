"""The command `acctgate demo-account`."""

from __future__ import annotations

import signal
import sys
import threading
from pathlib import Path

import click

from acctgate.cli.completion import one_of
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
        "acctgate demo-account --tls .acctgate/tls  # for programs that call AssumeRole over HTTPS",
    ),
)
@click.option(
    "--port", type=click.IntRange(0, 65535), default=0, metavar="N", help="TCP port.  [default: any free port]"
)
@click.option(
    "--deny",
    multiple=True,
    metavar="OPERATION",
    shell_complete=one_of(*BY_NAME),
    help="Deny an operation, for example GetSecurityPreference.",
)
@click.option(
    "--throttle",
    multiple=True,
    metavar="OPERATION=N",
    shell_complete=one_of(*BY_NAME),
    help="Throttle the next N calls of an operation.",
)
@click.option("--compliant", is_flag=True, help="Start with an account that satisfies the strict preset.")
@click.option(
    "--tls",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Serve TLS too, on the same port, with a self-signed certificate that is written to DIR.",
)
def command(port: int, deny: tuple[str, ...], throttle: tuple[str, ...], compliant: bool, tls: Path | None) -> None:
    """Serve the embedded demo account on this machine until Ctrl-C."""
    calls = dict(_parse_throttle(text) for text in throttle)
    for operation in (*deny, *calls):
        if operation not in BY_NAME:
            raise click.UsageError(f"{operation}: invalid operation; use {', '.join(BY_NAME)}")
    server = _server(port, tls)
    server.denied.update(deny)
    server.throttled.update(calls)
    if compliant:
        server.account.comply()
    _serve(server)


def _server(port: int, tls: Path | None) -> DemoServer:
    try:
        if tls is not None:
            tls.mkdir(parents=True, exist_ok=True)
        return DemoServer(port=port, tls=tls)
    except OSError as error:
        raise click.ClickException(f"{error.filename or f'port {port}'}: {os_reason(error)}") from None


def _serve(server: DemoServer) -> None:
    """Print the variables that lead to the server, and serve until a signal arrives."""
    done = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: done.set())
    signal.signal(signal.SIGINT, lambda *_: done.set())
    with server:
        click.echo(f"# demo account {server.account.account_id} on {server.endpoint}; press Ctrl-C to stop")
        for name, value in server.environment.items():
            click.echo(f"export {name}={value}")
        if server.certificate is not None:
            # A comment, since the variable would replace the certificates that every other HTTPS client trusts.
            click.echo(f"# for HTTPS clients: SSL_CERT_FILE={server.certificate}")
        sys.stdout.flush()
        done.wait()


def _parse_throttle(text: str) -> tuple[str, int]:
    operation, _, number = text.partition("=")
    if not number.isascii() or not number.isdigit():
        raise click.UsageError(f"--throttle {text}: use OPERATION=N, for example GetSecurityPreference=2")
    return operation, int(number)
