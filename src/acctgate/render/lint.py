"""Render the problems that `acctgate policy lint` finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

from acctgate.inert_text import without_line_command
from acctgate.json_text import dump_document
from acctgate.model.outcome import Place
from acctgate.policy.lint import Problem
from acctgate.redact import one_line
from acctgate.render.github import annotation


def render_problems(problems: Iterable[Problem], format_name: str) -> str:
    """Return the problems as text (one line each), JSON or GitHub annotations."""
    if format_name == "json":
        return dump_document([asdict(problem) for problem in problems])
    line = _annotation if format_name == "github" else _line
    return "".join(map(line, problems))


def _annotation(problem: Problem) -> str:
    place = Place(problem.file, problem.line)
    return annotation(problem.severity, place, "acctgate policy lint", one_line(problem.message))


def _line(problem: Problem) -> str:
    line = f"{one_line(problem.file)}:{problem.line}: {problem.severity}: {one_line(problem.message)}\n"
    return without_line_command(line)
