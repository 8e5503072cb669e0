"""Findings, and the formats that show them."""

from __future__ import annotations

import json

from acctgate.commands.doctor.finding import failed, ok, skipped, warning, worst
from acctgate.commands.doctor.render import render_json, render_plain, render_rich
from tests.support import joined


def test_the_worst_of_findings() -> None:
    good, bad = ok("a", "b"), failed("a", "b", "c")
    assert worst([]) == worst([good, skipped("a", "b", "c")]) == "ok"
    assert worst([good, warning("a", "b", "c")]) == "warning"
    assert worst([bad, warning("a", "b", "c")]) == "failed"


def test_findings_are_rendered_alike() -> None:
    findings = [ok("a", "[bold]fine[/bold]"), failed("engine", "x" * 300, "do this")]
    plain, colored = render_plain(findings), render_rich(findings, 80)
    lines = ["ok       a       [bold]fine[/bold]", f"failed   engine  {'x' * 300}", f"{'':15}  → do this"]
    assert plain == joined([*lines, "", "1 ok, 1 failed"])
    assert "[bold]fine[/bold]" in colored and "→ do this" in colored and colored.count("x") == 300
    document = json.loads(render_json(findings))
    assert (document["status"], document["counts"]["failed"]) == ("failed", 1)
