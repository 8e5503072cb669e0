"""Render findings as text and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from io import StringIO
from typing import Final

from rich.console import Console
from rich.table import Table
from rich.text import Text

from acctgate.commands.doctor.finding import Finding, counted, worst
from acctgate.json_text import dump_document
from acctgate.render.table import render_table

_SIGNS: Final = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "failed": ("✗", "red"), "skipped": ("–", "dim")}


def render_json(findings: Sequence[Finding]) -> str:
    """Return all findings as one JSON document."""
    document = {
        "version": 1,
        "status": worst(findings),
        "findings": [asdict(finding) for finding in findings],
        "counts": counted(findings),
    }
    return dump_document(document)


def render_plain(findings: Sequence[Finding]) -> str:
    """Return one line for each finding and one for its fix."""
    rows: list[tuple[str, str, str]] = []
    for finding in findings:
        rows.append((f"{finding.status:7}", finding.subject, finding.detail))
        if finding.remedy:
            rows.append(("", "", f"→ {finding.remedy}"))
    return f"{render_table(rows)}\n{_summary(findings)}\n"


def render_rich(findings: Sequence[Finding], width: int) -> str:
    """Return the findings for a terminal: coloured, and wrapped at `width` columns."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in ("sign", "subject", "detail"):
        table.add_column(overflow="fold")
    for finding in findings:
        sign, style = _SIGNS[finding.status]
        table.add_row(Text(sign, style), Text(finding.subject, "bold"), Text(finding.detail))
        if finding.remedy:
            table.add_row("", "", Text(f"→ {finding.remedy}", style))
    output = StringIO()
    console = Console(file=output, force_terminal=True, color_system="standard", width=width, highlight=False)
    console.print(table)
    console.print(Text(f"\n{_summary(findings)}", _SIGNS[worst(findings)][1]))
    return output.getvalue()


def _summary(findings: Sequence[Finding]) -> str:
    return ", ".join(f"{number} {status}" for status, number in counted(findings).items() if number)
