"""Render compliance packs, the state of a pack's report, and the results of a pack's rules."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime

from acctgate.redact import one_line
from acctgate.render.table import render_table
from acctgate.sources.compliance.packs import Pack, PackReport
from acctgate.sources.compliance.rules import RuleResult


def render_packs(packs: Sequence[Pack], format_name: str, width: int | None = None) -> str:
    """Return the packs as text or JSON. `width` is that of `render_table`."""
    if format_name == "json":
        return json.dumps([asdict(pack) for pack in packs], indent=1, ensure_ascii=False) + "\n"
    rows = [(pack.id, pack.status or "", one_line(pack.name or "")) for pack in packs]
    return render_table(rows, width) if rows else ""


def render_report_state(report: PackReport, format_name: str) -> str:
    """Return the state of a report as text or JSON."""
    created = None
    if report.created_ms is not None:
        created = datetime.fromtimestamp(report.created_ms / 1000, UTC).isoformat(timespec="seconds")
    if format_name == "json":
        state = {"CompliancePackId": report.pack_id, "ReportStatus": report.status, "created": created}
        return json.dumps(state, ensure_ascii=False) + "\n"
    return f"{report.pack_id}: {report.status}{f', generated {created}' if created else ''}\n"


def render_rules(rules: Sequence[RuleResult], format_name: str, width: int | None = None) -> str:
    """Return the results of a pack's rules as text or JSON. `width` is that of `render_table`."""
    if format_name == "json":
        return json.dumps([asdict(rule) for rule in rules], indent=1, ensure_ascii=False) + "\n"
    rows = [(one_line(rule.result), rule.risk, one_line(rule.id), one_line(rule.name)) for rule in rules]
    return render_table([("result", "risk", "rule", "name"), *rows], width) if rows else ""
