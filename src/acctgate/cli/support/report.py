"""Read a report that a command's arguments name. Apart from `inputs`, since few commands need the models of reports."""

from __future__ import annotations

import click

from acctgate.cli.support.errors import or_fail
from acctgate.model.report_document import Report, read_report
from acctgate.reading import read_text


def report(path: str) -> Report:
    """Read a JSON report.

    Raises:
        click.ClickException: It cannot be read, or is invalid.
    """
    text = or_fail(lambda: read_text(path))
    try:
        return read_report(text)
    except ValueError as error:
        raise click.ClickException(f"{path}: {error}") from None
