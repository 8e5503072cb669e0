"""The command `acctgate demo-account`."""

from __future__ import annotations

import re
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Final

import click

from acctgate.cli.support.completion import one_of
from acctgate.cli.support.examples import WithExamples
from acctgate.demo import DemoOrganization, DemoServer
from acctgate.demo.organization import SEED
from acctgate.sources.operations import BY_NAME
from acctgate.text import os_reason, plural

_LATENCY: Final = re.compile(r"(\d{1,6}(?:\.\d{1,3})?)(ms|s)", re.ASCII)
_LONGEST_LATENCY: Final = timedelta(minutes=1)


def _parse_latency(ctx: click.Context, parameter: click.Parameter, text: str) -> timedelta:
    match = _LATENCY.fullmatch(text)
    latency = timedelta(seconds=float(match[1]) / (1000 if match[2] == "ms" else 1)) if match else None
    if latency is None or latency > _LONGEST_LATENCY:
        raise click.UsageError(f"--latency {text}: invalid latency; use 50ms or 0.5s, at most 60s")
    return latency


@click.command(
    "demo-account",
    cls=WithExamples,
    short_help="Serve the embedded demo account.",
    examples=(
        "acctgate demo-account --port 8080",
        "acctgate demo-account --compliant --deny GetSecurityPreference --throttle ListCompliancePacks=2",
        "acctgate demo-account --accounts 1000 --latency 50ms --fault-rate 0.05  # an organization",
        "acctgate demo-account --tls .acctgate/tls  # HTTPS, to assume roles",
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
@click.option(
    "--accounts",
    type=click.IntRange(1, 1_000_000),
    metavar="N",
    help="Serve an organization: a Resource Directory of N members, and the demo account as its management account.",
)
@click.option(
    "--latency",
    callback=_parse_latency,
    default="0ms",
    metavar="TIME",
    help="Delay each response, for example by 50ms.",
)
@click.option(
    "--fault-rate",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="R",
    help="The share of calls that fail: throttled, unavailable, or with a closed or half-closed connection.",
)
@click.option("--seed", type=int, default=SEED, metavar="N", help="The seed of the members and the faults.")
def command(
    port: int,
    deny: tuple[str, ...],
    throttle: tuple[str, ...],
    compliant: bool,
    tls: Path | None,
    accounts: int | None,
    latency: timedelta,
    fault_rate: float,
    seed: int,
) -> None:
    """Serve the embedded demo account on this machine until Ctrl-C."""
    calls = dict(_parse_throttle(text) for text in throttle)
    for operation in (*deny, *calls):
        if operation not in BY_NAME:
            raise click.UsageError(f"{operation}: invalid operation; use {', '.join(BY_NAME)}")
    server = _server(port, tls, DemoOrganization(accounts, seed) if accounts else None)
    server.denied.update(deny)
    server.throttled.update(calls)
    server.latency, server.fault_rate, server.seed = latency, fault_rate, seed
    if compliant:
        server.account.comply()
    _serve(server)


def _server(port: int, tls: Path | None, organization: DemoOrganization | None) -> DemoServer:
    try:
        if tls is not None:
            tls.mkdir(parents=True, exist_ok=True)
        return DemoServer(port=port, tls=tls, organization=organization)
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
        if server.organization is not None:
            click.echo(f"# management account of an organization with {plural(len(server.organization), 'member')}")
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
