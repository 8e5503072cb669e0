"""The controls of frameworks for people: as a table, as JSON, and as a part of docs/frameworks.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from acctgate.frameworks import FRAMEWORKS
from acctgate.frameworks.framework import Control, Framework, load_framework
from acctgate.reference.catalogue import parameters_text
from acctgate.render.table import render_table

_NOT_COVERED: Final = "not covered"


def entries(framework: Framework) -> list[dict[str, Any]]:
    """Return the controls of a framework as JSON."""
    return [
        {
            "id": control.id,
            "title": control.title.en,
            "title_zh": control.title.zh,
            "covered": control.covered,
            "rules": {name: dict(parameters) for name, parameters in control.rules.items()},
            "source": control.source or framework.source,
            "not_judged": control.not_judged,
            "reason": control.reason,
        }
        for control in framework.controls
    ]


def text_table(framework: Framework, width: int | None = None) -> str:
    """Return the controls as text, one on each line. `width` is that of `render_table`."""
    rows = [("control", "rules", "title")]
    rows += [(each.id, _rules(each) or _NOT_COVERED, each.title.en) for each in framework.controls]
    return render_table(rows, width)


def markdown(framework: Framework) -> str:
    """Return the controls as Markdown: those that rules cover, then the others with the reason."""
    lines = ["| control | | rules and weakest parameters | source | not judged |", "|---|---|---|---|---|"]
    for control in framework.covered:
        rules = "<br>".join(
            f"[{name}](rules.md#{name}){f': `{text}`' if (text := parameters_text(parameters)) else ''}"
            for name, parameters in control.rules.items()
        )
        lines.append(f"| {control.id} | {_titles(control)} | {rules} | {control.source} | {control.not_judged} |")
    lines += ["", "Not covered:", "", "| control | | reason |", "|---|---|---|"]
    lines += [f"| {each.id} | {_titles(each)} | {each.reason} |" for each in framework.controls if not each.covered]
    return "\n".join(lines) + "\n"


def markdown_sections() -> Iterator[str]:
    """Yield a section for each framework."""
    for name in FRAMEWORKS:
        framework = load_framework(name)
        head = f"## {framework.title.en}\n\nID: `{framework.id}`. Source: {framework.source}. {framework.scope.en}"
        yield f"{head}\n\n{markdown(framework)}"


def _rules(control: Control) -> str:
    """Return the rules with their weakest parameters: `password-length minimum: 14`."""
    return ", ".join(
        " ".join(filter(None, (name, parameters_text(parameters)))) for name, parameters in control.rules.items()
    )


def _titles(control: Control) -> str:
    """Return the title in both languages. Asterisks are escaped."""
    return f"{control.title.en}<br>{control.title.zh}".replace("*", r"\*")
