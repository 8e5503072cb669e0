"""Render compliance packs, the state of a pack's report, and the results of a pack's rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from acctgate.inert_text import without_line_command
from acctgate.json_text import dump_document, dumps
from acctgate.redact import one_line
from acctgate.render.table import render_table
from acctgate.sources.compliance.packs import Pack, PackReport
from acctgate.sources.compliance.rules import RuleResult


def render_packs(packs: Sequence[Pack], format_name: str, width: int | None = None) -> str:
    """Return the packs as text or JSON. `width` is that of `render_table`."""
    if format_name == "json":
        return dump_document([asdict(pack) for pack in packs])
    rows = [tuple(map(one_line, (pack.id, pack.status or "", pack.name or ""))) for pack in packs]
    return render_table(rows, width) if rows else ""


def render_report_state(report: PackReport, format_name: str) -> str:
    """Return the state of a report as text or JSON."""
    created = None
    if report.created_ms is not None:
        created = datetime.fromtimestamp(report.created_ms / 1000, UTC).isoformat(timespec="seconds")
    if format_name == "json":
        state = {"CompliancePackId": report.pack_id, "ReportStatus": report.status, "created": created}
        return dumps(state) + "\n"
    line = one_line(f"{report.pack_id}: {report.status}{f', generated {created}' if created else ''}")
    return f"{without_line_command(line)}\n"


def render_rules(rules: Sequence[RuleResult], format_name: str, width: int | None = None) -> str:
    """Return the results of a pack's rules as text or JSON. `width` is that of `render_table`."""
    if format_name == "json":
        return dump_document([asdict(rule) for rule in rules])
    rows = [tuple(map(one_line, (rule.result, rule.risk, rule.id, rule.name))) for rule in rules]
    return render_table([("result", "risk", "rule", "name"), *rows], width) if rows else ""
