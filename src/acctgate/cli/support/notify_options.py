"""The options `--notify` and `--notify-link`: send the verdict to chats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

import click

from acctgate.cli.support.completion import one_of
from acctgate.cli.support.exit_status import UNUSABLE
from acctgate.model.report import AccountReport

if TYPE_CHECKING:
    from acctgate.model.since import Since
    from acctgate.notify import Digest, Webhook

SERVICES: Final = ("dingtalk", "feishu", "wecom", "slack")
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Notifier:
    """Collects from the reports of a run, and sends one message about it to each chat.

    As a context it sends that the run failed if it ends with an error, unless the command was used wrongly.
    """

    def __init__(self, targets: Iterable[tuple[str, str]], link: str | None, environment: Mapping[str, str]) -> None:
        """Find the webhooks in the environment. One that is missing costs a line on standard error, not the run."""
        self._digest: Digest | None = None
        self._webhooks: list[Webhook] = []
        if not (targets := tuple(targets)):
            return
        from acctgate import notify  # noqa: PLC0415 - loads only for --notify

        self._digest, self._link = notify.Digest(), link or notify.find_link(environment)
        for service, variable in targets:
            try:
                self._webhooks.append(notify.find_webhook(service, variable, environment))
            except notify.NotifyError as error:
                _warn(service, error)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Send that the run failed, if it did."""
        if isinstance(error, Exception) and not isinstance(error, click.UsageError):
            self.send(UNUSABLE)

    def watch(self, reports: Iterable[AccountReport]) -> Iterable[AccountReport]:
        """Return the same reports, and collect from each as it passes."""
        return self._digest.watch(reports) if self._digest else reports

    def send(self, status: int, since: Since | None = None) -> None:
        """Send the messages. A failure costs a line on standard error.

        Args:
            status: The exit status of the run.
            since: What changed since an earlier run, None if there is none to compare with.
        """
        if self._digest is None:
            return
        from acctgate import notify  # noqa: PLC0415 - loads only for --notify

        message = self._digest.message(status, self._link, since)
        for webhook in self._webhooks:
            try:
                notify.send(webhook, message)
            except notify.NotifyError as error:
                _warn(webhook.service, error)


def _warn(service: str, error: Exception) -> None:
    click.echo(f"acctgate: --notify {service}: {error}; the verdict stands", err=True)


def _parse(ctx: click.Context, parameter: click.Parameter, values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(map(_parse_target, values))


def _parse_target(value: str) -> tuple[str, str]:
    """Return the service and the variable of a value. An invalid value is not repeated: it may be a webhook's URL."""
    service, equals, variable = value.partition("=")
    if service not in SERVICES:
        raise click.UsageError(f"--notify: invalid service; use {', '.join(SERVICES)}")
    if equals and not _VARIABLE.fullmatch(variable):
        raise click.UsageError(f"--notify {service}: after = goes the name of an environment variable, not a URL")
    return service, variable or f"ACCTGATE_{service.upper()}_WEBHOOK"


def _check_link(ctx: click.Context, parameter: click.Parameter, link: str | None) -> str | None:
    if link is None:
        return None
    from acctgate import notify  # noqa: PLC0415 - loads only for --notify-link

    if not notify.is_link(link):
        raise click.UsageError("--notify-link: invalid URL; use http:// or https://, without spaces and brackets")
    return link


notify_option = click.option(
    "--notify",
    multiple=True,
    metavar="SERVICE[=VARIABLE]",
    callback=_parse,
    shell_complete=one_of(*SERVICES),
    help="Send the verdict to dingtalk, feishu, wecom or slack. Repeatable. The environment variable "
    "ACCTGATE_SERVICE_WEBHOOK, or VARIABLE, has the webhook's URL; the one that ends with _SECRET has the signing key.",
)
notify_link_option = click.option(
    "--notify-link",
    metavar="URL",
    callback=_check_link,
    help="The report's address in the message.  [default: the job's in GitHub Actions, GitLab CI and Jenkins]",
)
