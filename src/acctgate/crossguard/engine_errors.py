"""Find out from the engine's output why it failed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from acctgate.crossguard.extra import install_command
from acctgate.redact import one_line
from acctgate.text import and_more

_TRACEBACK: Final = "Traceback (most recent call last):"
_PREFIX: Final = "the Pulumi engine failed: "
_COMPILER: Final = re.compile(
    r"^[ \t]*(?:\[ERROR\][ \t]+)?([^\s:()]+\.(?:tsx?|mts|cts|go|java|cs)"
    r"(?:\(\d+,\d+\): error\b|:\d+:\d+ - error\b|:\d+:\d+:|:\d+: error:|:\[\d+,\d+\])[ \t]+\S.*)$",
    re.MULTILINE,
)
"""What the compilers of TypeScript, Go, Java and C# print of an error: a file, a line and a message.

Warnings, and what a program logs with its line, look alike and are not why the engine failed."""
_MOST_ERRORS: Final = 20
_MISSING: Final = re.compile(r"ModuleNotFoundError: No module named '(acctgate|pulumi|pulumi_policy)(?:\.[\w.]+)?'")


def explain_failure(errors: Sequence[str], output: str) -> str:
    """Return the engine's own error in one line, without its progress; of a compiler, every error.

    Args:
        errors: The engine's diagnostics of severity error.
        output: Everything that it printed.
    """
    plain = [text for text in errors if _TRACEBACK not in text]
    texts = plain or [*errors, output]  # beside a plain error, a traceback is only its consequence
    for text in (*texts, output):
        if compiled := _compiler_errors(text):
            return compiled
    for text in texts:
        if raised := _raised(text):
            return raised + (f"; install it where this runs: {install_command()}" if _MISSING.search(raised) else "")
    lines = [line.strip() for text in texts for line in text.splitlines()]
    useful = [line for line in lines if line and not line.startswith(("code:", "stdout:"))]
    for sign in ("error: ", "Error: "):
        for line in useful:
            if sign in line:
                return _PREFIX + one_line(line.partition(sign)[2] or line)
    return _PREFIX + one_line(useful[0] if useful else "it gave no reason")


def _compiler_errors(text: str) -> str | None:
    found = list(dict.fromkeys(map(one_line, _COMPILER.findall(text))))
    if not found:
        return None
    shown = "; ".join(found[:_MOST_ERRORS])
    return f"the program does not compile: {shown}{and_more(len(found) - _MOST_ERRORS)}"


def _raised(text: str) -> str | None:
    """Return where and what, of the first Python traceback: the policy pack's, or a provider's."""
    before, found, after = text.partition(_TRACEBACK)
    if not found:
        return None
    indent = len(before) - before.rfind("\n") - 1
    place = ""
    for line in after.splitlines()[1:]:
        if frame := re.match(r'\s+File "([^<].*)", line (\d+)', line[indent:]):
            library = "site-packages" in frame[1]
            place = place if library and place else f"{frame[1]}:{frame[2]}: "
        elif not line[indent:].startswith(" "):
            return place + one_line(line[indent:])
    return None
