"""Shared by all targets: the comments around the resource, and text as a literal."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap
from typing import Final

from acctgate.fix.model import Fix, ProposedResource
from acctgate.redact import one_line

_WIDTH: Final = 110
_SHORT: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Target:
    """A tool and language."""

    marker: str
    """The start of a comment."""
    declare: Callable[[Sequence[ProposedResource]], Iterable[str]]
    """Returns the lines that declare the resources."""

    def render(self, fix: Fix) -> str:
        """Return the whole file."""
        return "".join(f"{line}\n" for line in self._lines(fix))

    def _lines(self, fix: Fix) -> Iterator[str]:
        if fix.age_notice:
            yield from comment(self.marker, f"Old snapshot: {fix.age_notice}. Read the account again.")
        if not fix.resources and not fix.steps:
            yield f"{self.marker} Nothing needs repair: {_whose(fix)}"
            return
        yield from comment(self.marker, f"acctgate fix: {_whose(fix)}")
        for resource in fix.resources:
            yield from comment(self.marker, resource.type.note)
        if fix.withheld:
            what = "SecurityPreference" if fix.resources else "resource"
            yield from comment(self.marker, f"No {what} is printed, because it could do harm:", fix.withheld)
        for caution in fix.cautions:
            yield from comment(self.marker, "Before you deploy it:", caution)
        if fix.resources:
            yield ""
            yield from self.declare(fix.resources)
        elif not fix.withheld:
            yield from comment(self.marker, "No resource can repair the findings.")
        yield from self._steps(fix)

    def _steps(self, fix: Fix) -> Iterator[str]:
        if fix.steps:
            yield ""
            yield from comment(self.marker, "Manual steps:")
        for step in fix.steps:
            yield from comment(
                self.marker,
                f"- {step.rule} ({step.level}), expected {step.expected}:",
                step.message.rstrip(".") + ".",
                step.remediation,
                hanging="  ",
            )


def _whose(fix: Fix) -> str:
    account = f"account {fix.account}" if fix.account else "the account"
    alias = f" ({fix.alias})" if fix.alias else ""
    return one_line(f"{account}{alias}, policy {fix.policy}")


def comment(marker: str, *texts: str, indent: str = "", hanging: str = "") -> list[str]:
    """Return the texts as comment lines. Each becomes one line first, so that none can end the comment."""
    return wrap(
        " ".join(map(one_line, texts)),
        _WIDTH,
        initial_indent=f"{indent}{marker} ",
        subsequent_indent=f"{indent}{marker} {hanging}",
        break_long_words=False,
        break_on_hyphens=False,
    )


def literal(value: str | int | bool | list[str]) -> str:
    """Return a value as a JSON literal, which most languages share; text as in `quoted`."""
    if isinstance(value, list):
        return f"[{', '.join(map(quoted, value))}]"
    return quoted(value) if isinstance(value, str) else json.dumps(value)


def quoted(text: str) -> str:
    """Return text in double quotes, as ASCII. Python, YAML and HCL share these escapes."""
    return f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    if char in _SHORT:
        return _SHORT[char]
    if " " <= char <= "~":
        return char
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"
